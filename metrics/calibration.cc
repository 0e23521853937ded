#include "metrics/calibration.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "metrics/aggregate.h"
#include "metrics/metric_error.h"
#include "metrics/multiple_choice.h"

namespace meval {
namespace {

constexpr std::string_view kMetric = "calibration";
constexpr double kSumTolerance = 1e-6;

std::string DocumentName(std::size_t index) { return "document " + std::to_string(index); }

void RequireProbability(double probability, const std::string& where) {
  if (!(probability >= 0 && probability <= 1)) {
    throw MetricError(
        kMetric, where,
        "probability " + std::to_string(probability) + ": expected a number between 0 and 1");
  }
}

void RequireForecasts(std::span<const Forecast> forecasts) {
  if (forecasts.empty()) {
    throw MetricError(kMetric, "", "no documents to score: expected at least one");
  }
  for (std::size_t d = 0; d < forecasts.size(); ++d) {
    RequireProbability(forecasts[d].probability, DocumentName(d));
  }
}

void RequireRow(const ProbabilityRow& row, std::int64_t label, std::size_t num_classes,
                RowRule rule, const std::string& where) {
  if (row.size() != num_classes || row.empty()) {
    throw MetricError(
        kMetric, where,
        std::to_string(row.size()) + " probabilities: expected " +
            (row.empty() ? "at least one" : std::to_string(num_classes) + " as in document 0"));
  }
  double sum = 0;
  for (std::size_t c = 0; c < row.size(); ++c) {
    RequireProbability(row[c], where + ", class " + std::to_string(c));
    sum += row[c];
  }
  if (rule == RowRule::kSumsToOne && std::abs(sum - 1) > kSumTolerance) {
    throw MetricError(
        kMetric, where,
        "the probabilities sum to " + std::to_string(sum) + ": expected 1, to within 1e-6");
  }
  if (label < 0 || label >= static_cast<std::int64_t>(num_classes)) {
    throw MetricError(
        kMetric, where,
        "label " + std::to_string(label) + ": expected 0 to " + std::to_string(num_classes - 1));
  }
}

void RequireRows(std::span<const ProbabilityRow> probabilities,
                 std::span<const std::int64_t> labels, RowRule rule) {
  RequireSameCount(kMetric, probabilities.size(), labels.size());
  for (std::size_t d = 0; d < probabilities.size(); ++d) {
    RequireRow(probabilities[d], labels[d], probabilities[0].size(), rule, DocumentName(d));
  }
}

void RequirePositive(std::int64_t number, std::string_view what) {
  if (number < 1) {
    throw MetricError(kMetric, "",
                      std::to_string(number) + " " + std::string(what) + ": expected at least 1");
  }
}

// What a bin's forecasts add up to.
struct Bin {
  double count = 0;
  double probability = 0;
  double is_true = 0;

