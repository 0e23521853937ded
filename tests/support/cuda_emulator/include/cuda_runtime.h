#ifndef MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_INCLUDE_CUDA_RUNTIME_H_
#define MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_INCLUDE_CUDA_RUNTIME_H_

// Stands in for the toolkit's header of this name where kernels are compiled by g++: the language
// extensions and device functions the kernels use, over the emulator, and the part of the runtime
// API the backend uses, over host memory (tests/support/cuda_emulator/runtime.h says how it
// behaves). Names, values and meanings are those of the CUDA Runtime API reference. Functions have
// C++ linkage, so that a program may hold the real runtime as well.

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

#include <cuda.h>

#include "tests/support/cuda_emulator/bulk_copies.h"
#include "tests/support/cuda_emulator/emulator.h"
#include "tests/support/cuda_emulator/warp_collectives.h"
#include "tests/support/cuda_emulator/warpgroup.h"

// ---- Language -----------------------------------------------------------------------------------

#define MEVAL_CUDA_EMULATOR 1
#define __global__
#define __device__
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __grid_constant__

struct dim3 {
  std::uint32_t x = 1;
  std::uint32_t y = 1;
  std::uint32_t z = 1;
  constexpr dim3(std::uint32_t vx = 1, std::uint32_t vy = 1,
                 std::uint32_t vz = 1)  // NOLINT(google-explicit-constructor)
      : x(vx), y(vy), z(vz) {}
};

struct alignas(8) uint2 {
  std::uint32_t x, y;
};
struct alignas(16) uint4 {
  std::uint32_t x, y, z, w;
};
struct alignas(8) float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};

namespace meval::cuda_emulator {

// A built-in variable: each component reads as the number it has for the thread that runs.
template <Extent3 (*kValue)()>
struct BuiltinVariable {
  struct X {
    operator std::uint32_t() const { return kValue().x; }  // NOLINT(google-explicit-constructor)
  };
  struct Y {
    operator std::uint32_t() const { return kValue().y; }  // NOLINT(google-explicit-constructor)
  };
  struct Z {
    operator std::uint32_t() const { return kValue().z; }  // NOLINT(google-explicit-constructor)
  };
  X x;
  Y y;
  Z z;
};

}  // namespace meval::cuda_emulator

inline constexpr meval::cuda_emulator::BuiltinVariable<meval::cuda_emulator::GridExtent> gridDim{};
inline constexpr meval::cuda_emulator::BuiltinVariable<meval::cuda_emulator::BlockExtent>
    blockDim{};
inline constexpr meval::cuda_emulator::BuiltinVariable<meval::cuda_emulator::BlockIndex> blockIdx{};
inline constexpr meval::cuda_emulator::BuiltinVariable<meval::cuda_emulator::ThreadIndex>
    threadIdx{};

// ---- Device functions ---------------------------------------------------------------------------

inline void __syncthreads() { ::meval::cuda_emulator::BlockBarrier(); }
inline void __syncwarp(std::uint32_t mask = 0xffffffff) {
  ::meval::cuda_emulator::WarpBarrier(mask);
}
template <typename T>
T __shfl_sync(std::uint32_t mask, T value, int source) {
  return ::meval::cuda_emulator::ShuffleValue("__shfl_sync", mask, value, source & 31);
}
template <typename T>
T __shfl_xor_sync(std::uint32_t mask, T value, int lane_mask) {
  return ::meval::cuda_emulator::ShuffleValue("__shfl_xor_sync", mask, value,
                                              ::meval::cuda_emulator::LaneIndex() ^ lane_mask);
}
// Lanes that would read from before lane 0 keep their own value.
template <typename T>
T __shfl_up_sync(std::uint32_t mask, T value, int delta) {
  const int lane = ::meval::cuda_emulator::LaneIndex();
  return ::meval::cuda_emulator::ShuffleValue("__shfl_up_sync", mask, value,
                                              lane < delta ? lane : lane - delta);
}
inline std::uint32_t __ballot_sync(std::uint32_t mask, int predicate) {
  return ::meval::cuda_emulator::Ballot(mask, predicate != 0);
}
inline float __uint_as_float(std::uint32_t bits) { return std::bit_cast<float>(bits); }
inline std::uint32_t __float_as_uint(float value) { return std::bit_cast<std::uint32_t>(value); }

// ---- Runtime API --------------------------------------------------------------------------------

#define CUDART_VERSION 13000

