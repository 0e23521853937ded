#ifndef MEVAL_KERNELS_CUDA_HANDLES_H_
#define MEVAL_KERNELS_CUDA_HANDLES_H_

// Owners of what the CUDA runtime hands out. Destructors ignore errors: on a lost device everything
// fails, and the first failure has been reported.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include <cuda_runtime.h>

#include "kernels/cuda/check_cuda.h"
#include "kernels/cuda/stream.h"

namespace meval::cuda {

template <auto kDestroy>
struct Destroyer {
  template <typename T>
  void operator()(T* handle) const {
    (void)kDestroy(handle);
  }
};

using StreamOwner =
    std::unique_ptr<std::remove_pointer_t<cudaStream_t>, Destroyer<cudaStreamDestroy>>;
using EventOwner = std::unique_ptr<std::remove_pointer_t<cudaEvent_t>, Destroyer<cudaEventDestroy>>;
using GraphOwner = std::unique_ptr<std::remove_pointer_t<cudaGraph_t>, Destroyer<cudaGraphDestroy>>;
using GraphExecOwner =
    std::unique_ptr<std::remove_pointer_t<cudaGraphExec_t>, Destroyer<cudaGraphExecDestroy>>;

inline StreamOwner MakeStream() {
  cudaStream_t stream = nullptr;
  CheckCuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
  return StreamOwner(stream);
}

// For order, not for time.
inline EventOwner MakeEvent() {
  cudaEvent_t event = nullptr;
  CheckCuda(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "cudaEventCreateWithFlags");
  return EventOwner(event);
}

// Memory of the device, uninitialised. Throws DeviceError naming the bytes.
class DeviceMemory {
 public:
  DeviceMemory() = default;
  explicit DeviceMemory(std::size_t bytes) : bytes_(bytes) {
    if (bytes == 0) return;
    CheckCuda(cudaMalloc(&data_, bytes), "cudaMalloc of " + std::to_string(bytes) + " bytes");
  }
  ~DeviceMemory() { (void)cudaFree(data_); }
  DeviceMemory(DeviceMemory&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  DeviceMemory& operator=(DeviceMemory&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;

  void* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }
  void* Release() {
    bytes_ = 0;
    return std::exchange(data_, nullptr);
  }

 private:
  void* data_ = nullptr;
  std::size_t bytes_ = 0;
};

// Page-locked memory of the host, which the device copies from and to by itself.
using PinnedMemory = std::unique_ptr<std::byte, Destroyer<cudaFreeHost>>;

inline PinnedMemory MakePinned(std::size_t bytes) {
  void* memory = nullptr;
  CheckCuda(cudaMallocHost(&memory, bytes),
            "cudaMallocHost of " + std::to_string(bytes) + " bytes");
  return PinnedMemory(static_cast<std::byte*>(memory));
}

// An array on the device that grows to the largest size asked for and is then reused. What it held
// is lost when it grows.
template <typename T>
class DeviceArray {
 public:
  T* data() const { return static_cast<T*>(memory_.data()); }
  void Reserve(std::size_t size) {
    if (size * sizeof(T) <= memory_.bytes()) return;
    memory_ = DeviceMemory();  // the old one goes before the larger one comes
    memory_ = DeviceMemory(size * sizeof(T) + size * sizeof(T) / 2);
  }

 private:
  DeviceMemory memory_;
};

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_HANDLES_H_
