// Built once for each bug of kernels/cuda/planted_bug.cuh, with a kernel that has it, and once
// without any: the emulator notices the bugs and nothing else.

#include "kernels/cuda/planted_bug.cuh"

#include <gtest/gtest.h>

#include "tests/kernels/cuda/planted_bug_checks.h"

namespace meval::testing {
namespace {

using cuda::kPlantedBug;
using cuda::PlantedBug;

bool IsNoticed(std::uint64_t seed) {
  const bool is_in_rmsnorm =
      kPlantedBug == PlantedBug::kMissingBarrier || kPlantedBug == PlantedBug::kDivergentBarrier;
  if (kPlantedBug == PlantedBug::kNone) return !RmsNormIsRight(seed) || !AttentionIsRight(seed);
  return is_in_rmsnorm ? !RmsNormIsRight(seed) : !AttentionIsRight(seed);
}

// The name of the test is the name of the bug.
#define MEVAL_TEST_OF(bug) TEST(PlantedBug, bug)
MEVAL_TEST_OF(MEVAL_PLANTED_BUG) {
  for (const std::uint64_t seed : {1, 2, 3, 4}) {
    EXPECT_EQ(IsNoticed(seed), kPlantedBug != PlantedBug::kNone) << "seed " << seed;
  }
}

}  // namespace
}  // namespace meval::testing
