#include "evals/task_figures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numbers>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "evals/confusion_figure.h"
#include "evals/score_choices.h"
#include "metrics/aggregate.h"
#include "metrics/calibration.h"
#include "reports/html_records.h"

namespace meval {
namespace {

using Values = std::vector<std::optional<double>>;

// In percent.
std::optional<double> Percent(const MetricValue& metric, const std::optional<double>& value) {
  if (!value) return {};
  return metric.unit == "fraction" ? 100 * *value : *value;
}

// The main score stands first.
const MetricValue* Headline(const std::vector<MetricValue>& metrics) {
  return metrics.empty() ? nullptr : &metrics.front();
}

const MetricValue* Named(const std::vector<MetricValue>& metrics, const std::string& name) {
  for (const MetricValue& metric : metrics) {
    if (metric.name == name) return &metric;
  }
  return nullptr;
}

void AddMetric(const MetricValue& metric, FigureSeries& series) {
  series.values.push_back(Percent(metric, metric.value));
  series.low.push_back(Percent(metric, metric.ci_low));
  series.high.push_back(Percent(metric, metric.ci_high));
}

// The main score of the subsets that `wanted` picks, best first.
template <typename Wanted>
void AddSubsets(const TaskResult& task, const std::string& name, const std::string& title,
                const std::string& label, Wanted wanted, std::vector<Figure>& figures) {
  const MetricValue* headline = Headline(task.metrics);
  if (headline == nullptr || !IsShare(*headline)) return;
  std::vector<std::pair<const SubsetResult*, const MetricValue*>> rows;
  for (const SubsetResult& subset : task.subsets) {
    const MetricValue* metric = Named(subset.metrics, headline->name);
    if (wanted(subset) && metric != nullptr) rows.emplace_back(&subset, metric);
  }
  if (rows.empty()) return;
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.second->value > b.second->value; });
  Figure figure = {.name = name,
                   .title = title,
                   .caption = fmt::format("{} of each {}, best first. Whiskers are 95 % intervals.",
                                          headline->name, label),
                   .kind = FigureKind::kRows,
                   .label_axis = label,
                   .value_axis = headline->name + ", %"};
  figure.series.push_back({.name = headline->name});
  for (const auto& [subset, metric] : rows) {
    figure.labels.push_back(fmt::format("{} (n = {})", subset->name, subset->n));
    AddMetric(*metric, figure.series.front());
  }
  figures.push_back(std::move(figure));
}

bool IsChoice(const SampleResult& sample) {
  return sample.scored && sample.choices.size() > 1 && !sample.gold.empty();
}

bool IsGold(const SampleResult& sample, std::size_t choice) {
  return std::find(sample.gold.begin(), sample.gold.end(), static_cast<std::int64_t>(choice)) !=
         sample.gold.end();
}

constexpr std::size_t kNumBins = 10;

struct Bin {
  std::int64_t n = 0;
  std::int64_t num_right = 0;
  double probability = 0;  // summed
};

void AddCalibration(std::span<const SampleResult> samples, std::vector<Figure>& figures) {
  std::array<Bin, kNumBins> bins;
  std::vector<Forecast> forecasts;
  for (const SampleResult& sample : samples) {
    if (!IsChoice(sample)) continue;
    const double probability = TopProbability(sample.choices);
    const bool is_right = IsGold(sample, LikeliestChoice(sample));
    forecasts.push_back({probability, is_right});
    // Bins as those of ExpectedCalibrationError: open below, closed above.
    const auto bin = static_cast<std::size_t>(std::ceil(probability * kNumBins)) - 1;
    ++bins[std::min(bin, kNumBins - 1)].n;
    bins[std::min(bin, kNumBins - 1)].num_right += is_right ? 1 : 0;
    bins[std::min(bin, kNumBins - 1)].probability += probability;
  }
  if (forecasts.empty()) return;
  Figure figure = {
      .name = "calibration",
      .title = "Calibration",
      .caption = fmt::format(
          "How often the likeliest choice is right, by the probability the model gives it (softmax "
          "over the choices). A calibrated model's bars end at the marks. Expected calibration "
          "error over {} bins: {:.4f}.",
          kNumBins, ExpectedCalibrationError(forecasts, kNumBins)),
      .kind = FigureKind::kColumns,
      .label_axis = "probability of the likeliest choice, %",
      .value_axis = "%"};
  FigureSeries accuracy = {.name = "right, %"};
  FigureSeries expected = {.name = "mean probability, %", .mark = SeriesMark::kPoint};
  for (std::size_t i = 0; i < kNumBins; ++i) {
    const Bin& bin = bins[i];
    figure.labels.push_back(
        fmt::format("{}\u2013{} (n = {})", i * 100 / kNumBins, (i + 1) * 100 / kNumBins, bin.n));
    const auto n = static_cast<double>(bin.n);
    const bool has_any = bin.n > 0;
    const double share = has_any ? static_cast<double>(bin.num_right) / n : 0;
    const Interval interval = has_any ? WilsonInterval(share, bin.n) : Interval{};
    const auto if_any = [&](double value) {
      return has_any ? std::optional<double>(value) : std::nullopt;
    };
    accuracy.values.push_back(if_any(100 * share));
    accuracy.low.push_back(if_any(100 * interval.low));
    accuracy.high.push_back(if_any(100 * interval.high));
    expected.values.push_back(if_any(100 * bin.probability / n));
  }
  figure.series = {accuracy, expected};
  figures.push_back(std::move(figure));
}

