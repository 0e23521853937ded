#ifndef MEVAL_EVALS_SCORE_SHEETS_H_
#define MEVAL_EVALS_SCORE_SHEETS_H_

// Rating sheets that people filled in (reports/rating_sheet.h): what they think of the answers, and
// how far they agree. A file is a rater.

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/aggregate.h"

namespace meval {

// Of one quality of one task's answers.
struct RatedQuality {
  std::string quality;           // "factuality"
  std::int64_t num_records = 0;  // that some rater rated
  std::int64_t num_ratings = 0;
  double mean = 0;  // of the records' means over their raters, 1..5; 0 without a rating
  // 95 %, Student's t over records, within 1..5; absent for fewer than two records. Raters are the
  // ones who rated: how others would have rated is not in it.
  std::optional<Interval> interval;
  std::int64_t num_shared = 0;  // records that two raters or more rated
  std::string coefficient;      // "Cohen's kappa", "Krippendorff's alpha"; "" for one rater
  // Absent where no record is shared or all shared ratings are equal.
  std::optional<double> agreement;
};

struct RatedTask {
  std::string task;
  std::int64_t num_records = 0;  // in the sheets
  std::vector<RatedQuality> qualities;
};

struct SheetScores {
  std::vector<std::string> raters;  // the names of the files
  std::vector<RatedTask> tasks;     // in the order of the first sheet
};

struct SheetFile {
  std::string name;
  std::string text;
};

// Two raters are compared by Cohen's kappa over the records both rated (Cohen 1960), more by
// Krippendorff's alpha for ordinal ratings (metrics/agreement.h). An empty rating is none.
//
// Throws DataError with file, line and column: a column that is missing, a rating that is no whole
// number from 1 to 5, a record twice in a file, an answer that another file has otherwise, no row.
SheetScores ScoreSheets(const std::vector<SheetFile>& files);

void WriteConsole(const SheetScores& scores, std::ostream& out);
void WriteJson(const SheetScores& scores, std::ostream& out);

}  // namespace meval

#endif  // MEVAL_EVALS_SCORE_SHEETS_H_
