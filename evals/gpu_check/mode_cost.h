#ifndef MEVAL_EVALS_GPU_CHECK_MODE_COST_H_
#define MEVAL_EVALS_GPU_CHECK_MODE_COST_H_

// What the invariant mode costs beside the fast one (docs/cuda.md, "The backend").

#include <cstdint>
#include <string>
#include <vector>

#include "evals/bench_options.h"
#include "reports/bench_record.h"

namespace meval::gpu_check {

struct ModeCost {
  std::string test;  // "pp2048"
  bool generates = false;
  double invariant = 0;  // tokens a second
  double fast = 0;

  // How much longer the invariant mode takes, as a share of the fast mode's time.
  double Cost() const { return invariant > 0 ? fast / invariant - 1 : 0; }
};

// Those of the speed tests that both modes run: prefill of 2048 and 8192 tokens, decoding of one
// sequence and of 64.
std::vector<ThroughputSpec> ModeTests(const std::vector<ThroughputSpec>& speed_tests);

// The tests that both have run.
std::vector<ModeCost> CompareModes(const BenchReport& invariant, const BenchReport& fast);

}  // namespace meval::gpu_check

#endif  // MEVAL_EVALS_GPU_CHECK_MODE_COST_H_
