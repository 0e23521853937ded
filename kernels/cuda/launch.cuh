#ifndef MEVAL_KERNELS_CUDA_LAUNCH_CUH_
#define MEVAL_KERNELS_CUDA_LAUNCH_CUH_

// How kernels are launched.

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include <cuda_runtime.h>

#include "kernels/check.h"
#include "kernels/cuda/check_cuda.h"
#include "kernels/cuda/element.cuh"
#include "kernels/cuda/stream.h"
#include "kernels/tensor.h"

namespace meval::cuda {

// More dynamic shared memory than this must be asked for.
inline constexpr std::size_t kDefaultSharedBytes = std::size_t{48} << 10;

// Runs kernel(arguments...) on `stream` by grid x block threads. Returns at once; an error of the
// launch itself is a DeviceError that names `name`, one inside the kernel shows at a later call.
// A grid with an extent of 0 has nothing to do.
template <typename... Parameters, typename... Arguments>
void Launch(const char* name, void (*kernel)(Parameters...), dim3 grid, dim3 block,
            std::size_t shared_bytes, StreamHandle stream, Arguments&&... arguments) {
  if (grid.x == 0 || grid.y == 0 || grid.z == 0) return;
  if (shared_bytes > kDefaultSharedBytes) {
    CheckCuda(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                   static_cast<int>(shared_bytes)),
              std::string(name) + ": " + std::to_string(shared_bytes) +
                  " bytes of shared memory for a block");
  }
  cudaLaunchConfig_t config{};
  config.gridDim = grid;
  config.blockDim = block;
  config.dynamicSmemBytes = shared_bytes;
  config.stream = stream;
  CheckCuda(cudaLaunchKernelEx(&config, kernel, std::forward<Arguments>(arguments)...), name);
}

// Calls body(T{}) with the element type of `dtype`, bf16 or f16.
template <typename Body>
void WithElement(const char* name, DType dtype, Body body) {
  if (dtype == DType::kBF16) {
    body(BFloat16{});
  } else if (dtype == DType::kF16) {
    body(Float16{});
  } else {
    throw std::invalid_argument(std::string(name) + ": expected bf16 or f16, found " + Name(dtype));
  }
}

// Blocks along a dimension of the grid that may have up to 2^31 - 1 of them.
inline std::uint32_t GridExtent(std::int64_t blocks) {
  MEVAL_CHECK(blocks >= 0 && blocks <= INT32_MAX, std::to_string(blocks) + " blocks");
  return static_cast<std::uint32_t>(blocks);
}

inline std::int64_t CeilDiv(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_LAUNCH_CUH_
