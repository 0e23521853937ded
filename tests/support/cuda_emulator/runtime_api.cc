// The functions of the CUDA Runtime API, over runtime_state.h.

#include <algorithm>
#include <chrono>
#include <cstring>
#include <iterator>
#include <new>
#include <utility>
#include <vector>

#include <cuda_runtime.h>

#include "tests/support/cuda_emulator/runtime_state.h"

using meval::cuda_emulator::Call;
using meval::cuda_emulator::Runtime;

namespace {

bool IsRefused(const Runtime& runtime, const void* pointer, std::size_t bytes, bool on_device) {
  return on_device ? !runtime.memory.Contains(pointer, bytes) : runtime.memory.Contains(pointer, 1);
}

cudaError_t EnqueueCopy(Runtime& runtime, void* to, const void* from, std::size_t bytes,
                        cudaMemcpyKind kind, cudaStream_t stream) {
  if (bytes == 0) return cudaSuccess;
  const bool to_device = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
  const bool from_device = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
  if (IsRefused(runtime, to, bytes, to_device) || IsRefused(runtime, from, bytes, from_device)) {
    return cudaErrorInvalidValue;
  }
  const bool is_captured = stream != nullptr && stream->capture != nullptr;
  if (!from_device && !runtime.IsPinned(from, bytes)) {
    if (is_captured) return cudaErrorStreamCaptureUnsupported;
    const auto* source = static_cast<const std::byte*>(from);
    return runtime.Enqueue(stream, [to, staged = std::vector<std::byte>(source, source + bytes)] {
      std::memcpy(to, staged.data(), staged.size());
    });
  }
  const cudaError_t error =
      runtime.Enqueue(stream, [to, from, bytes] { std::memmove(to, from, bytes); });
  if (error != cudaSuccess || to_device || is_captured) return error;
  if (!runtime.IsPinned(to, bytes)) return runtime.Synchronize(stream);
  if (stream != nullptr) std::memset(to, 0xff, bytes);
  return cudaSuccess;
}

}  // namespace

// ---- Errors and devices -------------------------------------------------------------------------

namespace {

struct ErrorText {
  cudaError_t error;
  const char* name;
  const char* text;
};
constexpr ErrorText kErrors[] = {
    {cudaSuccess, "cudaSuccess", "no error"},
    {cudaErrorInvalidValue, "cudaErrorInvalidValue", "invalid argument"},
    {cudaErrorMemoryAllocation, "cudaErrorMemoryAllocation", "out of memory"},
    {cudaErrorInvalidConfiguration, "cudaErrorInvalidConfiguration",
     "invalid configuration argument"},
    {cudaErrorInsufficientDriver, "cudaErrorInsufficientDriver",
     "CUDA driver version is insufficient for CUDA runtime version"},
    {cudaErrorDevicesUnavailable, "cudaErrorDevicesUnavailable",
     "CUDA-capable device(s) is/are busy or unavailable"},
    {cudaErrorNoDevice, "cudaErrorNoDevice", "no CUDA-capable device is detected"},
    {cudaErrorInvalidDevice, "cudaErrorInvalidDevice", "invalid device ordinal"},
    {cudaErrorNoKernelImageForDevice, "cudaErrorNoKernelImageForDevice",
     "no kernel image is available for execution on the device"},
    {cudaErrorInvalidResourceHandle, "cudaErrorInvalidResourceHandle", "invalid resource handle"},
    {cudaErrorNotReady, "cudaErrorNotReady", "device not ready"},
    {cudaErrorIllegalAddress, "cudaErrorIllegalAddress",
     "an illegal memory access was encountered"},
    {cudaErrorLaunchOutOfResources, "cudaErrorLaunchOutOfResources",
     "too many resources requested for launch"},
    {cudaErrorLaunchFailure, "cudaErrorLaunchFailure", "unspecified launch failure"},
    {cudaErrorStreamCaptureUnsupported, "cudaErrorStreamCaptureUnsupported",
     "operation not permitted when stream is capturing"},
    {cudaErrorStreamCaptureInvalidated, "cudaErrorStreamCaptureInvalidated",
     "operation failed due to a previous error during capture"},
};

const ErrorText* FindError(cudaError_t error) {
  const auto* found = std::find_if(std::begin(kErrors), std::end(kErrors),
                                   [&](const ErrorText& e) { return e.error == error; });
  return found == std::end(kErrors) ? nullptr : found;
}

}  // namespace

const char* cudaGetErrorName(cudaError_t error) {
  const ErrorText* found = FindError(error);
  return found == nullptr ? "unrecognized error code" : found->name;
}

