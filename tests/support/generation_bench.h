#ifndef MEVAL_TESTS_SUPPORT_GENERATION_BENCH_H_
#define MEVAL_TESTS_SUPPORT_GENERATION_BENCH_H_

// Generation with a tiny model, scheduled in any way there is, and the same written a second time
// as plainly as can be: each sample alone, one token a pass.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/generation_plan.h"
#include "engine/model_config.h"
#include "engine/requests.h"
#include "tests/support/reference_forward.h"

namespace meval {

// Generations are compared whole.
bool operator==(const Generation& a, const Generation& b);

namespace testing {

// [request][sample]
using Samples = std::vector<std::vector<Generation>>;

// How a run is scheduled; no generation depends on it.
struct Schedule {
  int num_threads = 1;
  DType dtype = DType::kF32;
  std::int64_t batch_tokens = 64;
  std::int64_t num_pages = 128;
  bool share_prefixes = true;
  // Generations after which the run is asked to stop, 0: never.
  std::size_t stop_after = 0;
};

struct GenerationOutcome {
  Samples samples;
  std::size_t num_reported = 0;
  std::int64_t free_pages_after = 0;
  EngineStats stats;
};

PlanOptions OptionsFor(const Schedule& schedule, const ModelConfig& config);

// Plans and carries out. A generation that is reported twice or has no place is a test failure.
GenerationOutcome RunGeneration(const std::vector<GenerationRequest>& requests,
                                const Schedule& schedule, const ModelConfig& config,
                                const PlainWeights& weights);

// Each sample alone, one token a pass, its text decoded anew each time.
Samples GenerateNaively(const std::vector<GenerationRequest>& requests, DType dtype,
                        const ModelConfig& config, const PlainWeights& weights);

// Tokens that samples feed after their prompts; greedy samples of a request are one.
std::int64_t CountContinuedTokens(const std::vector<GenerationRequest>& requests,
                                  const Samples& samples);

// Seed, schedule and window, for a failure message.
std::string Describe(std::uint64_t seed, const Schedule& schedule, std::int64_t window);

}  // namespace testing
}  // namespace meval

#endif  // MEVAL_TESTS_SUPPORT_GENERATION_BENCH_H_
