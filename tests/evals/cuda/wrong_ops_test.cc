// Ops that go wrong, each in its own way, and the check of the device that notices. The linker puts
// the functions below in the places of the launches that they call (--wrap).

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "engine/selftest.h"
#include "kernels/cuda/attention_plan.h"
#include "kernels/cuda/embedding.h"
#include "kernels/cuda/gemv.h"
#include "kernels/cuda/residual_add.h"
#include "kernels/cuda/stream.h"

namespace meval::testing {
namespace {

enum class Wrong {
  kNothing,
  kGemvEndsEarly,      // the last products of a sum are missing
  kRowNotAdded,        // the last row of the residual stream stays as it was
  kElementNotCopied,   // the last of a row of the embedding
  kGatherEndsEarly,    // within a row
  kGatherEndsLate,     // behind a row
  kSharedTilesMissed,  // a sequence starts without what it shares with others
};
Wrong wrong = Wrong::kNothing;
std::int64_t shared_items = 0;  // tiles that are taken once for several sequences

}  // namespace

using cuda::AttentionPlan;
using cuda::AttentionPlanOptions;
using cuda::StreamHandle;

void RealGemv(StreamHandle, const cuda::GemvArgs&) asm(
    "__real__ZN5meval4cuda10LaunchGemvEP11CUstream_stRKNS0_8GemvArgsE");
void OurGemv(StreamHandle, const cuda::GemvArgs&) asm(
    "__wrap__ZN5meval4cuda10LaunchGemvEP11CUstream_stRKNS0_8GemvArgsE");
void OurGemv(StreamHandle stream, const cuda::GemvArgs& args) {
  cuda::GemvArgs changed = args;
  if (wrong == Wrong::kGemvEndsEarly) changed.k = std::max<std::int64_t>(0, args.k - 8);
  RealGemv(stream, changed);
}

void RealResidualAdd(StreamHandle, const cuda::ResidualAddArgs&) asm(
    "__real__ZN5meval4cuda17LaunchResidualAddEP11CUstream_stRKNS0_15ResidualAddArgsE");
void OurResidualAdd(StreamHandle, const cuda::ResidualAddArgs&) asm(
    "__wrap__ZN5meval4cuda17LaunchResidualAddEP11CUstream_stRKNS0_15ResidualAddArgsE");
void OurResidualAdd(StreamHandle stream, const cuda::ResidualAddArgs& args) {
  cuda::ResidualAddArgs changed = args;
  if (wrong == Wrong::kRowNotAdded) --changed.num_rows;
  if (changed.num_rows > 0) RealResidualAdd(stream, changed);
}

void RealEmbedding(StreamHandle, const cuda::EmbeddingArgs&) asm(
    "__real__ZN5meval4cuda15LaunchEmbeddingEP11CUstream_stRKNS0_13EmbeddingArgsE");
void OurEmbedding(StreamHandle, const cuda::EmbeddingArgs&) asm(
    "__wrap__ZN5meval4cuda15LaunchEmbeddingEP11CUstream_stRKNS0_13EmbeddingArgsE");
void OurEmbedding(StreamHandle stream, const cuda::EmbeddingArgs& args) {
  cuda::EmbeddingArgs changed = args;
  if (wrong == Wrong::kElementNotCopied) --changed.width;
  if (changed.width > 0) RealEmbedding(stream, changed);
}

void RealGatherRows(StreamHandle, const cuda::GatherRowsArgs&) asm(
    "__real__ZN5meval4cuda16LaunchGatherRowsEP11CUstream_stRKNS0_14GatherRowsArgsE");
void OurGatherRows(StreamHandle, const cuda::GatherRowsArgs&) asm(
    "__wrap__ZN5meval4cuda16LaunchGatherRowsEP11CUstream_stRKNS0_14GatherRowsArgsE");
void OurGatherRows(StreamHandle stream, const cuda::GatherRowsArgs& args) {
  cuda::GatherRowsArgs changed = args;
  if (wrong == Wrong::kGatherEndsEarly) changed.row_bytes -= 2;
  if (wrong == Wrong::kGatherEndsLate) changed.row_bytes += 2;
  if (changed.row_bytes > 0) RealGatherRows(stream, changed);
}

void RealPlan(std::span<const Segment>, const AttentionPlanOptions&, AttentionPlan&) asm(
    "__real__ZN5meval4cuda13PlanAttentionESt4spanIKNS_7SegmentELm18446744073709551615EERKNS0_"
    "20AttentionPlanOptionsERNS0_13AttentionPlanE");
void OurPlan(std::span<const Segment>, const AttentionPlanOptions&, AttentionPlan&) asm(
    "__wrap__ZN5meval4cuda13PlanAttentionESt4spanIKNS_7SegmentELm18446744073709551615EERKNS0_"
    "20AttentionPlanOptionsERNS0_13AttentionPlanE");
void OurPlan(std::span<const Segment> segments, const AttentionPlanOptions& options,
             AttentionPlan& plan) {
  RealPlan(segments, options, plan);
  for (cuda::AttentionItem& item : plan.items) {
    shared_items += item.ends_in_state;
    if (wrong == Wrong::kSharedTilesMissed) item.starts_from_state = 0;
  }
  for (cuda::MergeItem& merge : plan.merges) {
    if (wrong == Wrong::kSharedTilesMissed) merge.starts_from_state = 0;
  }
}

namespace {

struct Case {
  Wrong wrong;
  const char* only;     // the checks that run
  const char* notices;  // the one that fails
};

std::vector<SelftestCheck> Check(const char* only) {
  SelftestOptions options;
  options.effort = SelftestEffort::kQuick;
  options.num_threads = 1;
  options.device = Device::kCuda;
  options.only = only;
  return CheckDevice(options);
}

class WrongOps : public ::testing::TestWithParam<Case> {
 protected:
  ~WrongOps() override { wrong = Wrong::kNothing; }
};

TEST_P(WrongOps, AreNoticed) {
  for (const bool is_wrong : {false, true}) {
    wrong = is_wrong ? GetParam().wrong : Wrong::kNothing;
    bool is_there = false;
    for (const SelftestCheck& check : Check(GetParam().only)) {
      if (check.name != GetParam().notices) continue;
      is_there = true;
      EXPECT_GT(check.num_cases, 0);
      EXPECT_EQ(check.passed(), !is_wrong) << check.first_failure;
    }
    EXPECT_TRUE(is_there);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Device, WrongOps,
    ::testing::Values(Case{Wrong::kGemvEndsEarly, "device.gemv", "device.gemv"},
                      Case{Wrong::kRowNotAdded, "device.residual_add", "device.residual_add"},
                      Case{Wrong::kElementNotCopied, "device.embedding", "device.embedding"},
                      Case{Wrong::kGatherEndsEarly, "device.gather", "device.gather"},
                      Case{Wrong::kGatherEndsLate, "device.g", "device.guards"},
                      Case{Wrong::kSharedTilesMissed, "device.cascade", "device.cascade"}));

TEST(CascadeCheck, TakesSharedTilesOnceForAll) {
  shared_items = 0;
  for (const SelftestCheck& check : Check("device.cascade")) EXPECT_TRUE(check.passed());
  EXPECT_GT(shared_items, 0);
}

}  // namespace
}  // namespace meval::testing
