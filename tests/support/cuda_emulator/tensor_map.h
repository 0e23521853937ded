#ifndef MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_TENSOR_MAP_H_
#define MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_TENSOR_MAP_H_

// What cuTensorMapEncodeTiled of the stand-in puts into a tensor map: three dimensions of 16-bit
// elements, boxes whose rows are swizzled in 128 bytes.

#include <cstddef>
#include <cstdint>

#include <cuda.h>

#include "tests/support/cuda_emulator/bulk_copies.h"

namespace meval::cuda_emulator {

struct TileMap {
  const std::byte* data = nullptr;
  std::int64_t extents[3] = {};  // elements, innermost first
  std::int64_t strides[2] = {};  // bytes, of the two outer dimensions
  std::int64_t box[3] = {};      // elements

  // Throws EmulatorError if `map` does not come from the stand-in.
  static TileMap Of(const CUtensorMap& map);
  void PutInto(CUtensorMap& map) const;

  // Of a box in shared memory, what lies outside of the tensor included.
  std::int64_t BoxBytes() const { return box[0] * box[1] * box[2] * 2; }
  // The i-th 16 bytes of the box at (x, y, z); elements outside of the tensor are zeros.
  Chunk ReadChunk(std::int64_t x, std::int64_t y, std::int64_t z, std::size_t i) const;
};

}  // namespace meval::cuda_emulator

#endif  // MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_TENSOR_MAP_H_
