#ifndef MEVAL_EVALS_GPU_CHECK_SPEED_H_
#define MEVAL_EVALS_GPU_CHECK_SPEED_H_

// How fast a device runs a model of full size: which shape, which tests, which evaluations.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/memory_plan.h"
#include "evals/bench_options.h"
#include "evals/gpu_check/workload_run.h"
#include "evals/gpu_check/workload_shape.h"
#include "kernels/context.h"

namespace meval::gpu_check {

// random:mistral-7b-v0.1, or as many of its layers (a power of two) as the device holds with
// 16384 positions of keys and values; "" where not even one fits.
std::string LargestShape(const DeviceTraits& traits);

// The memory a model would take on the device. Random weights need no tokenizer. Throws ModelError
// or DeviceError.
MemoryPlan SpeedMemory(const ModelOptions& model, const DeviceTraits& traits);

// Prefill of 128 to 8192 tokens, and 64 steps of decoding for 1 to 256 sequences behind 0 to 4096
// tokens each: those tests that take no more than `positions` of keys and values, and none longer
// than `max_length`.
std::vector<ThroughputSpec> SpeedTests(std::int64_t positions, std::int64_t max_length);

// What RunBench (evals/bench_run.h) is asked for. At most `most_positions` of keys and values:
// filling them takes time.
BenchOptions SpeedBench(const ModelOptions& model, const DeviceTraits& traits,
                        std::int64_t most_positions = 300'000);

// An engine that generates with any shape's random weights: their text is that of the shipped
// tokenizer, which knows few of their tokens, and nobody reads it.
Engine LoadForWorkloads(Context& ctx, const ModelOptions& model);

struct WorkloadBudget {
  double seconds = 0;      // for all of them
  std::int64_t limit = 0;  // documents of each; 0: all
  std::int64_t seed = 1234;
};

// Runs each of the shapes. A workload whose predicted least time, times kSlack, is more than its
// share of the seconds that are left gets as many documents as fit. `note` gets a line before each.
std::vector<WorkloadTime> RunWorkloads(Engine& engine, std::span<const WorkloadShape> shapes,
                                       const Ceiling& ceiling, const WorkloadBudget& budget,
                                       const std::function<void(const std::string&)>& note);

// An engine at 40 % of the ceilings keeps its time.
inline constexpr double kSlack = 2.5;

}  // namespace meval::gpu_check

#endif  // MEVAL_EVALS_GPU_CHECK_SPEED_H_
