#include "evals/score_sheets.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "metrics/agreement.h"
#include "metrics/classification.h"
#include "metrics/ratio_of_times.h"
#include "metrics/repeated_measurement.h"
#include "reports/rating_sheet.h"
#include "tasks/csv_table.h"
#include "tasks/error.h"
#include "tasks/nearest_name.h"

namespace meval {
namespace {

using Rating = std::optional<std::int64_t>;
using Ratings = std::array<Rating, kRatedQualities.size()>;

// An answer with the ratings of each file, in their order.
struct RatedRecord {
  std::string answer;
  std::string where;  // it was first read
  std::vector<Ratings> ratings;
};
using RecordKey = std::pair<std::string, std::string>;  // record, digest

struct TaskRecords {
  std::string task;
  std::map<RecordKey, RatedRecord> records;
};

// The columns of a sheet, which may stand in any order.
class SheetColumns {
 public:
  SheetColumns(const CsvTable& table, const std::string& file) : table_(table), file_(file) {}

  const std::string& Field(const CsvRow& row, const std::string& column) const {
    const auto found = std::find(table_.columns.begin(), table_.columns.end(), column);
    if (found == table_.columns.end()) {
      throw DataError(fmt::format(
          "{}:1: expected the column \"{}\", found {}{}. Save the sheet as CSV with commas", file_,
          column, fmt::join(table_.columns, ", "), tasks::DidYouMean(column, table_.columns)));
    }
    return row.fields[static_cast<std::size_t>(found - table_.columns.begin())];
  }

 private:
  const CsvTable& table_;
  const std::string& file_;
};

Rating ParseRating(const CsvRow& row, const char* quality, std::string text) {
  while (!text.empty() && text.back() == ' ') text.pop_back();
  text.erase(0, text.find_first_not_of(' '));
  if (text.empty()) return std::nullopt;
  std::int64_t rating = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, rating);
  if (parsed.ec != std::errc() || parsed.ptr != end || rating < kLowestRating ||
      rating > kHighestRating) {
    throw DataError(fmt::format(
        "{}: column \"{}\": expected a whole number from {} to {} or nothing, found \"{}\"",
        row.where, quality, kLowestRating, kHighestRating, text));
  }
  return rating;
}

// Spreadsheets write the line ends of their system.
std::string WithPlainLineEnds(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), '\r'), text.end());
  return text;
}

TaskRecords& FindTask(const std::string& task, std::vector<TaskRecords>& tasks) {
  for (TaskRecords& known : tasks) {
    if (known.task == task) return known;
  }
  return tasks.emplace_back(TaskRecords{task, {}});
}

void ReadSheet(const SheetFile& file, std::size_t rater, std::size_t num_raters,
               std::vector<TaskRecords>& tasks) {
  const CsvTable table = ReadCsvTable(file.text, file.name);
  if (table.rows.empty()) throw DataError(file.name + ": expected a row to be rated, found none");
  const SheetColumns columns(table, file.name);
  std::map<std::pair<std::string, RecordKey>, std::string> places;
  for (const CsvRow& row : table.rows) {
    const std::string& task = columns.Field(row, "task");
    const RecordKey key = {columns.Field(row, "record"), columns.Field(row, "digest")};
    const auto [place, is_new_here] = places.insert({{task, key}, row.where});
    if (!is_new_here) {
      throw DataError(fmt::format("{}: the record {} is already in {}; keep one of the rows",
                                  row.where, key.first, place->second));
    }
    const std::string answer = WithPlainLineEnds(columns.Field(row, "answer"));
    RatedRecord& record = FindTask(task, tasks).records[key];
    if (record.ratings.empty()) record = {answer, row.where, std::vector<Ratings>(num_raters)};
    if (record.answer != answer) {
      throw DataError(fmt::format(
          "{}: column \"answer\": the record {} has another answer than in {}. Compare sheets of "
          "the same run",
          row.where, key.first, record.where));
    }
    for (std::size_t i = 0; i < kRatedQualities.size(); ++i) {
      const char* quality = kRatedQualities[i];
      record.ratings[rater][i] = ParseRating(row, quality, columns.Field(row, quality));
    }
  }
}

void SetMean(const std::vector<double>& means, RatedQuality& scores) {
  if (means.empty()) return;
  const MeasurementSummary summary = SummarizeMeasurements(means);
  scores.mean = summary.mean;
  if (!summary.interval) return;
  scores.interval = {std::max<double>(kLowestRating, summary.interval->low),
                     std::min<double>(kHighestRating, summary.interval->high)};
}

// `units` hold the ratings of shared records; with two raters, the first one's first.
void SetAgreement(const std::vector<std::vector<std::int64_t>>& units, std::size_t num_raters,
                  RatedQuality& scores) {
  if (num_raters < 2) return;
  scores.coefficient = num_raters == 2 ? "Cohen's kappa" : "Krippendorff's alpha";
  scores.num_shared = static_cast<std::int64_t>(units.size());
  if (units.empty()) return;
  double agreement = 0;
  if (num_raters == 2) {
    std::vector<std::int64_t> first;
    std::vector<std::int64_t> second;
    for (const std::vector<std::int64_t>& unit : units) {
      first.push_back(unit[0]);
      second.push_back(unit[1]);
    }
    agreement = CohenKappa(CountLabels(first, second).classes);
  } else {
    agreement = KrippendorffAlpha(units, AgreementScale::kOrdinal);
  }
  if (std::isfinite(agreement)) scores.agreement = agreement;
}

RatedQuality ScoreQuality(const TaskRecords& task, std::size_t quality, std::size_t num_raters) {
  RatedQuality scores;
  scores.quality = kRatedQualities[quality];
  std::vector<double> means;
  std::vector<std::vector<std::int64_t>> shared;
  for (const auto& [key, record] : task.records) {
    std::vector<std::int64_t> given;
    for (const Ratings& ratings : record.ratings) {
      if (ratings[quality]) given.push_back(*ratings[quality]);
    }
    if (given.empty()) continue;
    scores.num_ratings += static_cast<std::int64_t>(given.size());
    means.push_back(Mean(std::vector<double>(given.begin(), given.end())));
    if (given.size() > 1) shared.push_back(std::move(given));
  }
  scores.num_records = static_cast<std::int64_t>(means.size());
  SetMean(means, scores);
  SetAgreement(shared, num_raters, scores);
  return scores;
}

}  // namespace

SheetScores ScoreSheets(const std::vector<SheetFile>& files) {
  SheetScores scores;
  std::vector<TaskRecords> tasks;
  for (std::size_t rater = 0; rater < files.size(); ++rater) {
    scores.raters.push_back(files[rater].name);
    ReadSheet(files[rater], rater, files.size(), tasks);
  }
  for (const TaskRecords& task : tasks) {
    RatedTask rated = {task.task, static_cast<std::int64_t>(task.records.size()), {}};
    for (std::size_t quality = 0; quality < kRatedQualities.size(); ++quality) {
      rated.qualities.push_back(ScoreQuality(task, quality, files.size()));
    }
    scores.tasks.push_back(std::move(rated));
  }
  return scores;
}

}  // namespace meval