// Letters where the choices are such; places from 1 otherwise.
std::string ChoiceLabel(std::span<const SampleResult> samples, std::size_t place) {
  std::optional<std::string> text;
  for (const SampleResult& sample : samples) {
    if (!IsChoice(sample) || place >= sample.choices.size()) continue;
    const std::string& choice = sample.choices[place].text;
    if (choice.size() > 3 || (text && *text != choice)) return std::to_string(place + 1);
    text = choice;
  }
  return text.value_or(std::to_string(place + 1));
}

void AddChoiceBias(std::span<const SampleResult> samples, std::vector<Figure>& figures) {
  std::vector<double> gold;
  std::vector<double> chosen;
  double n = 0;
  for (const SampleResult& sample : samples) {
    if (!IsChoice(sample)) continue;
    gold.resize(std::max(gold.size(), sample.choices.size()));
    chosen.resize(gold.size());
    ++n;
    ++chosen[LikeliestChoice(sample)];
    for (const std::int64_t place : sample.gold) ++gold[static_cast<std::size_t>(place)];
  }
  if (n == 0) return;
  Figure figure = {.name = "choices",
                   .title = "Choice bias",
                   .caption =
                       "How often each choice is the right one, and how often it is the "
                       "likeliest. A model that prefers a letter to an answer shows here.",
                   .kind = FigureKind::kColumns,
                   .label_axis = "choice",
                   .value_axis = "documents, %"};
  FigureSeries right = {.name = "is right"};
  FigureSeries likeliest = {.name = "is the likeliest"};
  for (std::size_t place = 0; place < gold.size(); ++place) {
    figure.labels.push_back(ChoiceLabel(samples, place));
    right.values.emplace_back(100 * gold[place] / n);
    likeliest.values.emplace_back(100 * chosen[place] / n);
  }
  figure.series = {right, likeliest};
  figures.push_back(std::move(figure));
}

// The width of at most `most` bins from 0 that hold `largest`: 1, 2 or 5 times a power of ten.
std::int64_t BinWidth(std::int64_t largest, std::int64_t most) {
  for (std::int64_t power = 1;; power *= 10) {
    for (const std::int64_t step : {1, 2, 5}) {
      if (largest < step * power * most) return step * power;
    }
  }
}

// Names in the order in which reasons are shown.
const std::array<std::pair<const char*, const char*>, 3> kStops = {
    {{"eos", "end of text"}, {"stop", "stop string"}, {"length", "token limit"}}};

void AddCompletions(std::span<const SampleResult> samples, std::vector<Figure>& figures) {
  std::map<std::string, std::vector<std::int64_t>> lengths;
  std::int64_t longest = 0;
  for (const SampleResult& sample : samples) {
    for (const CompletionResult& completion : sample.completions) {
      lengths[completion.stop_reason].push_back(completion.num_tokens);
      longest = std::max(longest, completion.num_tokens);
    }
  }
  if (lengths.empty()) return;
  const std::int64_t width = BinWidth(longest, 32);
  Figure histogram = {.name = "lengths",
                      .title = "Length of completions",
                      .caption = "Generated tokens, by why the completion stopped.",
                      .kind = FigureKind::kStacked,
                      .label_axis = "tokens",
                      .value_axis = "completions",
                      .decimals = 0};
  Figure stops = {.name = "stops",
                  .title = "Why completions stopped",
                  .caption = "A completion at the token limit may have been cut before its answer.",
                  .kind = FigureKind::kRows,
                  .label_axis = "reason",
                  .value_axis = "completions",
                  .decimals = 0};
  const auto num_bins = static_cast<std::size_t>(longest / width + 1);
  for (std::size_t bin = 0; bin < num_bins; ++bin) {
    const std::int64_t first = static_cast<std::int64_t>(bin) * width;
    histogram.labels.push_back(width == 1 ? std::to_string(first)
                                          : fmt::format("{}\u2013{}", first, first + width - 1));
  }
  stops.series.push_back({.name = "completions"});
  for (const auto& [reason, name] : kStops) {
    FigureSeries series = {.name = name, .values = Values(num_bins, 0.0)};
    for (const std::int64_t length : lengths[reason]) {
      ++*series.values[static_cast<std::size_t>(length / width)];
    }
    stops.labels.emplace_back(name);
    stops.series.front().values.emplace_back(static_cast<double>(lengths[reason].size()));
    histogram.series.push_back(std::move(series));
  }
  figures.push_back(std::move(histogram));
  figures.push_back(std::move(stops));
}

