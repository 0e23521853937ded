#include "evals/confusion_figure.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "evals/score_choices.h"
#include "metrics/classification.h"

namespace meval {
namespace {

constexpr char kScore[] = "macro_f1";

bool HasScore(const TaskResult& task) {
  return std::any_of(task.metrics.begin(), task.metrics.end(),
                     [](const MetricValue& metric) { return metric.name == kScore; });
}

struct Labels {
  std::vector<std::string> gold;
  std::vector<std::string> given;

  void Add(const SampleResult& sample) {
    if (!sample.choices.empty()) {
      gold.push_back(sample.choices[static_cast<std::size_t>(sample.gold.front())].text);
      given.push_back(sample.choices[LikeliestChoice(sample)].text);
    } else if (!sample.completions.empty()) {
      gold.push_back(sample.references.front());
      given.push_back(sample.completions.front().extracted.at(kScore));
    }
  }
};

}  // namespace

std::optional<Figure> ConfusionFigure(const TaskResult& task,
                                      std::span<const SampleResult> samples) {
  if (!HasScore(task)) return std::nullopt;
  Labels labels;
  for (const SampleResult& sample : samples) {
    if (sample.scored) labels.Add(sample);
  }
  if (labels.gold.empty()) return std::nullopt;
  const LabelCounts<std::string> counts = CountLabels(labels.gold, labels.given);
  const ConfusionMatrix matrix = CountConfusion(labels.gold, labels.given);
  Figure figure = {.name = "confusion",
                   .title = "Confusion matrix",
                   .caption =
                       "Documents by their right label (rows) and by the label they were given "
                       "(columns).",
                   .kind = FigureKind::kTable,
                   .label_axis = "right label",
                   .value_axis = "documents",
                   .decimals = 0};
  for (std::size_t given = 0; given < counts.labels.size(); ++given) {
    FigureSeries column = {.name = counts.labels[given]};
    for (std::size_t gold = 0; gold < counts.labels.size(); ++gold) {
      if (counts.classes[gold].gold == 0) continue;
      column.values.emplace_back(static_cast<double>(matrix[gold][given]));
    }
    figure.series.push_back(std::move(column));
    if (counts.classes[given].gold > 0) figure.labels.push_back(counts.labels[given]);
  }
  return figure;
}

}  // namespace meval