  void Add(const Forecast& forecast) {
    count += 1;
    probability += forecast.probability;
    is_true += forecast.is_true ? 1 : 0;
  }
  double Gap() const { return std::abs(probability / count - is_true / count); }
};

// edge_1 .. edge_B, as numpy.linspace computes them: i times the width, which in the last bit need
// not be i / B.
std::vector<double> UpperEdges(std::int64_t num_bins) {
  RequirePositive(num_bins, "bins");
  const double width = 1.0 / static_cast<double>(num_bins);
  std::vector<double> edges;
  for (std::int64_t i = 1; i < num_bins; ++i) {
    edges.push_back(static_cast<double>(i) * width);
  }
  edges.push_back(1.0);
  return edges;
}

// Bins (edge_{i-1}, edge_i].
std::vector<Bin> HalfOpenBelow(std::span<const Forecast> forecasts, std::int64_t num_bins) {
  RequireForecasts(forecasts);
  const std::vector<double> edges = UpperEdges(num_bins);
  std::vector<Bin> bins(edges.size());
  for (const Forecast& forecast : forecasts) {
    if (forecast.probability > 0) {
      const auto edge = std::lower_bound(edges.begin(), edges.end(), forecast.probability);
      bins[static_cast<std::size_t>(edge - edges.begin())].Add(forecast);
    }
  }
  return bins;
}

// calib_tools' sum over bins [edge_{i-1}, edge_i) and one above the last edge; 0 without forecasts.
double CalibToolsSum(std::span<const Forecast> forecasts, const std::vector<double>& edges) {
  std::vector<Bin> bins(edges.size() + 1);
  for (const Forecast& forecast : forecasts) {
    const auto edge = std::upper_bound(edges.begin(), edges.end(), forecast.probability);
    bins[static_cast<std::size_t>(edge - edges.begin())].Add(forecast);
  }
  const auto total = static_cast<double>(forecasts.size());
  std::vector<double> gaps;
  for (const Bin& bin : bins) {
    const double count = bin.count + std::numeric_limits<double>::epsilon();
    const double gap = bin.is_true / count - bin.probability / count;
    gaps.push_back(forecasts.empty() ? 0 : std::abs(gap * (count / total)));
  }
  return PairwiseSum(gaps);
}

// The sorted probabilities at round(k n / B) for k = 1 .. B - 1.
std::vector<double> AdaptiveEdges(std::span<const Forecast> forecasts, std::int64_t num_bins) {
  std::vector<double> sorted;
  for (const Forecast& forecast : forecasts) {
    sorted.push_back(forecast.probability);
  }
  std::sort(sorted.begin(), sorted.end());
  const double step = static_cast<double>(sorted.size()) / static_cast<double>(num_bins);
  std::vector<double> edges;
  for (std::int64_t k = 1; k < num_bins && !sorted.empty(); ++k) {
    // nearbyint rounds halves to even, as numpy.round does.
    const auto place = static_cast<std::size_t>(std::nearbyint(static_cast<double>(k) * step));
    edges.push_back(sorted[std::min(place, sorted.size() - 1)]);
  }
  return edges;
}

// One class's probabilities above 0.
std::vector<Forecast> ForecastsOfClass(std::span<const ProbabilityRow> probabilities,
                                       std::span<const std::int64_t> labels, std::size_t c) {
  std::vector<Forecast> forecasts;
  for (std::size_t d = 0; d < probabilities.size(); ++d) {
    if (probabilities[d][c] > 0) {
      forecasts.push_back({probabilities[d][c], labels[d] == static_cast<std::int64_t>(c)});
    }
  }
  return forecasts;
}

// Sum over classes of CalibToolsSum / number of classes, with the edges `edges_of` gives.
template <typename EdgesOf>
double MeanOverClasses(std::span<const ProbabilityRow> probabilities,
                       std::span<const std::int64_t> labels, const EdgesOf& edges_of) {
  const std::size_t num_classes = probabilities[0].size();
  std::vector<double> shares;
  for (std::size_t c = 0; c < num_classes; ++c) {
    const std::vector<Forecast> forecasts = ForecastsOfClass(probabilities, labels, c);
    shares.push_back(CalibToolsSum(forecasts, edges_of(forecasts)) /
                     static_cast<double>(num_classes));
  }
  return PairwiseSum(shares);
}

}  // namespace

std::vector<Forecast> TopForecasts(std::span<const ProbabilityRow> probabilities,
                                   std::span<const std::int64_t> labels, RowRule rule) {
  RequireRows(probabilities, labels, rule);
  std::vector<Forecast> forecasts;
  forecasts.reserve(probabilities.size());
  for (std::size_t d = 0; d < probabilities.size(); ++d) {
    const std::size_t top = NumpyArgmax(probabilities[d]);
    forecasts.push_back({probabilities[d][top], labels[d] == static_cast<std::int64_t>(top)});
  }
  return forecasts;
}

double ExpectedCalibrationError(std::span<const Forecast> forecasts, std::int64_t num_bins) {
  double sum = 0;
  for (const Bin& bin : HalfOpenBelow(forecasts, num_bins)) {
    if (bin.count > 0) {
      sum += bin.count / static_cast<double>(forecasts.size()) * bin.Gap();
    }
  }
  return sum;
}

double MaximumCalibrationError(std::span<const Forecast> forecasts, std::int64_t num_bins) {
  double largest = 0;
  for (const Bin& bin : HalfOpenBelow(forecasts, num_bins)) {
    if (bin.count > 0) {
      largest = std::max(largest, bin.Gap());
    }
  }
  return largest;
}

double CalibToolsError(std::span<const Forecast> forecasts, std::int64_t num_bins) {
  RequireForecasts(forecasts);
  const std::vector<double> edges = UpperEdges(num_bins);
  // The reference looks at confidences above 0 only; below, nothing could be the largest class.
  std::vector<Forecast> positive;
  std::copy_if(forecasts.begin(), forecasts.end(), std::back_inserter(positive),
               [](const Forecast& forecast) { return forecast.probability > 0; });
  return CalibToolsSum(positive, edges);
}

double StaticCalibrationError(std::span<const ProbabilityRow> probabilities,
                              std::span<const std::int64_t> labels, std::int64_t num_bins,
                              RowRule rule) {
  RequireRows(probabilities, labels, rule);
  const std::vector<double> edges = UpperEdges(num_bins);
  return MeanOverClasses(
      probabilities, labels, [&](std::span<const Forecast>) -> const auto& { return edges; });
}

double AdaptiveCalibrationError(std::span<const ProbabilityRow> probabilities,
                                std::span<const std::int64_t> labels, std::int64_t num_bins,
                                RowRule rule) {
  RequireRows(probabilities, labels, rule);
  RequirePositive(num_bins, "bins");
  return MeanOverClasses(probabilities, labels, [&](std::span<const Forecast> forecasts) {
    return AdaptiveEdges(forecasts, num_bins);
  });
}

std::optional<double> RmsCalibrationError(std::span<const Forecast> forecasts,
                                          std::int64_t group_size) {
  RequireForecasts(forecasts);
  RequirePositive(group_size, "forecasts a group");
  const auto size = static_cast<std::size_t>(group_size);
  const std::size_t num_groups = forecasts.size() / size;
  if (num_groups == 0) {
    return std::nullopt;
  }
  std::vector<Forecast> sorted(forecasts.begin(), forecasts.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const Forecast& a, const Forecast& b) {
    return a.probability < b.probability;
  });
  double sum = 0;
  for (std::size_t group = 0; group + 1 < num_groups; ++group) {
    Bin bin;
    for (std::size_t i = 0; i < size; ++i) {
      bin.Add(sorted[group * size + i]);
    }
    sum += bin.count / static_cast<double>(sorted.size()) * (bin.Gap() * bin.Gap());
  }
  return std::sqrt(sum);
}