void AddRolling(std::span<const SampleResult> samples, std::vector<Figure>& figures) {
  std::vector<double> bits;
  for (const SampleResult& sample : samples) {
    if (!sample.rolling || sample.rolling->num_bytes == 0) continue;
    bits.push_back(-sample.rolling->logprob / std::numbers::ln2 /
                   static_cast<double>(sample.rolling->num_bytes));
  }
  if (bits.size() < 2) return;
  constexpr double kWidth = 0.1;
  constexpr std::int64_t kMostBins = 100;  // the last takes all above
  std::vector<std::int64_t> counts;
  for (const double value : bits) {
    const auto bin =
        std::min(kMostBins - 1, static_cast<std::int64_t>(std::max(0.0, value) / kWidth));
    counts.resize(std::max(counts.size(), static_cast<std::size_t>(bin + 1)));
    ++counts[static_cast<std::size_t>(bin)];
  }
  Figure figure = {.name = "bits",
                   .title = "Bits per byte of each text",
                   .caption = "How well texts are predicted: to the left is better.",
                   .kind = FigureKind::kColumns,
                   .label_axis = "bits per byte",
                   .value_axis = "texts",
                   .decimals = 0};
  figure.series.push_back({.name = "texts"});
  const auto first = static_cast<std::size_t>(
      std::find_if(counts.begin(), counts.end(), [](std::int64_t count) { return count > 0; }) -
      counts.begin());
  for (std::size_t bin = first; bin < counts.size(); ++bin) {
    figure.labels.push_back(fmt::format("{:.1f}", kWidth * static_cast<double>(bin)));
    figure.series.front().values.emplace_back(static_cast<double>(counts[bin]));
  }
  figures.push_back(std::move(figure));
}

}  // namespace

bool IsShare(const MetricValue& metric) {
  return metric.unit == "fraction" || metric.unit == "percent";
}

std::vector<Figure> RunFigures(const RunReport& run) {
  Figure figure = {.name = "scores",
                   .title = "Scores",
                   .caption =
                       "The main score of each task with its 95 % interval; diamonds are "
                       "published scores of the same variant.",
                   .kind = FigureKind::kRows,
                   .label_axis = "task",
                   .value_axis = "score, %"};
  FigureSeries scores = {.name = "this run"};
  FigureSeries published = {.name = "published", .mark = SeriesMark::kPoint};
  for (const TaskResult& task : run.tasks) {
    const MetricValue* headline = Headline(task.metrics);
    if (headline == nullptr || !IsShare(*headline)) continue;
    figure.labels.push_back(task.task + " " + headline->name);
    AddMetric(*headline, scores);
    const auto found = std::find_if(
        task.published.begin(), task.published.end(),
        [&](const PublishedComparison& other) { return other.metric == headline->name; });
    published.values.push_back(found == task.published.end() ? std::optional<double>()
                                                             : std::optional(found->value));
  }
  if (figure.labels.empty()) return {};
  figure.series = {scores};
  const bool has_published =
      std::any_of(published.values.begin(), published.values.end(),
                  [](const std::optional<double>& value) { return value.has_value(); });
  if (has_published) figure.series.push_back(published);
  return {figure};
}

std::vector<Figure> TaskFigures(const TaskResult& task, std::span<const SampleResult> samples) {
  std::vector<Figure> figures;
  AddSubsets(
      task, "categories", "Categories and means", "subset",
      [](const SubsetResult& subset) { return subset.kind != "group"; }, figures);
  AddCalibration(samples, figures);
  AddChoiceBias(samples, figures);
  if (auto confusion = ConfusionFigure(task, samples)) figures.push_back(std::move(*confusion));
  AddCompletions(samples, figures);
  AddRolling(samples, figures);
  AddSubsets(
      task, "groups", "Groups", "group",
      [](const SubsetResult& subset) { return subset.kind == "group"; }, figures);
  return figures;
}

}  // namespace meval
