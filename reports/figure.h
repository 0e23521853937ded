#ifndef MEVAL_REPORTS_FIGURE_H_
#define MEVAL_REPORTS_FIGURE_H_

// A chart as data: what it shows, apart from how it is drawn. report.html draws each and writes the
// same numbers as a table, for readers who do not see it.

#include <optional>
#include <string>
#include <vector>

namespace meval {

enum class SeriesMark {
  kBar,
  kPoint,  // a mark without a bar: a published score, an expectation
};

struct FigureSeries {
  std::string name;  // "accuracy"
  SeriesMark mark = SeriesMark::kBar;
  std::vector<std::optional<double>> values = {};  // [labels] in the figure's unit; absent: no mark
  // 95 % interval, [labels] or empty: no interval is drawn.
  std::vector<std::optional<double>> low = {};
  std::vector<std::optional<double>> high = {};
};

enum class FigureKind {
  kRows,     // horizontal bars, one row a label: names of any length
  kColumns,  // vertical bars side by side
  kStacked,  // vertical bars on top of each other
  kTable,    // its numbers alone: more series than a chart can tell apart
};

struct Figure {
  std::string name;     // of its kind, unique in a task: "calibration"
  std::string title;    // "Calibration"
  std::string caption;  // a sentence or two: what is shown and how to read it
  FigureKind kind = FigureKind::kColumns;
  std::string label_axis;  // what a label is: "subject"
  std::string value_axis;  // what a value is, with its unit: "acc, %"
  int decimals = 2;        // of the values, where they are written
  std::vector<std::string> labels = {};
  std::vector<FigureSeries> series = {};
};

}  // namespace meval

#endif  // MEVAL_REPORTS_FIGURE_H_