const char* cudaGetErrorString(cudaError_t error) {
  const ErrorText* found = FindError(error);
  return found == nullptr ? "unrecognized error code" : found->text;
}

cudaError_t cudaGetLastError() {
  Runtime& runtime = Runtime::Get();
  std::lock_guard lock(runtime.mutex);
  const cudaError_t error = runtime.last_error;
  runtime.last_error = cudaSuccess;
  return error;
}

cudaError_t cudaDriverGetVersion(int* version) {
  *version = Runtime::Get().model.driver_version;
  return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = CUDART_VERSION;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceCount(int* count) {
  *count = 0;
  const auto body = [&](Runtime& runtime) {
    *count = runtime.model.num_devices;
    return cudaSuccess;
  };
  return Call(body, /*uses_device=*/false);
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  const auto body = [&](Runtime& runtime) {
    if (device < 0 || device >= runtime.model.num_devices) return cudaErrorInvalidDevice;
    *properties = {};
    std::strcpy(properties->name, "Emulated GPU");
    properties->totalGlobalMem = runtime.model.memory_bytes;
    properties->sharedMemPerBlockOptin = meval::cuda_emulator::kMaxSharedBytes;
    properties->major = runtime.model.major;
    properties->minor = runtime.model.minor;
    properties->multiProcessorCount = runtime.model.multiprocessors;
    properties->l2CacheSize = 50 << 20;
    properties->memoryBusWidth = 5120;
    properties->ECCEnabled = 1;
    properties->warpSize = meval::cuda_emulator::kWarpLanes;
    properties->pciBusID = 0x1a;
    return cudaSuccess;
  };
  return Call(body, /*uses_device=*/false);
}

cudaError_t cudaSetDevice(int device) {
  return Call([&](Runtime& runtime) {
    return device < 0 || device >= runtime.model.num_devices ? cudaErrorInvalidDevice : cudaSuccess;
  });
}

cudaError_t cudaGetDevice(int* device) {
  *device = 0;
  return Call([](Runtime&) { return cudaSuccess; });
}

cudaError_t cudaDeviceSynchronize() {
  return Call([](Runtime& runtime) { return runtime.Synchronize(nullptr); });
}

// ---- Memory -------------------------------------------------------------------------------------

cudaError_t cudaMalloc(void** pointer, std::size_t bytes) {
  *pointer = nullptr;
  return Call([&](Runtime& runtime) {
    if (!runtime.HasMemory(bytes)) return cudaErrorMemoryAllocation;
    if (bytes > 0) *pointer = runtime.memory.Allocate(bytes);
    ++runtime.counts.allocations;
    return bytes > 0 && *pointer == nullptr ? cudaErrorMemoryAllocation : cudaSuccess;
  });
}

cudaError_t cudaFree(void* pointer) {
  // Freeing works on a lost device too: destructors run there.
  Runtime& runtime = Runtime::Get();
  std::lock_guard lock(runtime.mutex);
  if (pointer == nullptr) return cudaSuccess;
  if (!runtime.lost()) runtime.RunAll();
  return runtime.memory.Free(pointer) ? cudaSuccess : cudaErrorInvalidValue;
}

cudaError_t cudaMallocHost(void** pointer, std::size_t bytes) {
  *pointer = nullptr;
  return Call([&](Runtime& runtime) {
    *pointer = ::operator new (bytes, std::align_val_t{256}, std::nothrow);
    if (*pointer == nullptr) return cudaErrorMemoryAllocation;
    std::memset(*pointer, 0xff, bytes);
    runtime.pinned[static_cast<std::byte*>(*pointer)] = bytes;
    return cudaSuccess;
  });
}

cudaError_t cudaFreeHost(void* pointer) {
  Runtime& runtime = Runtime::Get();
  std::lock_guard lock(runtime.mutex);
  if (pointer == nullptr) return cudaSuccess;
  if (!runtime.lost()) runtime.RunAll();
  if (runtime.pinned.erase(static_cast<std::byte*>(pointer)) == 0) return cudaErrorInvalidValue;
  ::operator delete (pointer, std::align_val_t{256});
  return cudaSuccess;
}

cudaError_t cudaMemGetInfo(std::size_t* free_bytes, std::size_t* total_bytes) {
  return Call([&](Runtime& runtime) {
    *total_bytes = runtime.model.memory_bytes;
    *free_bytes = runtime.model.memory_bytes -
                  std::min(runtime.model.memory_bytes, runtime.memory.allocated_bytes());
    return cudaSuccess;
  });
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  return Call(
      [&](Runtime& runtime) { return EnqueueCopy(runtime, to, from, bytes, kind, stream); });
}

cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  return cudaMemcpyAsync(to, from, bytes, kind, nullptr);
}