enum cudaError_t {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInvalidConfiguration = 9,
  cudaErrorInsufficientDriver = 35,
  cudaErrorDevicesUnavailable = 46,
  cudaErrorNoDevice = 100,
  cudaErrorInvalidDevice = 101,
  cudaErrorNoKernelImageForDevice = 209,
  cudaErrorInvalidResourceHandle = 400,
  cudaErrorNotReady = 600,
  cudaErrorIllegalAddress = 700,
  cudaErrorLaunchOutOfResources = 701,
  cudaErrorLaunchFailure = 719,
  cudaErrorStreamCaptureUnsupported = 900,
  cudaErrorStreamCaptureInvalidated = 901,
};
enum cudaMemcpyKind {
  cudaMemcpyHostToHost = 0,
  cudaMemcpyHostToDevice = 1,
  cudaMemcpyDeviceToHost = 2,
  cudaMemcpyDeviceToDevice = 3,
};
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize = 8 };
enum cudaStreamCaptureMode {
  cudaStreamCaptureModeGlobal = 0,
  cudaStreamCaptureModeThreadLocal = 1,
  cudaStreamCaptureModeRelaxed = 2,
};
enum cudaDriverEntryPointQueryResult {
  cudaDriverEntryPointSuccess = 0,
  cudaDriverEntryPointSymbolNotFound = 1,
};
inline constexpr unsigned long long cudaEnableDefault = 0;
inline constexpr unsigned cudaStreamNonBlocking = 1;
inline constexpr unsigned cudaEventDisableTiming = 2;

typedef struct CUstream_st* cudaStream_t;
typedef struct CUevent_st* cudaEvent_t;
typedef struct CUgraph_st* cudaGraph_t;
typedef struct CUgraphExec_st* cudaGraphExec_t;

struct cudaDeviceProp {
  char name[256];
  std::size_t totalGlobalMem;
  std::size_t sharedMemPerBlockOptin;
  int major;
  int minor;
  int multiProcessorCount;
  int l2CacheSize;
  int memoryBusWidth;
  int ECCEnabled;
  int warpSize;
  int pciDomainID;
  int pciBusID;
  int pciDeviceID;
};

const char* cudaGetErrorName(cudaError_t error);
const char* cudaGetErrorString(cudaError_t error);
cudaError_t cudaGetLastError();
cudaError_t cudaDriverGetVersion(int* version);
cudaError_t cudaRuntimeGetVersion(int* version);
cudaError_t cudaGetDeviceCount(int* count);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaGetDevice(int* device);
cudaError_t cudaDeviceSynchronize();
cudaError_t cudaGetDriverEntryPointByVersion(const char* symbol, void** function, unsigned version,
                                             unsigned long long flags,
                                             cudaDriverEntryPointQueryResult* result);

cudaError_t cudaMalloc(void** pointer, std::size_t bytes);
cudaError_t cudaFree(void* pointer);
cudaError_t cudaMallocHost(void** pointer, std::size_t bytes);
cudaError_t cudaFreeHost(void* pointer);
cudaError_t cudaMemGetInfo(std::size_t* free_bytes, std::size_t* total_bytes);
cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind);
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream);
cudaError_t cudaMemset(void* pointer, int value, std::size_t bytes);
cudaError_t cudaMemsetAsync(void* pointer, int value, std::size_t bytes, cudaStream_t stream);

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaStreamQuery(cudaStream_t stream);
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned flags = 0);
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags);
cudaError_t cudaEventDestroy(cudaEvent_t event);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);
cudaError_t cudaEventSynchronize(cudaEvent_t event);
cudaError_t cudaEventQuery(cudaEvent_t event);
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end);

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode);
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph);
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph,
                                 unsigned long long flags = 0);
cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream);
cudaError_t cudaGraphDestroy(cudaGraph_t graph);
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable);

struct cudaLaunchAttribute;
struct cudaLaunchConfig_t {
  dim3 gridDim;
  dim3 blockDim;
  std::size_t dynamicSmemBytes = 0;
  cudaStream_t stream = nullptr;
  cudaLaunchAttribute* attrs = nullptr;
  unsigned numAttrs = 0;
};

namespace meval::cuda_emulator {
cudaError_t EnqueueLaunch(const void* kernel, const cudaLaunchConfig_t& config,
                          std::function<void()> call);
cudaError_t SetMaxDynamicShared(const void* kernel, int bytes);
// For libraries that launch kernels of their own.
cudaError_t EnqueueOperation(cudaStream_t stream, std::function<void()> operation);
}  // namespace meval::cuda_emulator

template <typename... Parameters, typename... Arguments>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(Parameters...),
                               Arguments&&... arguments) {
  return meval::cuda_emulator::EnqueueLaunch(
      reinterpret_cast<const void*>(kernel), *config,
      [kernel, ... values = Parameters(std::forward<Arguments>(arguments))] { kernel(values...); });
}
template <typename... Parameters>
cudaError_t cudaFuncSetAttribute(void (*kernel)(Parameters...), cudaFuncAttribute attribute,
                                 int value) {
  return attribute == cudaFuncAttributeMaxDynamicSharedMemorySize
             ? meval::cuda_emulator::SetMaxDynamicShared(reinterpret_cast<const void*>(kernel),
                                                         value)
             : cudaErrorInvalidValue;
}

#endif  // MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_INCLUDE_CUDA_RUNTIME_H_
