#include "metrics/bootstrap.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "metrics/aggregate.h"
#include "metrics/metric_error.h"
#include "metrics/numpy_random.h"
#include "metrics/parallel.h"
#include "metrics/python_random.h"
#include "metrics/sampling/draw_counts.h"

namespace meval {
namespace {

constexpr std::string_view kMetric = "bootstrap";
constexpr std::int64_t kChunkSize = 1000;  // the reference's

void RequireDocuments(std::size_t n) {
  if (n < 1) {
    throw MetricError(kMetric, "", "no documents to draw from: expected at least one");
  }
}

// Calls body(generator, replicate) for every replicate of the reference, chunks on several threads.
template <typename Body>
std::vector<double> ReferenceReplicates(std::int64_t n, std::int64_t iterations, int num_threads,
                                        const Body& body) {
  RequireDocuments(static_cast<std::size_t>(std::max<std::int64_t>(n, 0)));
  if (iterations < 1) {
    throw MetricError(kMetric, "",
                      std::to_string(iterations) + " iterations: expected at least one");
  }
  const auto chunk_size = static_cast<std::size_t>(std::min(kChunkSize, iterations));
  const std::size_t num_chunks = static_cast<std::size_t>(iterations) / chunk_size;
  std::vector<double> replicates(num_chunks * chunk_size);
  ParallelFor(num_threads, num_chunks, [&](std::size_t chunk) {
    PythonRandom random(static_cast<std::int64_t>(chunk));
    body(random, std::span(replicates).subspan(chunk * chunk_size, chunk_size));
  });
  return replicates;
}

void RequireNumbers(std::span<const double> values) {
  RequireDocuments(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) {
      throw MetricError(kMetric, "document " + std::to_string(i),
                        "the score is not a number: expected a number for every document");
    }
  }
}

// The sum of as many values, drawn with replacement, from the left.
template <typename Value, typename Sum>
Sum DrawSum(PythonRandom& random, const std::vector<Value>& values) {
  const std::size_t n = values.size();
  std::array<std::int64_t, 312> drawn;  // as many as one turn of the generator holds
  Sum sum = 0;
  for (std::size_t done = 0; done < n;) {
    const std::size_t count = std::min(drawn.size(), n - done);
    random.Choices(static_cast<std::int64_t>(n), std::span(drawn).first(count));
    for (std::size_t i = 0; i < count; ++i) {
      sum += values[static_cast<std::size_t>(drawn[i])];
    }
    done += count;
  }
  return sum;
}

template <typename Value, typename Sum>
std::vector<double> MeansOf(const std::vector<Value>& values, std::int64_t iterations,
                            int num_threads) {
  const auto n = static_cast<std::int64_t>(values.size());
  return ReferenceReplicates(
      n, iterations, num_threads, [&](PythonRandom& random, std::span<double> replicates) {
        for (double& replicate : replicates) {
          replicate =
              static_cast<double>(DrawSum<Value, Sum>(random, values)) / static_cast<double>(n);
        }
      });
}

// Own resamples: chunks of kChunkSize, the last one shorter.
template <typename Body>
std::vector<double> OwnReplicates(const Resampling& resampling, const Body& body) {
  RequireResampling(kMetric, resampling);
  std::vector<double> replicates(static_cast<std::size_t>(resampling.num_resamples));
  constexpr auto kSize = static_cast<std::size_t>(kChunkSize);
  ParallelFor(
      resampling.num_threads, (replicates.size() + kSize - 1) / kSize, [&](std::size_t chunk) {
        NumpyRandom random({resampling.seed, chunk});
        const std::size_t begin = chunk * kSize;
        body(random,
             std::span(replicates).subspan(begin, std::min(kSize, replicates.size() - begin)));
      });
  return replicates;
}

// A set's size, for generators of 32 bits.
std::uint32_t DrawableSize(std::size_t n) {
  RequireDocuments(n);
  if (n > std::numeric_limits<std::uint32_t>::max()) {
    throw MetricError(kMetric, "", std::to_string(n) + " documents: expected fewer than 2^32");
  }
  return static_cast<std::uint32_t>(n);
}

// Distinct values, rising, and how many documents have each.
struct Distinct {
  std::vector<double> values;
  std::vector<std::int64_t> counts;
};

Distinct DistinctOf(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  Distinct distinct;
  for (const double value : sorted) {
    if (distinct.values.empty() || distinct.values.back() != value) {
      distinct.values.push_back(value);
      distinct.counts.push_back(0);
    }
    ++distinct.counts.back();
  }
  return distinct;
}

}  // namespace

