#ifndef MEVAL_KERNELS_CUDA_ATTENTION_PROBE_H_
#define MEVAL_KERNELS_CUDA_ATTENTION_PROBE_H_

#include "kernels/cuda/staging.h"
#include "kernels/cuda/stream.h"

namespace meval::cuda {

// Whether kTiles and kWarpgroupTiles (kernels/cuda/attention.h) give 64 queries of arbitrary
// numbers the same running results over two tiles of keys, bit for bit in f32, in bf16 and in f16.
// Their operations and order are the same, but nothing says that mma.sync and wgmma sum the terms
// of an instruction alike. A device of compute capability 9.0; waits for it.
bool TileKernelsGiveTheSameBits(StreamHandle stream, Staging& staging);

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_ATTENTION_PROBE_H_
