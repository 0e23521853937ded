#ifndef MEVAL_KERNELS_CUDA_TILE_MAP_H_
#define MEVAL_KERNELS_CUDA_TILE_MAP_H_

// Where the copy engine of compute capability 9.0 finds tiles of keys or values: a tensor map,
// which a kernel takes by value.

#include <cstdint>

#include <cuda.h>

#include "kernels/tensor.h"

namespace meval::cuda {

// The tiles of 64 rows of `row_elements` elements (bf16 or f16, a multiple of 8) that lie one
// behind the other at `tiles`, a multiple of 16. A copy takes all rows of one tile and 64 elements
// of each, zeros from the row's end on. Host only; nothing is read. Throws DeviceError where the
// driver does not know tensor maps or refuses this one.
CUtensorMap MapTiles(const void* tiles, DType dtype, std::int64_t num_tiles, int row_elements);

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_TILE_MAP_H_
