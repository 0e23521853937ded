#include "metrics/sign_flip.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "metrics/metric_error.h"
#include "metrics/numpy_random.h"
#include "metrics/parallel.h"

namespace meval {
namespace {

constexpr std::string_view kMetric = "sign-flip test";
constexpr std::size_t kMostEnumerated = 20;  // a million sums
constexpr std::int64_t kChunkSize = 1000;    // trials of one generator

// Sums that are equal in exact arithmetic may differ by their order's rounding: they count as
// equal.
double Tolerance(std::span<const double> differences) {
  double total = 0;
  for (const double difference : differences) total += std::abs(difference);
  return 1e-12 * total;
}

// How many assignments of signs to differences[i..] bring |sum| to `least` or more.
std::int64_t CountExtreme(std::span<const double> differences, std::size_t i, double sum,
                          double least) {
  if (i == differences.size()) {
    return std::abs(sum) >= least ? 1 : 0;
  }
  return CountExtreme(differences, i + 1, sum + differences[i], least) +
         CountExtreme(differences, i + 1, sum - differences[i], least);
}

double ExactP(std::span<const double> differences, double least) {
  // Half of the assignments mirror the others, so the first sign is left alone.
  const std::int64_t extreme = CountExtreme(differences, 1, differences[0], least);
  return std::ldexp(static_cast<double>(extreme), 1 - static_cast<int>(differences.size()));
}

double DrawnP(std::span<const double> differences, double least, const SignFlipOptions& options) {
  const std::int64_t num_chunks = (options.num_trials + kChunkSize - 1) / kChunkSize;
  std::vector<std::int64_t> extreme(static_cast<std::size_t>(num_chunks));
  ParallelFor(options.num_threads, extreme.size(), [&](std::size_t chunk) {
    NumpyRandom random({options.seed, static_cast<std::uint64_t>(chunk)});
    NumpyBooleans coins(random);
    const std::int64_t trials =
        std::min(kChunkSize, options.num_trials - static_cast<std::int64_t>(chunk) * kChunkSize);
    for (std::int64_t trial = 0; trial < trials; ++trial) {
      double sum = 0;
      for (const double difference : differences) sum += coins.Next() ? difference : -difference;
      extreme[chunk] += std::abs(sum) >= least ? 1 : 0;
    }
  });
  std::int64_t total = 0;
  for (const std::int64_t count : extreme) total += count;
  return static_cast<double>(1 + total) / static_cast<double>(1 + options.num_trials);
}

}  // namespace

double SignFlipTest(std::span<const double> differences, const SignFlipOptions& options) {
  if (differences.empty()) {
    throw MetricError(kMetric, "", "no documents to compare: expected at least one");
  }
  if (options.num_trials < 1) {
    throw MetricError(kMetric, "",
                      std::to_string(options.num_trials) + " trials: expected at least one");
  }
  std::vector<double> changed;
  double sum = 0;
  for (std::size_t i = 0; i < differences.size(); ++i) {
    if (!std::isfinite(differences[i])) {
      throw MetricError(kMetric, "document " + std::to_string(i),
                        "the difference is not finite: expected a number for every document");
    }
    sum += differences[i];
    if (differences[i] != 0) changed.push_back(differences[i]);
  }
  if (changed.empty()) {
    return 1;
  }
  const double least = std::abs(sum) - Tolerance(changed);
  return changed.size() <= kMostEnumerated ? ExactP(changed, least)
                                           : DrawnP(changed, least, options);
}

}  // namespace meval
