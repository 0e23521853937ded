#ifndef MEVAL_EVALS_GPU_CHECK_WORKLOAD_RUN_H_
#define MEVAL_EVALS_GPU_CHECK_WORKLOAD_RUN_H_

// The seconds an evaluation's requests take in the engine as a run hands them over: all at once,
// planned, beginnings shared.

#include <cstdint>
#include <stop_token>
#include <string>

#include "engine/engine.h"
#include "evals/gpu_check/workload_shape.h"
#include "kernels/ceiling.h"

namespace meval::gpu_check {

struct WorkloadTime {
  std::string name;
  std::string title;
  std::int64_t documents = 0;  // asked
  std::int64_t of_documents = 0;
  std::int64_t requests = 0;          // continuations, or samples
  std::int64_t requests_done = 0;     // fewer where time was up
  std::int64_t tokens_requested = 0;  // rows of prompts and continuations, request by request
  std::int64_t tokens_fed = 0;        // rows fed
  std::int64_t tokens_generated = 0;
  double seconds = 0;
  double floor_seconds = 0;  // of the steps that ran, at the ceilings
};

// The least time `requests` take at a device's ceilings, from their plan: nothing runs. Samples are
// taken to decode in steps large enough to be bound by arithmetic.
double PredictSeconds(const Engine& engine, const ShapedRequests& requests, const Ceiling& ceiling);

// Once `stop` is requested, ends after the step that runs.
WorkloadTime RunWorkload(Engine& engine, const WorkloadShape& shape, const ShapedRequests& requests,
                         const Ceiling& ceiling, std::stop_token stop = {});

}  // namespace meval::gpu_check

#endif  // MEVAL_EVALS_GPU_CHECK_WORKLOAD_RUN_H_
