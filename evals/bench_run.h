#ifndef MEVAL_EVALS_BENCH_RUN_H_
#define MEVAL_EVALS_BENCH_RUN_H_

// `mistral-eval bench` from options to record: model, ceilings, tests one after the other.

#include <functional>
#include <stop_token>
#include <string>

#include "evals/bench_options.h"
#include "reports/bench_record.h"

namespace meval {

// Loads the model, measures the ceilings, runs every test that is asked for. `note` gets a line
// before each, and the memory table. Once `stop` is requested, returns after the step or
// repetition that runs with the tests that have figures. Throws UsageError for tests that do not
// fit the model, ModelError, DataError or DeviceError.
BenchReport RunBench(const BenchOptions& options,
                     const std::function<void(const std::string&)>& note, std::stop_token stop);

}  // namespace meval

#endif  // MEVAL_EVALS_BENCH_RUN_H_
