#include <algorithm>
#include <cmath>
#include <kainjow/mustache.hpp>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "reports/bench_plots.h"
#include "reports/bench_report.h"
#include "reports/bench_tables.h"
#include "reports/html/page_data.h"
#include "reports/quantity_text.h"
#include "reports/summary.h"
#include "reports/utf8.h"

namespace meval {

// reports/templates/bench.html, embedded by the build.
std::string_view BenchTemplate();

namespace {

using kainjow::mustache::data;
using kainjow::mustache::mustache;

// Of a chart, in units of its view box.
constexpr double kWidth = 720;
constexpr double kHeight = 380;
constexpr double kLeft = 70;
constexpr double kRight = 700;
constexpr double kTop = 15;
constexpr double kBottom = 325;

// One axis: from values to places, and where its ticks are.
class Axis {
 public:
  Axis(bool is_log, double low, double high, double from, double to)
      : is_log_(is_log), from_(from), to_(to) {
    low_ = Scaled(low);
    high_ = Scaled(high);
    if (is_log) {  // whole powers of ten on both sides
      low_ = std::floor(low_);
      high_ = std::max(std::ceil(high_), low_ + 1);
    } else {
      low_ = std::min(low_, 0.0);
      if (high_ <= low_) high_ = low_ + 1;
    }
  }
  double Place(double value) const {
    return from_ + (Scaled(value) - low_) / (high_ - low_) * (to_ - from_);
  }
  std::vector<double> Ticks() const {
    std::vector<double> ticks;
    if (is_log_) {
      for (double power = low_; power <= high_; ++power) ticks.push_back(std::pow(10, power));
    } else {
      constexpr int kNumTicks = 5;
      for (int i = 0; i < kNumTicks; ++i) {
        ticks.push_back(low_ + (high_ - low_) * i / (kNumTicks - 1));
      }
    }
    return ticks;
  }

 private:
  double Scaled(double value) const { return is_log_ ? std::log10(value) : value; }

  bool is_log_;
  double from_;
  double to_;
  double low_ = 0;
  double high_ = 0;
};

std::string Place(double place) { return Fixed(place, 1); }

// "0.01", "10", "25,000".
std::string TickLabel(double value) {
  if (value >= 1000) return Grouped(std::llround(value));
  std::string text = Fixed(value, 6);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

data Ticks(const Axis& axis) {
  data list(data::type::list);
  for (const double value : axis.Ticks()) {
    data tick;
    tick.set("at", Place(axis.Place(value)));
    tick.set("label", TickLabel(value));
    list.push_back(tick);
  }
  return list;
}

data SeriesData(const PlotSeries& series, std::size_t place, const Axis& x, const Axis& y) {
  data object;
  object.set("name", PresentableText(series.name));
  object.set("colour", "series-" + std::to_string(place % 6));
  object.set("key_y", Place(kTop + 14 + 18 * static_cast<double>(place)));
  std::string path;
  data marks(data::type::list);
  for (std::size_t i = 0; i < series.points.size(); ++i) {
    const std::string cx = Place(x.Place(series.points[i].first));
    const std::string cy = Place(y.Place(series.points[i].second));
    path += (i == 0 ? "" : " ") + cx + "," + cy;
    data mark;
    mark.set("x", cx);
    mark.set("y", cy);
    mark.set("label", i < series.labels.size() ? PresentableText(series.labels[i]) : "");
    mark.set("value", ShownRate(series.points[i].second));
    marks.push_back(mark);
  }
  object.set("has_line", series.has_line);
  object.set("path", path);
  object.set("marks", series.has_marks ? marks : data(data::type::list));
  return object;
}

data PlotData(const Plot& plot) {
  double low_x = plot.series.front().points.front().first;
  double low_y = plot.series.front().points.front().second;
  double high_x = low_x;
  double high_y = low_y;
  for (const PlotSeries& series : plot.series) {
    for (const auto& [px, py] : series.points) {
      low_x = std::min(low_x, px);
      high_x = std::max(high_x, px);
      low_y = std::min(low_y, py);
      high_y = std::max(high_y, py);
    }
  }
  const Axis x(plot.is_log_x, low_x, high_x, kLeft, kRight);
  const Axis y(plot.is_log_y, low_y, high_y, kBottom, kTop);
  data series(data::type::list);
  for (std::size_t i = 0; i < plot.series.size(); ++i) {
    series.push_back(SeriesData(plot.series[i], i, x, y));
  }
  data object;
  object.set("title", PresentableText(plot.title));
  object.set("caption", PresentableText(plot.caption));
  object.set("x_axis", PresentableText(plot.x_axis));
  object.set("y_axis", PresentableText(plot.y_axis));
  object.set("x_ticks", Ticks(x));
  object.set("y_ticks", Ticks(y));
  object.set("series", series);
  return object;
}

data TableData(const BenchTable& table) {
  data heads(data::type::list);
  for (const TableColumn& column : table.table.columns) {
    heads.push_back(PageObject(
        {{"text", column.header}, {"align", column.align == Align::kRight ? "number" : ""}}));
  }
  data rows(data::type::list);
  for (const std::vector<TableCell>& row : table.table.rows) {
    data cells(data::type::list);
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool is_number = table.table.columns[i].align == Align::kRight;
      cells.push_back(PageObject({{"text", row[i].text}, {"align", is_number ? "number" : ""}}));
    }
    data object;
    object.set("cells", cells);
    rows.push_back(object);
  }
  data object;
  object.set("title", PresentableText(table.title));
  object.set("heads", heads);
  object.set("rows", rows);
  object.set("notes", PageSentences(table.notes));
  return object;
}

}  // namespace

void WriteBenchHtml(const BenchReport& report, std::ostream& out) {
  data page;
  page.set("headline", PresentableText(BenchHeadline(report)));
  page.set("started", PresentableText(report.started_at));
  page.set("facts", PageSentences(BenchFacts(report)));
  data tables(data::type::list);
  for (const BenchTable& table : BenchTables(report)) tables.push_back(TableData(table));
  page.set("tables", tables);
  data plots(data::type::list);
  for (const Plot& plot : BenchPlots(report)) plots.push_back(PlotData(plot));
  page.set("plots", plots);
  page.set("width", Fixed(kWidth, 0));
  page.set("height", Fixed(kHeight, 0));
  page.set("left", Place(kLeft));
  page.set("right", Place(kRight));
  page.set("top", Place(kTop));
  page.set("bottom", Place(kBottom));
  page.set("middle", Place((kLeft + kRight) / 2));
  page.set("below", Place(kBottom + 18));
  page.set("axis_y", Place(kHeight - 12));
  page.set("label_x", Place(kLeft - 8));
  page.set("key_x", Place(kLeft + 14));
  page.set("key_text_x", Place(kLeft + 26));
  std::string command;
  for (const std::string& word : report.command) command += (command.empty() ? "" : " ") + word;
  page.set("command", PresentableText(command));
  mustache page_template{std::string(BenchTemplate())};
  page_template.render(page, out);
}

}  // namespace meval
