#ifndef MEVAL_REPORTS_CHART_FRAME_H_
#define MEVAL_REPORTS_CHART_FRAME_H_

// Where points of a chart of scores lie, in units of the view box of an SVG element that a template
// draws: no script, no library, the same on paper.

#include <optional>
#include <span>
#include <vector>

namespace meval {

struct ChartPoint {
  double x = 0;               // a time, a size, a place
  double value = 0;           // a score, in its unit
  std::optional<double> low;  // its interval
  std::optional<double> high;
};

class ChartFrame {
 public:
  static constexpr double kWidth = 960;
  static constexpr double kHeight = 260;
  static constexpr double kLeft = 70;  // of the plotted area
  static constexpr double kRight = 945;
  static constexpr double kTop = 15;
  static constexpr double kBottom = 245;

  // Holds all points and their intervals, with some room above and below. x is shown by its
  // logarithm where all are above 0 and the largest is 20 times the smallest or more. At least one
  // point.
  explicit ChartFrame(std::span<const ChartPoint> points);

  double X(double x) const;
  double Y(double value) const;
  std::vector<double> Ticks() const;  // values at equal distances, from the bottom to the top
  bool is_logarithmic() const { return is_logarithmic_; }

 private:
  double Scaled(double x) const;

  bool is_logarithmic_ = false;
  double first_ = 0;  // of Scaled(x)
  double last_ = 0;
  double low_ = 0;
  double high_ = 0;
};

}  // namespace meval

#endif  // MEVAL_REPORTS_CHART_FRAME_H_