cudaError_t cudaMemsetAsync(void* pointer, int value, std::size_t bytes, cudaStream_t stream) {
  return Call([&](Runtime& runtime) {
    if (bytes > 0 && !runtime.memory.Contains(pointer, bytes)) return cudaErrorInvalidValue;
    return runtime.Enqueue(stream, [pointer, value, bytes] { std::memset(pointer, value, bytes); });
  });
}

cudaError_t cudaMemset(void* pointer, int value, std::size_t bytes) {
  return cudaMemsetAsync(pointer, value, bytes, nullptr);
}

// ---- Streams and events -------------------------------------------------------------------------

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned /*flags*/) {
  *stream = nullptr;
  return Call([&](Runtime& runtime) {
    *stream = new CUstream_st;
    runtime.streams.insert(*stream);
    return cudaSuccess;
  });
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  Runtime& runtime = Runtime::Get();
  std::lock_guard lock(runtime.mutex);
  if (!runtime.streams.contains(stream)) return cudaErrorInvalidResourceHandle;
  if (!runtime.lost()) runtime.Run(*stream);
  runtime.streams.erase(stream);
  delete stream->capture;  // of a recording that a lost device never let end
  delete stream;
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  return Call([&](Runtime& runtime) { return runtime.Synchronize(stream); });
}

cudaError_t cudaStreamQuery(cudaStream_t stream) {
  return Call([&](Runtime& runtime) {
    if (!runtime.streams.contains(stream)) return cudaErrorInvalidResourceHandle;
    return stream->waiting.empty() ? cudaSuccess : cudaErrorNotReady;
  });
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned /*flags*/) {
  return Call([&](Runtime& runtime) {
    // An event waited for has been recorded: running its stream passes it.
    return runtime.Enqueue(stream, [&runtime, event] {
      if (event->stream != nullptr) runtime.Run(*event->stream);
    });
  });
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned /*flags*/) {
  *event = nullptr;
  return Call([&](Runtime&) {
    *event = new CUevent_st;
    return cudaSuccess;
  });
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  Runtime& runtime = Runtime::Get();
  std::lock_guard lock(runtime.mutex);
  if (event->stream != nullptr && !runtime.lost()) runtime.Run(*event->stream);
  delete event;
  return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  return Call([&](Runtime& runtime) {
    event->stream = stream;
    return runtime.Enqueue(stream, [event] {
      event->stream = nullptr;
      event->passed = std::chrono::steady_clock::now();
    });
  });
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  return Call([&](Runtime& runtime) {
    if (event->stream != nullptr) runtime.Run(*event->stream);
    return cudaSuccess;
  });
}

cudaError_t cudaEventQuery(cudaEvent_t event) {
  return Call([&](Runtime&) { return event->stream == nullptr ? cudaSuccess : cudaErrorNotReady; });
}

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end) {
  return Call([&](Runtime&) {
    if (start->stream != nullptr || end->stream != nullptr) return cudaErrorNotReady;
    *milliseconds = std::chrono::duration<float, std::milli>(end->passed - start->passed).count();
    return cudaSuccess;
  });
}

// ---- Graphs -------------------------------------------------------------------------------------

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode /*mode*/) {
  return Call([&](Runtime& runtime) {
    if (!runtime.streams.contains(stream) || stream->capture != nullptr) {
      return cudaErrorStreamCaptureUnsupported;
    }
    stream->capture = new CUgraph_st;
    return cudaSuccess;
  });
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  *graph = nullptr;
  return Call([&](Runtime& runtime) {
    if (!runtime.streams.contains(stream) || stream->capture == nullptr) {
      return cudaErrorStreamCaptureInvalidated;
    }
    *graph = std::exchange(stream->capture, nullptr);
    return cudaSuccess;
  });
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph,
                                 unsigned long long /*flags*/) {
  *executable = nullptr;
  return Call([&](Runtime&) {
    *executable = new CUgraphExec_st{graph->operations};
    return cudaSuccess;
  });
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream) {
  return Call([&](Runtime& runtime) -> cudaError_t {
    ++runtime.counts.graph_launches;
    const cudaError_t error = runtime.CountLaunch();
    if (error != cudaSuccess) return error;
    return runtime.Enqueue(stream, [operations = executable->operations] {
      for (const Operation& operation : operations) operation();
    });
  });
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
  delete executable;
  return cudaSuccess;
}
