#ifndef MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_RUNTIME_STATE_H_
#define MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_RUNTIME_STATE_H_

// What the calls of the stand-in runtime share: streams, events, memory, faults. For
// tests/support/cuda_emulator/runtime*.cc alone.

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <vector>

#include <cuda_runtime.h>

#include "tests/support/cuda_emulator/device_memory.h"
#include "tests/support/cuda_emulator/runtime.h"

using Operation = std::function<void()>;

struct CUgraph_st {
  std::vector<Operation> operations;
};
struct CUgraphExec_st {
  std::vector<Operation> operations;
};
struct CUstream_st {
  std::deque<Operation> waiting;
  CUgraph_st* capture = nullptr;
};
struct CUevent_st {
  CUstream_st* stream = nullptr;  // where it is still to be passed
  std::chrono::steady_clock::time_point passed;
};

namespace meval::cuda_emulator {

// What a launch may ask for (the figure of compute capability 9.0).
inline constexpr int kMaxSharedBytes = 227 << 10;

// The state of the stand-in. One host thread at a time is inside: a recursive lock, since an
// operation may run others.
class Runtime {
 public:
  std::recursive_mutex mutex;
  DeviceModel model;
  Faults faults;
  RuntimeCounts counts;
  DeviceMemory memory;
  std::map<std::byte*, std::size_t> pinned;
  std::set<CUstream_st*> streams;
  std::map<const void*, int> max_shared;
  cudaError_t last_error = cudaSuccess;

  static Runtime& Get() {
    static Runtime runtime;
    return runtime;
  }

  void ResetFaults(const Faults& wanted) {
    faults = wanted;
    calls_ = 0;
    allocations_ = 0;
    launches_ = 0;
    lost_ = false;
  }

  // What every call begins with. Who only asks about devices gets an answer from a busy one.
  cudaError_t Enter(bool uses_device) {
    if (model.driver_version < CUDART_VERSION) return cudaErrorInsufficientDriver;
    if (model.num_devices == 0) return cudaErrorNoDevice;
    if (faults.busy && uses_device) return cudaErrorDevicesUnavailable;
    if (calls_++ >= faults.calls) lost_ = true;
    return lost_ ? cudaErrorLaunchFailure : cudaSuccess;
  }
  bool lost() const { return lost_; }
  std::int64_t calls() const { return calls_; }

  // Whether a further allocation of so many bytes succeeds.
  bool HasMemory(std::size_t bytes) {
    const std::size_t total = memory.allocated_bytes() + bytes;
    return allocations_++ < faults.allocations && total <= model.memory_bytes &&
           static_cast<std::int64_t>(total) <= faults.allocation_bytes;
  }
  cudaError_t CountLaunch() {
    if (calls_ > faults.launch_memory) return cudaErrorMemoryAllocation;
    return launches_++ >= faults.launches ? cudaErrorLaunchOutOfResources : cudaSuccess;
  }

  void Run(CUstream_st& stream) {
    while (!stream.waiting.empty()) {
      const Operation operation = std::move(stream.waiting.front());
      stream.waiting.pop_front();
      DeviceMemory::Access access(memory);
      operation();
    }
  }
  void RunAll() {
    for (CUstream_st* stream : streams) Run(*stream);
  }

  cudaError_t Enqueue(CUstream_st* stream, Operation operation) {
    if (stream == nullptr) {
      RunAll();
      DeviceMemory::Access access(memory);
      operation();
      return cudaSuccess;
    }
    if (!streams.contains(stream)) return cudaErrorInvalidResourceHandle;
    if (stream->capture != nullptr) {
      stream->capture->operations.push_back(std::move(operation));
    } else {
      stream->waiting.push_back(std::move(operation));
    }
    return cudaSuccess;
  }

  bool IsPinned(const void* pointer, std::size_t bytes) const {
    const auto* first = static_cast<const std::byte*>(pointer);
    auto after = pinned.upper_bound(const_cast<std::byte*>(first));
    if (after == pinned.begin()) return false;
    --after;
    return first + bytes <= after->first + after->second;
  }

  cudaError_t Synchronize(CUstream_st* stream) {
    if (stream == nullptr) {
      RunAll();
      return cudaSuccess;
    }
    if (!streams.contains(stream)) return cudaErrorInvalidResourceHandle;
    if (stream->capture != nullptr) return cudaErrorStreamCaptureUnsupported;
    Run(*stream);
    return cudaSuccess;
  }

 private:
  std::int64_t calls_ = 0;
  std::int64_t allocations_ = 0;
  std::int64_t launches_ = 0;
  bool lost_ = false;
};

// A call of the API: the checks, then body(runtime); its error is kept for cudaGetLastError.
template <typename Body>
cudaError_t Call(Body body, bool uses_device = true) {
  Runtime& runtime = Runtime::Get();
  std::lock_guard lock(runtime.mutex);
  cudaError_t error = runtime.Enter(uses_device);
  if (error == cudaSuccess) error = body(runtime);
  if (error != cudaSuccess) runtime.last_error = error;
  return error;
}

}  // namespace meval::cuda_emulator

#endif  // MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_RUNTIME_STATE_H_
