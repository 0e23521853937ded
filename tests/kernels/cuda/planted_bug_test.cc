// Built once for each bug of kernels/cuda/planted_bug.cuh, with a kernel that has it, and once
// without any: the emulator notices the bugs and nothing else.

#include "kernels/cuda/planted_bug.cuh"

#include <gtest/gtest.h>

#include "tests/kernels/cuda/planted_bug_checks.h"

namespace meval::testing {
namespace {

using cuda::AttentionKernel;
using cuda::kPlantedBug;
using cuda::PlantedBug;

// What the bug of this program is in.
bool IsRight(std::uint64_t seed) {
  switch (kPlantedBug) {
    case PlantedBug::kNone:
      return RmsNormIsRight(seed) && AttentionIsRight(seed, AttentionKernel::kTiles) &&
             AttentionIsRight(seed, AttentionKernel::kWarpgroupTiles);
    case PlantedBug::kMissingBarrier:
    case PlantedBug::kDivergentBarrier:
      return RmsNormIsRight(seed);
    case PlantedBug::kMissingProductWait:
    case PlantedBug::kMissingProductFence:
    case PlantedBug::kWrongBarrierPhase:
    case PlantedBug::kWrongDescriptorStride:
    case PlantedBug::kMissingProxyFence:
      return AttentionIsRight(seed, AttentionKernel::kWarpgroupTiles);
    default:
      return AttentionIsRight(seed, AttentionKernel::kTiles);
  }
}

// The name of the test is the name of the bug.
#define MEVAL_TEST_OF(bug) TEST(PlantedBug, bug)
MEVAL_TEST_OF(MEVAL_PLANTED_BUG) {
  for (const std::uint64_t seed : {1, 2, 3, 4}) {
    EXPECT_EQ(IsRight(seed), kPlantedBug == PlantedBug::kNone) << "seed " << seed;
  }
}

}  // namespace
}  // namespace meval::testing
