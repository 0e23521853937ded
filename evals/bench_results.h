#ifndef MEVAL_EVALS_BENCH_RESULTS_H_
#define MEVAL_EVALS_BENCH_RESULTS_H_

// From measurements to what the record of a benchmark says of them.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "evals/serving_engine.h"
#include "metrics/latency.h"
#include "reports/bench_record.h"

namespace meval {

BenchSpread ToSpread(std::span<const double> values);  // at least one
BenchLatency ToLatency(std::span<const double> values);
LatencyLimits ToLimits(const BenchLimits& limits);

// Everything a serving test says that follows from its requests: sums, rates, latencies, goodput
// and, by the rules of the scenario `test.name`, validity. `test` already has name, workload,
// seed, rate, queries_at_once and limits, and of its energy all but the tokens.
void Summarize(std::span<const RequestTimes> requests, ServingTest& test);

// How many requests of a task have which lengths.
WorkloadLengths DescribeLengths(const std::string& task, std::span<const RequestShape> shapes);

}  // namespace meval

#endif  // MEVAL_EVALS_BENCH_RESULTS_H_
