#include <kainjow/mustache.hpp>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "reports/chart_frame.h"
#include "reports/history.h"
#include "reports/html/chart_data.h"
#include "reports/html/page_data.h"
#include "reports/summary.h"
#include "reports/utf8.h"

namespace meval {

// reports/templates/history.html, embedded by the build.
std::string_view HistoryTemplate();

namespace {

using kainjow::mustache::data;
using kainjow::mustache::mustache;

data PointData(const HistoryLine& line, const HistoryPoint& point) {
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
  object.set("has_interval", has_interval);
  object.set("radius", point.since_previous == "regressed" ? "6" : "4");
  return object;
}

data LineData(const HistoryLine& line) {
  std::vector<ChartPoint> places;  // at equal distances
  for (std::size_t i = 0; i < line.points.size(); ++i) {
    const HistoryPoint& point = line.points[i];
    places.push_back({static_cast<double>(i), point.value, point.ci_low, point.ci_high});
  }
  const ChartFrame frame(places);
  data points(data::type::list);
  std::string path;
  for (std::size_t i = 0; i < line.points.size(); ++i) {
    data point = PointData(line, line.points[i]);
    SetChartPoint(point, frame, places[i]);
    points.push_back(point);
    path += (i == 0 ? "" : " ") + ChartPlace(frame.X(places[i].x)) + "," +
            ChartPlace(frame.Y(places[i].value));
  }
  data object;
  object.set("title", PresentableText(HistoryTitle(line)));
  object.set("first", ShownInUnit(line.unit, line.points.front().value));
  object.set("last", ShownInUnit(line.unit, line.points.back().value));
  object.set("ticks",
             ChartTicks(frame, [&](double value) { return ShownInUnit(line.unit, value); }));
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
  SetChartFrame(page);
  mustache page_template{std::string(HistoryTemplate())};
  page_template.render(page, out);
}

}  // namespace meval
