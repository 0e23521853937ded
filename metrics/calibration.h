#ifndef MEVAL_METRICS_CALIBRATION_H_
#define MEVAL_METRICS_CALIBRATION_H_

// How far stated probabilities are from how often things turn out true.
//
//   const std::vector<Forecast> top = TopForecasts(probabilities, labels);
//   ExpectedCalibrationError(top);     NegativeLogLikelihood(probabilities, labels);
//
// `probabilities` holds one row a document with the probability of each class, `labels` the index
// of the class that is true. All computations are in double. Every function throws MetricError for
// an empty set, numbers of rows and labels that differ, rows of different lengths, a probability
// outside [0, 1], a label that is no class, and no bins; messages name the document.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace meval {

using ProbabilityRow = std::vector<double>;  // [classes]

// Which rows of probabilities are accepted.
enum class RowRule {
  kSumsToOne,  // within 1e-6; any other row is a MetricError
  kAnySum,     // also others, as the published codes do, which check nothing
};

// The probability somebody gave to something that was or was not so.
struct Forecast {
  double probability = 0;  // 0 .. 1
  bool is_true = false;    //
};

// That the likeliest class (first of equals) is the right one: confidence and correctness.
std::vector<Forecast> TopForecasts(std::span<const ProbabilityRow> probabilities,
                                   std::span<const std::int64_t> labels,
                                   RowRule rule = RowRule::kSumsToOne);

// Bins of equal width: edge_i = i * (1 / B) in double, edge_B = 1. Over the bins, the sum of their
// shares of the documents times their gaps
//
//   gap = |mean probability - share that is true|,  0 .. 1
//
// Bins are (edge_{i-1}, edge_i] (Guo et al. 2017, section 2; ECE of Naeini et al. 2015); a
// probability of exactly 0 falls in none.
double ExpectedCalibrationError(std::span<const Forecast> forecasts, std::int64_t num_bins = 15);
// The largest gap of the same bins.
double MaximumCalibrationError(std::span<const Forecast> forecasts, std::int64_t num_bins = 15);

// The ECE of calib_tools (Nixon et al. 2019; github.com/hendrycks/test): bins [edge_{i-1}, edge_i),
// one more for probabilities of 1, and 2^-52 added to each count before it divides. It differs from
// ExpectedCalibrationError where probabilities lie on edges, 0.5 for instance.
double CalibToolsError(std::span<const Forecast> forecasts, std::int64_t num_bins = 15);

// Static calibration error (Nixon et al. 2019, section 4.1): the mean over classes of
// CalibToolsError of that class's probabilities above 0, each a forecast that the label is it.
double StaticCalibrationError(std::span<const ProbabilityRow> probabilities,
                              std::span<const std::int64_t> labels, std::int64_t num_bins = 15,
                              RowRule rule = RowRule::kSumsToOne);
// Adaptive calibration error (the same, section 4.3): edges so that each bin has as many forecasts,
// taken from the class's sorted probabilities at round(k n / B), halves to even.
double AdaptiveCalibrationError(std::span<const ProbabilityRow> probabilities,
                                std::span<const std::int64_t> labels, std::int64_t num_bins = 15,
                                RowRule rule = RowRule::kSumsToOne);

// RMS calibration error as Humanity's Last Exam reports it (Phan et al. 2025; Hendrycks et al.
// 2019): the root of the share-weighted mean of squared gaps over groups of `group_size` forecasts
// of similar probability. The last group, which takes the remainder, is left out, as in the
// published code. Equal probabilities keep their order. Nothing where there are fewer forecasts
// than group_size.
std::optional<double> RmsCalibrationError(std::span<const Forecast> forecasts,
                                          std::int64_t group_size = 100);

// Mean over documents of the sum over classes of (p_c - [c = label])^2, 0 .. 2 (Brier 1950).
double BrierScore(std::span<const ProbabilityRow> probabilities,
                  std::span<const std::int64_t> labels, RowRule rule = RowRule::kSumsToOne);
// Mean of (p - [is true])^2, 0 .. 1: half the above for two classes.
double BrierScore(std::span<const Forecast> forecasts);

// Mean of -ln p(label), nats, >= 0; infinite where such a probability is 0.
double NegativeLogLikelihood(std::span<const ProbabilityRow> probabilities,
                             std::span<const std::int64_t> labels,
                             RowRule rule = RowRule::kSumsToOne);

}  // namespace meval

#endif  // MEVAL_METRICS_CALIBRATION_H_
