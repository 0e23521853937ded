#include <algorithm>
#include <cmath>
#include <kainjow/mustache.hpp>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "reports/history.h"
#include "reports/html/page_data.h"
#include "reports/summary.h"
#include "reports/utf8.h"

namespace meval {

// reports/templates/history.html, embedded by the build.
std::string_view HistoryTemplate();

namespace {

using kainjow::mustache::data;
using kainjow::mustache::mustache;

// Of a chart, in units of its view box.
constexpr double kWidth = 960;
constexpr double kHeight = 260;
constexpr double kLeft = 70;
constexpr double kRight = 945;
constexpr double kTop = 15;
constexpr double kBottom = 245;
constexpr int kNumTicks = 5;

// Where values and points of a line lie: values from low to high, points at equal distances.
class Scale {
 public:
  explicit Scale(const HistoryLine& line) : num_points_(line.points.size()) {
    low_ = high_ = line.points.front().value;
    for (const HistoryPoint& point : line.points) {
      low_ = std::min({low_, point.value, point.ci_low.value_or(point.value)});
      high_ = std::max({high_, point.value, point.ci_high.value_or(point.value)});
    }
    // Some room, also where all values are equal.
    const double room = high_ > low_ ? 0.05 * (high_ - low_) : std::max(1e-9, std::abs(low_) / 20);
    low_ -= room;
    high_ += room;
  }
  double Y(double value) const {
    return kBottom - (value - low_) / (high_ - low_) * (kBottom - kTop);
  }
  double X(std::size_t point) const {
    if (num_points_ < 2) return (kLeft + kRight) / 2;
    const double share = static_cast<double>(point) / static_cast<double>(num_points_ - 1);
    return kLeft + 10 + share * (kRight - kLeft - 20);
  }
  double Tick(int i) const { return low_ + (high_ - low_) * i / (kNumTicks - 1); }

 private:
  std::size_t num_points_;
  double low_ = 0;
  double high_ = 0;
};

std::string Place(double coordinate) { return Fixed(coordinate, 1); }

data PointData(const HistoryLine& line, std::size_t i, const Scale& scale) {
  const HistoryPoint& point = line.points[i];
  const bool has_interval = point.ci_low && point.ci_high;
  data object;
  object.set("run", PresentableText(point.run));
  object.set("started_at", PresentableText(point.started_at));
  object.set("model",
             PresentableText(point.model + (point.dtype.empty() ? "" : ", " + point.dtype)));
  object.set("score", ShownInUnit(line.unit, point.value));
  object.set("interval", has_interval ? ShownInUnit(line.unit, *point.ci_low) + " \u2013 " +
                                            ShownInUnit(line.unit, *point.ci_high)
                                      : "");
  object.set("seconds", point.model_seconds ? Fixed(*point.model_seconds, 2) : "");
  object.set("since", PresentableText(point.since_previous));
  object.set("gate", PresentableText(point.gate));
  object.set("x", Place(scale.X(i)));
  object.set("y", Place(scale.Y(point.value)));
  object.set("low", Place(scale.Y(point.ci_low.value_or(point.value))));
  object.set("high", Place(scale.Y(point.ci_high.value_or(point.value))));
  object.set("has_interval", has_interval);
  object.set("radius", point.since_previous == "regressed" ? "6" : "4");
  return object;
}

data LineData(const HistoryLine& line) {
  const Scale scale(line);
  data ticks(data::type::list);
  for (int i = 0; i < kNumTicks; ++i) {
    data tick;
    tick.set("y", Place(scale.Y(scale.Tick(i))));
    tick.set("label", ShownInUnit(line.unit, scale.Tick(i)));
    ticks.push_back(tick);
  }
  data points(data::type::list);
  std::string path;
  for (std::size_t i = 0; i < line.points.size(); ++i) {
    points.push_back(PointData(line, i, scale));
    path += (i == 0 ? "" : " ") + Place(scale.X(i)) + "," + Place(scale.Y(line.points[i].value));
  }
  data object;
  object.set("title", PresentableText(HistoryTitle(line)));
  object.set("first", ShownInUnit(line.unit, line.points.front().value));
  object.set("last", ShownInUnit(line.unit, line.points.back().value));
  object.set("ticks", ticks);
  object.set("points", points);
  object.set("path", path);
  return object;
}

}  // namespace

void WriteHistoryHtml(const History& history, std::ostream& out) {
  data lines(data::type::list);
  for (const HistoryLine& line : history.lines) lines.push_back(LineData(line));
  data page;
  page.set("lines", lines);
  page.set("notes", PageSentences(history.notes));
  page.set("width", Fixed(kWidth, 0));
  page.set("height", Fixed(kHeight, 0));
  page.set("left", Place(kLeft));
  page.set("right", Place(kRight));
  page.set("label_x", Place(kLeft - 8));
  mustache page_template{std::string(HistoryTemplate())};
  page_template.render(page, out);
}

}  // namespace meval
