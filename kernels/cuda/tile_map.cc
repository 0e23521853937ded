#include "kernels/cuda/tile_map.h"

#include <string>

#include "kernels/attention.h"
#include "kernels/check.h"
#include "kernels/cuda/check_cuda.h"

namespace meval::cuda {
namespace {

using EncodeTiled = decltype(&cuTensorMapEncodeTiled);

// A function of the driver, which the program is not linked with.
EncodeTiled FindEncodeTiled() {
  constexpr unsigned kSinceVersion = 12000;
  void* found = nullptr;
  cudaDriverEntryPointQueryResult result{};
  CheckCuda(cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &found, kSinceVersion,
                                             cudaEnableDefault, &result),
            "cudaGetDriverEntryPointByVersion of cuTensorMapEncodeTiled");
  if (result != cudaDriverEntryPointSuccess || found == nullptr) {
    throw DeviceError("cuTensorMapEncodeTiled" + OnThisDevice() +
                      ": the driver has no such function, which the attention kernel of compute "
                      "capability 9.0 needs; update the driver, or set MEVAL_CUDA_ATTENTION=mma");
  }
  return reinterpret_cast<EncodeTiled>(found);
}

}  // namespace

CUtensorMap MapTiles(const void* tiles, DType dtype, std::int64_t num_tiles, int row_elements) {
  static const EncodeTiled encode = FindEncodeTiled();
  constexpr int kRank = 3;  // elements, rows, tiles
  const auto row_bytes = static_cast<cuuint64_t>(row_elements) * sizeof(std::uint16_t);
  const cuuint64_t extents[kRank] = {static_cast<cuuint64_t>(row_elements),
                                     static_cast<cuuint64_t>(kKvPageTokens),
                                     static_cast<cuuint64_t>(num_tiles)};
  const cuuint64_t strides[kRank - 1] = {row_bytes, row_bytes * kKvPageTokens};
  const cuuint32_t box[kRank] = {64, static_cast<cuuint32_t>(kKvPageTokens), 1};
  const cuuint32_t every_element[kRank] = {1, 1, 1};
  CUtensorMap map{};
  const CUresult result = encode(
      &map,
      dtype == DType::kBF16 ? CU_TENSOR_MAP_DATA_TYPE_BFLOAT16 : CU_TENSOR_MAP_DATA_TYPE_FLOAT16,
      kRank, const_cast<void*>(tiles), extents, strides, box, every_element,
      CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B, CU_TENSOR_MAP_L2_PROMOTION_L2_256B,
      CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
  if (result != CUDA_SUCCESS) {
    throw DeviceError("cuTensorMapEncodeTiled of " + std::to_string(num_tiles) + " tiles of 64 x " +
                      std::to_string(row_elements) + " elements" + OnThisDevice() +
                      ": CUDA driver error " + std::to_string(static_cast<int>(result)));
  }
  return map;
}

}  // namespace meval::cuda
