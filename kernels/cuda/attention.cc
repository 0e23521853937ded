#include "kernels/cuda/attention.h"

#include <string>

#include "kernels/check.h"
#include "kernels/cuda/attention_kernels.h"

namespace meval::cuda {
namespace {

void CheckShape(const AttentionArgs& args) {
  const auto is_aligned = [](const void* pointer) {
    return reinterpret_cast<std::uintptr_t>(pointer) % 16 == 0;
  };
  MEVAL_REQUIRE(args.head_dim > 0 && args.head_dim % 8 == 0 && args.head_dim <= kMaxHeadDim,
                "head_dim: expected a multiple of 8 up to " + std::to_string(kMaxHeadDim) +
                    ", found " + std::to_string(args.head_dim));
  MEVAL_REQUIRE(args.num_kv_heads > 0 && args.group > 0,
                "heads: expected kv heads and a group, found " + std::to_string(args.num_kv_heads) +
                    " and " + std::to_string(args.group));
  MEVAL_REQUIRE(args.scale > 0 && args.window >= 0, "expected scale > 0 and window >= 0, found " +
                                                        std::to_string(args.scale) + " and " +
                                                        std::to_string(args.window));
  MEVAL_REQUIRE(is_aligned(args.q) && is_aligned(args.out) && is_aligned(args.keys) &&
                    is_aligned(args.values) && args.q_stride % 8 == 0 && args.out_stride % 8 == 0,
                "q, out, keys, values: expected rows at multiples of 16 bytes");
}

}  // namespace

void LaunchAttention(StreamHandle stream, const AttentionArgs& args,
                     std::span<const AttentionLaunch> launches) {
  CheckShape(args);
  for (const AttentionLaunch& launch : launches) {
    AttentionArgs part = args;
    switch (launch.kernel) {
      case AttentionKernel::kTiles:
        part.items += launch.begin;
        LaunchAttentionTiles(stream, part, launch.count);
        break;
      case AttentionKernel::kWarpgroupTiles:
        part.items += launch.begin;
        LaunchAttentionWarpgroupTiles(stream, part, launch.count);
        break;
      case AttentionKernel::kDecode:
        part.items += launch.begin;
        LaunchAttentionDecode(stream, part, launch.count);
        break;
      case AttentionKernel::kMerge:
        part.merges += launch.begin;
        LaunchAttentionMerge(stream, part, launch.count);
        break;
    }
  }
}

}  // namespace meval::cuda
