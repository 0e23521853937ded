#include "tests/support/cuda_emulator/tensor_map.h"

#include <cstring>

#include <cuda_runtime.h>

#include "tests/support/cuda_emulator/emulator.h"
#include "tests/support/cuda_emulator/runtime_state.h"

namespace meval::cuda_emulator {
namespace {

constexpr std::uint64_t kMark = 0x6d61702074696c65;

struct Encoded {
  std::uint64_t mark = kMark;
  TileMap map;
};
static_assert(sizeof(Encoded) <= sizeof(CUtensorMap));

}  // namespace

TileMap TileMap::Of(const CUtensorMap& map) {
  Encoded encoded;
  std::memcpy(static_cast<void*>(&encoded), &map, sizeof(encoded));
  if (encoded.mark != kMark || reinterpret_cast<std::uintptr_t>(&map) % 64 != 0) {
    throw EmulatorError(
        "cp.async.bulk.tensor by what is no tensor map, or none at a multiple of 64");
  }
  return encoded.map;
}

void TileMap::PutInto(CUtensorMap& map) const {
  const Encoded encoded{kMark, *this};
  std::memcpy(&map, static_cast<const void*>(&encoded), sizeof(encoded));
}

Chunk TileMap::ReadChunk(std::int64_t x, std::int64_t y, std::int64_t z, std::size_t i) const {
  const std::int64_t element = static_cast<std::int64_t>(i) * 8;
  x += element % box[0];
  y += element / box[0] % box[1];
  z += element / box[0] / box[1];
  Chunk chunk{};
  if (y < 0 || y >= extents[1] || z < 0 || z >= extents[2]) return chunk;
  for (int e = 0; e < 8; ++e) {
    if (x + e < 0 || x + e >= extents[0]) continue;
    std::memcpy(chunk.bytes + 2 * e, data + z * strides[1] + y * strides[0] + 2 * (x + e), 2);
  }
  return chunk;
}

}  // namespace meval::cuda_emulator

// The CUDA Driver API reference names what is refused.
CUresult cuTensorMapEncodeTiled(CUtensorMap* map, CUtensorMapDataType type, cuuint32_t rank,
                                void* data, const cuuint64_t* extents, const cuuint64_t* strides,
                                const cuuint32_t* box, const cuuint32_t* element_strides,
                                CUtensorMapInterleave interleave, CUtensorMapSwizzle swizzle,
                                CUtensorMapL2promotion /*promotion*/,
                                CUtensorMapFloatOOBfill fill) {
  const bool is_emulated =
      rank == 3 && interleave == CU_TENSOR_MAP_INTERLEAVE_NONE &&
      swizzle == CU_TENSOR_MAP_SWIZZLE_128B && fill == CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE &&
      (type == CU_TENSOR_MAP_DATA_TYPE_BFLOAT16 || type == CU_TENSOR_MAP_DATA_TYPE_FLOAT16);
  if (!is_emulated || reinterpret_cast<std::uintptr_t>(data) % 16 != 0 || box[0] * 2 != 128) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  meval::cuda_emulator::TileMap tiles;
  tiles.data = static_cast<const std::byte*>(data);
  for (cuuint32_t i = 0; i < rank; ++i) {
    if (extents[i] == 0 || extents[i] > std::uint64_t{1} << 32 || box[i] == 0 || box[i] > 256 ||
        element_strides[i] != 1) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    tiles.extents[i] = static_cast<std::int64_t>(extents[i]);
    tiles.box[i] = box[i];
  }
  for (cuuint32_t i = 0; i + 1 < rank; ++i) {
    if (strides[i] % 16 != 0 || strides[i] >= std::uint64_t{1} << 40) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    tiles.strides[i] = static_cast<std::int64_t>(strides[i]);
  }
  tiles.PutInto(*map);
  return CUDA_SUCCESS;
}

cudaError_t cudaGetDriverEntryPointByVersion(const char* symbol, void** function,
                                             unsigned /*version*/, unsigned long long /*flags*/,
                                             cudaDriverEntryPointQueryResult* result) {
  return meval::cuda_emulator::Call([&](meval::cuda_emulator::Runtime&) -> cudaError_t {
    const bool is_known = std::strcmp(symbol, "cuTensorMapEncodeTiled") == 0;
    *function = is_known ? reinterpret_cast<void*>(&cuTensorMapEncodeTiled) : nullptr;
    *result = is_known ? cudaDriverEntryPointSuccess : cudaDriverEntryPointSymbolNotFound;
    return cudaSuccess;
  });
}