std::vector<double> BootstrapReplicates(std::int64_t n, std::int64_t iterations,
                                        const ResampleAggregate& aggregate, int num_threads) {
  return ReferenceReplicates(n, iterations, num_threads,
                             [&](PythonRandom& random, std::span<double> replicates) {
                               std::vector<std::int64_t> drawn(static_cast<std::size_t>(n));
                               for (double& replicate : replicates) {
                                 random.Choices(n, drawn);
                                 replicate = aggregate(drawn);
                               }
                             });
}

std::vector<double> BootstrapMeans(std::span<const double> values, std::int64_t iterations,
                                   int num_threads) {
  RequireNumbers(values);
  // Scores of 0 and 1 are added up as whole numbers, which is faster and gives the same sum.
  if (std::all_of(values.begin(), values.end(), [](double v) { return v == 0 || v == 1; })) {
    return MeansOf<std::int8_t, std::int64_t>({values.begin(), values.end()}, iterations,
                                              num_threads);
  }
  return MeansOf<double, double>({values.begin(), values.end()}, iterations, num_threads);
}

double BootstrapStderr(std::int64_t n, std::int64_t iterations, const ResampleAggregate& aggregate,
                       int num_threads) {
  const auto deviation = SampleStddev(BootstrapReplicates(n, iterations, aggregate, num_threads));
  if (!deviation) {
    throw MetricError(kMetric, "", "1 iteration: expected at least two");
  }
  return *deviation;
}

void RequireResampling(std::string_view metric, const Resampling& resampling) {
  if (resampling.num_resamples < 2) {
    throw MetricError(
        metric, "", std::to_string(resampling.num_resamples) + " resamples: expected at least two");
  }
  if (resampling.num_threads < 1) {
    throw MetricError(metric, "",
                      std::to_string(resampling.num_threads) + " threads: expected at least one");
  }
}

std::vector<double> ResampleMeans(std::span<const double> values, const Resampling& resampling) {
  RequireNumbers(values);
  const std::uint32_t n = DrawableSize(values.size());
  const Distinct distinct = DistinctOf(values);
  // A binomial number costs about as much as this many indices.
  constexpr std::size_t kDrawsPerCount = 10;
  const bool by_counts = distinct.values.size() * kDrawsPerCount < values.size();
  return OwnReplicates(resampling, [&](NumpyRandom& random, std::span<double> replicates) {
    std::vector<std::int64_t> counts(distinct.values.size());
    for (double& replicate : replicates) {
      double sum = 0;
      if (by_counts) {
        DrawMultinomial(random, n, distinct.counts, counts);
        for (std::size_t i = 0; i < counts.size(); ++i) {
          sum += distinct.values[i] * static_cast<double>(counts[i]);
        }
      } else {
        for (std::uint32_t i = 0; i < n; ++i) {
          sum += values[random.Below(n)];
        }
      }
      replicate = sum / n;
    }
  });
}

std::vector<double> ResampleScores(const SegmentStatistics& segments, const ScoreOfSums& score,
                                   const Resampling& resampling) {
  const std::uint32_t n = DrawableSize(segments.num_segments());
  return OwnReplicates(resampling, [&](NumpyRandom& random, std::span<double> replicates) {
    std::vector<double> sums(segments.width());
    for (double& replicate : replicates) {
      std::fill(sums.begin(), sums.end(), 0);
      for (std::uint32_t i = 0; i < n; ++i) {
        AddRow(sums, segments[random.Below(n)]);
      }
      replicate = score(sums);
    }
  });
}

}  // namespace meval