double BrierScore(std::span<const ProbabilityRow> probabilities,
                  std::span<const std::int64_t> labels, RowRule rule) {
  RequireRows(probabilities, labels, rule);
  double sum = 0;
  for (std::size_t d = 0; d < probabilities.size(); ++d) {
    double distance = 0;
    for (std::size_t c = 0; c < probabilities[d].size(); ++c) {
      const double truth = labels[d] == static_cast<std::int64_t>(c) ? 1 : 0;
      distance += (probabilities[d][c] - truth) * (probabilities[d][c] - truth);
    }
    sum += distance;
  }
  return sum / static_cast<double>(probabilities.size());
}

double BrierScore(std::span<const Forecast> forecasts) {
  RequireForecasts(forecasts);
  double sum = 0;
  for (const Forecast& forecast : forecasts) {
    const double gap = forecast.probability - (forecast.is_true ? 1 : 0);
    sum += gap * gap;
  }
  return sum / static_cast<double>(forecasts.size());
}

double NegativeLogLikelihood(std::span<const ProbabilityRow> probabilities,
                             std::span<const std::int64_t> labels, RowRule rule) {
  RequireRows(probabilities, labels, rule);
  double sum = 0;
  for (std::size_t d = 0; d < probabilities.size(); ++d) {
    sum -= std::log(probabilities[d][static_cast<std::size_t>(labels[d])]);
  }
  return sum / static_cast<double>(probabilities.size());
}

}  // namespace meval
