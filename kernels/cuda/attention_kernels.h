#ifndef MEVAL_KERNELS_CUDA_ATTENTION_KERNELS_H_
#define MEVAL_KERNELS_CUDA_ATTENTION_KERNELS_H_

// The kernels behind LaunchAttention, each over the first `count` of args.items
// (args.merges).

#include <cstdint>

#include "kernels/cuda/attention.h"

namespace meval::cuda {

void LaunchAttentionTiles(StreamHandle stream, const AttentionArgs& args, std::int64_t count);
void LaunchAttentionWarpgroupTiles(StreamHandle stream, const AttentionArgs& args,
                                   std::int64_t count);
void LaunchAttentionDecode(StreamHandle stream, const AttentionArgs& args, std::int64_t count);
void LaunchAttentionMerge(StreamHandle stream, const AttentionArgs& args, std::int64_t count);

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_ATTENTION_KERNELS_H_
