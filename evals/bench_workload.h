#ifndef MEVAL_EVALS_BENCH_WORKLOAD_H_
#define MEVAL_EVALS_BENCH_WORKLOAD_H_

// How long the requests of real tasks are, for benchmarks that replay them.

#include <cstdint>
#include <string>
#include <vector>

#include "engine/model_outline.h"
#include "evals/run_options.h"
#include "evals/serving_engine.h"

namespace meval {

struct Workload {
  std::string name;                  // the task's, or "512+128" for one shape
  std::vector<RequestShape> shapes;  // of all its requests; at least one
};

// The requests of each of the tasks (names, groups, globs) with this model's tokenizer:
//
//   log-likelihood   the rows a request alone would feed, and one token, which is where its first
//                    answer can be read
//   generation       the prompt and as many tokens as the first reference answer has, at most what
//                    the task allows; that limit where there is no reference. Each of the samples
//                    of a prompt is a request.
//
// Throws UnknownTaskError, DataError or UsageError as a run would.
std::vector<Workload> TaskWorkloads(const std::string& tasks, const DataSelection& data,
                                    const ModelOutline& outline, int num_threads);

// `count` of a workload's shapes: all of them as often as they fit, then some drawn without
// replacement by CPython's sample(), all in an order that shuffle() gives them.
std::vector<RequestShape> DrawShapes(const Workload& workload, std::int64_t count,
                                     std::int64_t seed);

}  // namespace meval

#endif  // MEVAL_EVALS_BENCH_WORKLOAD_H_
