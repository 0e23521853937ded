#include "evals/gpu_check/mode_cost.h"

#include <algorithm>

namespace meval::gpu_check {

std::vector<ThroughputSpec> ModeTests(const std::vector<ThroughputSpec>& speed_tests) {
  std::vector<ThroughputSpec> tests;
  for (const ThroughputSpec& spec : speed_tests) {
    const bool prefills = spec.prompt_tokens == 2048 || spec.prompt_tokens == 8192;
    const bool decodes = spec.new_tokens > 0 && ((spec.batch == 1 && spec.depth == 0) ||
                                                 (spec.batch == 64 && spec.depth == 1024));
    if (prefills || decodes) tests.push_back(spec);
  }
  return tests;
}

std::vector<ModeCost> CompareModes(const BenchReport& invariant, const BenchReport& fast) {
  std::vector<ModeCost> costs;
  for (const ThroughputTest& test : fast.throughput) {
    const auto other =
        std::find_if(invariant.throughput.begin(), invariant.throughput.end(),
                     [&](const ThroughputTest& candidate) { return candidate.name == test.name; });
    if (other == invariant.throughput.end()) continue;
    costs.push_back({test.name, test.new_tokens > 0, other->rate.median, test.rate.median});
  }
  return costs;
}

}  // namespace meval::gpu_check
