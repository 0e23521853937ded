#include <ostream>

#include <nlohmann/json.hpp>

#include "evals/score_sheets.h"
#include "reports/summary.h"
#include "reports/text_table.h"
#include "reports/utf8.h"

namespace meval {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kWidth = 120;

std::string Range(const std::optional<Interval>& interval) {
  if (!interval) return "";
  return Fixed(interval->low, 2) + " \u2013 " + Fixed(interval->high, 2);
}

std::string Agreement(const RatedQuality& quality) {
  if (quality.coefficient.empty()) return "";
  if (!quality.agreement) return quality.coefficient + ": cannot be told";
  return quality.coefficient + " " + Fixed(*quality.agreement, 3);
}

Json QualityJson(const RatedQuality& quality) {
  Json json = {{"quality", quality.quality},
               {"num_records", quality.num_records},
               {"num_ratings", quality.num_ratings},
               {"mean", quality.num_records > 0 ? Json(quality.mean) : Json(nullptr)},
               {"ci_low", nullptr},
               {"ci_high", nullptr},
               {"num_shared", quality.num_shared},
               {"coefficient", quality.coefficient},
               {"agreement", quality.agreement ? Json(*quality.agreement) : Json(nullptr)}};
  if (quality.interval) {
    json["ci_low"] = quality.interval->low;
    json["ci_high"] = quality.interval->high;
  }
  return json;
}

}  // namespace

void WriteConsole(const SheetScores& scores, std::ostream& out) {
  TextTable table;
  table.columns = {{"Task", Align::kLeft, 12, 0},       {"Quality", Align::kLeft, 10, 0},
                   {"Records", Align::kRight, 0, 3},    {"Ratings", Align::kRight, 0, 2},
                   {"Mean (1-5)", Align::kRight, 0, 0}, {"95 % interval", Align::kRight, 0, 1},
                   {"Shared", Align::kRight, 0, 4},     {"Agreement", Align::kLeft, 16, 0}};
  for (const RatedTask& task : scores.tasks) {
    bool is_first = true;
    for (const RatedQuality& quality : task.qualities) {
      table.rows.push_back({{is_first ? PrintableLine(task.task) : "", Emphasis::kStrong},
                            {quality.quality},
                            {Grouped(quality.num_records)},
                            {Grouped(quality.num_ratings)},
                            {quality.num_records > 0 ? Fixed(quality.mean, 2) : ""},
                            {Range(quality.interval)},
                            {Grouped(quality.num_shared)},
                            {Agreement(quality)}});
      is_first = false;
    }
  }
  WriteTable(table, kWidth, false, out);
  out << '\n';
  for (const std::string& rater : scores.raters) out << "rater: " << PrintableLine(rater) << '\n';
}

void WriteJson(const SheetScores& scores, std::ostream& out) {
  Json json = {{"raters", Json::array()}, {"tasks", Json::array()}};
  for (const std::string& rater : scores.raters) json["raters"].push_back(RepairUtf8(rater));
  for (const RatedTask& task : scores.tasks) {
    Json qualities = Json::array();
    for (const RatedQuality& quality : task.qualities) qualities.push_back(QualityJson(quality));
    json["tasks"].push_back({{"task", task.task},
                             {"num_records", task.num_records},
                             {"qualities", std::move(qualities)}});
  }
  out << json.dump(2) << '\n';
}

}  // namespace meval
