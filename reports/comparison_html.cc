#include <cstdint>
#include <kainjow/mustache.hpp>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "reports/chart_frame.h"
#include "reports/comparison_report.h"
#include "reports/comparison_text.h"
#include "reports/html/chart_data.h"
#include "reports/html/page_data.h"
#include "reports/summary.h"
#include "reports/utf8.h"

namespace meval {

// reports/templates/comparison.html, embedded by the build.
std::string_view ComparisonTemplate();

namespace {

using kainjow::mustache::data;
using kainjow::mustache::mustache;

data RowData(const ComparisonRow& row) {
  data object;
  object.set("row_class", row.is_baseline ? "first" : "");
  object.set("is_best", row.is_best);
  for (const auto& [key, text] : {std::pair<const char*, std::string_view>{"task", row.task},
                                  {"shots", row.shots},
                                  {"n", row.n},
                                  {"metric", row.metric},
                                  {"run", row.run},
                                  {"score", row.score},
                                  {"difference", row.difference},
                                  {"interval", row.interval},
                                  {"p_value", row.p_value},
                                  {"detectable", row.detectable},
                                  {"flips", row.flips},
                                  {"speed", row.speed},
                                  {"verdict", row.verdict}}) {
    object.set(key, PresentableText(text));
  }
  return object;
}

data FlipData(const TaskComparison& task, const Flip& flip, std::size_t run) {
  const bool is_higher = flip.system_score > flip.baseline_score;
  data object;
  object.set("task", PresentableText(task.task));
  object.set("run", RunLetter(run));
  object.set("change", is_higher == task.higher_is_better ? "win" : "loss");
  object.set("before", ShownScore(task, flip.baseline_score));
  object.set("after", ShownScore(task, flip.system_score));
  object.set("id", PresentableText(flip.id));
  object.set("baseline_answer", PresentableText(flip.baseline_answer));
  object.set("system_answer", PresentableText(flip.system_answer));
  SetOrFalse(object, "group", flip.group);
  SetOrFalse(object, "question", flip.question);
  SetOrFalse(object, "expected", flip.expected);
  SetOrFalse(object, "baseline_completion", flip.baseline_completion);
  SetOrFalse(object, "system_completion", flip.system_completion);
  return object;
}

data Sentence(const std::string& text, const std::string& verdict) {
  data object;
  object.set("text", PresentableText(text));
  object.set("verdict", verdict);
  return object;
}

data Named(const std::string& key, const std::string& text) {
  data object;
  object.set(key, PresentableText(text));
  return object;
}

// The scores of a task over the number that the runs are compared by.
data ChartData(const Comparison& comparison, const TaskComparison& task) {
  std::vector<ChartPoint> places;
  for (std::size_t run = 0; run < comparison.runs.size(); ++run) {
    ChartPoint place = {
        comparison.runs[run].numbers.at(comparison.against), task.scores[run], {}, {}};
    if (task.intervals[run]) {
      place.low = task.intervals[run]->low;
      place.high = task.intervals[run]->high;
    }
    places.push_back(place);
  }
  const ChartFrame frame(places);
  data points(data::type::list);
  std::string spoken;
  for (std::size_t run = 0; run < places.size(); ++run) {
    const ChartPoint& place = places[run];
    data point;
    point.set("run", RunLetter(run));
    point.set("number", ShownNumber(place.x));
    point.set("score", ShownScore(task, place.value));
    SetChartPoint(point, frame, place);
    point.set("label_y", ChartPlace(frame.Y(place.high.value_or(place.value)) - 8));
    points.push_back(point);
    spoken += (spoken.empty() ? "" : ", ") + RunLetter(run) + " at " + ShownNumber(place.x) + ": " +
              ShownScore(task, place.value);
  }
  data chart;
  chart.set("task", PresentableText(task.task));
  chart.set("metric", PresentableText(task.metric));
  chart.set("against", PresentableText(comparison.against));
  chart.set("scale", frame.is_logarithmic() ? ", logarithmic" : "");
  chart.set("spoken", spoken);
  chart.set("ticks", ChartTicks(frame, [&](double value) { return ShownScore(task, value); }));
  chart.set("points", points);
  return chart;
}

void AddTask(const Comparison& comparison, const TaskComparison& task, data& sentences,
             data& flips) {
  for (std::size_t run = 1; run < comparison.runs.size(); ++run) {
    const PairComparison& pair = task.pairs[run - 1];
    sentences.push_back(Sentence(VerdictSentence(comparison, task, run), Name(pair.verdict)));
    if (pair.speed) sentences.push_back(Sentence(SpeedSentence(task, run), ""));
    for (const Flip& flip : pair.flips) flips.push_back(FlipData(task, flip, run));
  }
  if (task.best) sentences.push_back(Sentence(BestSentence(task), ""));
  for (const std::string& note : task.notes) {
    sentences.push_back(Sentence(task.task + ": " + note, ""));
  }
}

}  // namespace

void WriteComparisonHtml(const Comparison& comparison, std::ostream& out) {
  data page;
  data runs(data::type::list);
  data others(data::type::list);
  data notes(data::type::list);
  data rows(data::type::list);
  data tasks(data::type::list);
  data sentences(data::type::list);
  data flips(data::type::list);
  for (std::size_t run = 0; run < comparison.runs.size(); ++run) {
    runs.push_back(Named("line", RunLine(comparison, run)));
    if (run > 0) others.push_back(Named("letter", RunLetter(run)));
  }
  for (const std::string& note : comparison.notes) notes.push_back(Named("text", note));
  for (const ComparisonRow& row : ComparisonRows(comparison)) rows.push_back(RowData(row));
  for (const TaskComparison& task : comparison.tasks) {
    tasks.push_back(Named("name", task.task));
    AddTask(comparison, task, sentences, flips);
  }
  page.set("tally", Tally(comparison));
  page.set("power", Fixed(100 * comparison.power, 0));
  page.set("runs", runs);
  page.set("others", others);
  page.set("notes", notes);
  page.set("rows", rows);
  page.set("tasks", tasks);
  page.set("sentences", sentences);
  page.set("flips", flips);
  data charts(data::type::list);
  if (!comparison.against.empty()) {
    for (const TaskComparison& task : comparison.tasks)
      charts.push_back(ChartData(comparison, task));
  }
  page.set("charts", charts);
  SetChartFrame(page, 20);  // numbers below the plotted area
  page.set("number_y", ChartPlace(ChartFrame::kHeight + 10));
  mustache page_template{std::string(ComparisonTemplate())};
  page_template.render(page, out);
}

}  // namespace meval
