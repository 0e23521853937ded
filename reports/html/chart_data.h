#ifndef MEVAL_REPORTS_HTML_CHART_DATA_H_
#define MEVAL_REPORTS_HTML_CHART_DATA_H_

// What pages that draw a ChartFrame have in common. Private to reports/, as page_data.h is.

#include <kainjow/mustache.hpp>
#include <string>

#include "reports/chart_frame.h"
#include "reports/summary.h"

namespace meval {

// A coordinate as a template writes it: a tenth of a unit is less than a pixel.
inline std::string ChartPlace(double coordinate) { return Fixed(coordinate, 1); }

// Sets what a template draws a point and its interval with; without one the interval has no length.
inline void SetChartPoint(kainjow::mustache::data& object, const ChartFrame& frame,
                          const ChartPoint& point) {
  object.set("x", ChartPlace(frame.X(point.x)));
  object.set("y", ChartPlace(frame.Y(point.value)));
  object.set("low", ChartPlace(frame.Y(point.low.value_or(point.value))));
  object.set("high", ChartPlace(frame.Y(point.high.value_or(point.value))));
}

// The frame's ticks: each its height and label(value), a text.
template <typename Label>
kainjow::mustache::data ChartTicks(const ChartFrame& frame, const Label& label) {
  kainjow::mustache::data ticks(kainjow::mustache::data::type::list);
  for (const double value : frame.Ticks()) {
    kainjow::mustache::data tick;
    tick.set("y", ChartPlace(frame.Y(value)));
    tick.set("label", label(value));
    ticks.push_back(tick);
  }
  return ticks;
}

// Sets what all charts of a page have alike: their view box, with `below` units under the plotted
// area for what a page writes there, the ends of the grid's lines and the place of the labels.
inline void SetChartFrame(kainjow::mustache::data& page, double below = 0) {
  page.set("width", Fixed(ChartFrame::kWidth, 0));
  page.set("height", Fixed(ChartFrame::kHeight + below, 0));
  page.set("left", ChartPlace(ChartFrame::kLeft));
  page.set("right", ChartPlace(ChartFrame::kRight));
  page.set("label_x", ChartPlace(ChartFrame::kLeft - 8));
}

}  // namespace meval

#endif  // MEVAL_REPORTS_HTML_CHART_DATA_H_
