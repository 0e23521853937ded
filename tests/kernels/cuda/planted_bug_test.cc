// Built once for each bug of kernels/cuda/planted_bug.cuh, with a kernel that has it, and once
// without any: the emulator notices the bugs and nothing else.

#include "kernels/cuda/planted_bug.cuh"

#include <cstdint>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/kernels/cuda/planted_bug_checks.h"

namespace meval::testing {
namespace {

using cuda::AttentionKernel;
using cuda::kPlantedBug;
using cuda::PlantedBug;
using ::testing::MatchesRegex;

std::string OfTiles(std::uint64_t seed) {
  return ProblemOfAttention(seed, AttentionKernel::kTiles);
}
std::string OfWarpgroupTiles(std::uint64_t seed) {
  return ProblemOfAttention(seed, AttentionKernel::kWarpgroupTiles);
}
std::string OfAll(std::uint64_t seed) {
  return ProblemOfRmsNorm(seed) + OfTiles(seed) + OfWarpgroupTiles(seed);
}

// A kernel with the bug of this program, and the problem it has by that. Another one is none of
// this bug's.
struct Noticed {
  std::string (*problem)(std::uint64_t seed);
  const char* as;
};
// Poison has been read: what nobody had written yet, or what a copy or product under way writes.
constexpr const char* kPoison = "element [0-9]+: nan";
// In the row of position 192, the first to see the tile at the sequence's end.
constexpr const char* kPoisonInTheLastTile = "element 1408: nan";
constexpr const char* kOtherNumbers = "element [0-9]+: expected [-.0-9]+, found [-.0-9]+";

Noticed NoticedBy(PlantedBug bug) {
  switch (bug) {
    case PlantedBug::kMissingBarrier:
      return {ProblemOfRmsNorm, kPoison};
    case PlantedBug::kDivergentBarrier:
      return {ProblemOfRmsNorm,
              "thread 224 .* waits in __shfl_xor_sync .* for lane [0-9]+, which has exited .*"};
    case PlantedBug::kMissingTrailingBarrier:
    case PlantedBug::kWrongWaitGroup:
      return {OfTiles, kPoison};
    case PlantedBug::kWrongFragmentIndex:
    case PlantedBug::kWindowOffByOne:
      return {OfTiles, kOtherNumbers};
    case PlantedBug::kStaleSlots:
      return {OfTiles, kPoisonInTheLastTile};
    case PlantedBug::kMissingProductWait:
      return {OfWarpgroupTiles, kPoison};
    case PlantedBug::kMissingProductFence:
      return {OfWarpgroupTiles, "wgmma.mma_async without wgmma.fence .*"};
    case PlantedBug::kWrongBarrierPhase:
      return {OfWarpgroupTiles, "thread 0 .* waits for a phase of an mbarrier, which never comes"};
    case PlantedBug::kWrongDescriptorStride:
      return {OfWarpgroupTiles, kOtherNumbers};
    case PlantedBug::kMissingProxyFence:
      return {OfWarpgroupTiles, kPoisonInTheLastTile};
    default:
      return {OfAll, ""};
  }
}

// The name of the test is the name of the bug.
#define MEVAL_TEST_OF(bug) TEST(PlantedBug, bug)
MEVAL_TEST_OF(MEVAL_PLANTED_BUG) {
  const Noticed noticed = NoticedBy(kPlantedBug);
  for (const std::uint64_t seed : {1, 2, 3, 4}) {
    EXPECT_THAT(noticed.problem(seed), MatchesRegex(noticed.as)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace meval::testing
