#include "metrics/bootstrap.h"

#include <algorithm>
#include <string>

#include "metrics/aggregate.h"
#include "metrics/metric_error.h"
#include "metrics/python_random.h"

namespace meval {

std::vector<double> BootstrapReplicates(std::int64_t n, std::int64_t iterations,
                                        const ResampleAggregate& aggregate) {
  if (n < 1) {
    throw MetricError("bootstrap", "", "no documents to draw from: expected at least one");
  }
  if (iterations < 1) {
    throw MetricError("bootstrap", "",
                      std::to_string(iterations) + " iterations: expected at least one");
  }
  const std::int64_t chunk_size = std::min<std::int64_t>(1000, iterations);
  const std::int64_t num_chunks = iterations / chunk_size;
  std::vector<double> replicates;
  replicates.reserve(static_cast<std::size_t>(num_chunks * chunk_size));
  for (std::int64_t chunk = 0; chunk < num_chunks; ++chunk) {
    PythonRandom random(chunk);
    for (std::int64_t i = 0; i < chunk_size; ++i) {
      replicates.push_back(aggregate(random.Choices(n, n)));
    }
  }
  return replicates;
}

double BootstrapStderr(std::int64_t n, std::int64_t iterations,
                       const ResampleAggregate& aggregate) {
  const auto deviation = SampleStddev(BootstrapReplicates(n, iterations, aggregate));
  if (!deviation) {
    throw MetricError("bootstrap", "", "1 iteration: expected at least two");
  }
  return *deviation;
}

}  // namespace meval
