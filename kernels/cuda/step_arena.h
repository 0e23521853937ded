#ifndef MEVAL_KERNELS_CUDA_STEP_ARENA_H_
#define MEVAL_KERNELS_CUDA_STEP_ARENA_H_

// The small arrays that tell kernels of a step's rows, brought to the device in one copy.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "kernels/cuda/handles.h"
#include "kernels/cuda/staging.h"

namespace meval::cuda {

class StepArena {
 public:
  void Clear() { host_.clear(); }

  // Where the copy of `values` will lie, in bytes from the beginning. Room is left up to the next
  // power of two of elements, so that arrays behind it keep their place while it grows a little.
  template <typename T>
  std::int64_t Add(std::span<const T> values) {
    const std::size_t begin = host_.size();
    const std::size_t bytes = std::bit_ceil(values.size()) * sizeof(T);
    host_.resize(begin + (bytes + kAlignment - 1) / kAlignment * kAlignment);
    if (!values.empty()) std::memcpy(host_.data() + begin, values.data(), values.size_bytes());
    return static_cast<std::int64_t>(begin);
  }
  template <typename T>
  std::int64_t Add(const std::vector<T>& values) {
    return Add(std::span<const T>(values));
  }

  void Upload(Staging& staging) {
    device_.Reserve(host_.size());
    staging.Upload(host_.data(), device_.data(), host_.size());
  }

  template <typename T>
  const T* At(std::int64_t offset) const {
    return reinterpret_cast<const T*>(device_.data() + offset);
  }
  const void* base() const { return device_.data(); }

 private:
  static constexpr std::size_t kAlignment = 256;
  std::vector<std::byte> host_;
  DeviceArray<std::byte> device_;
};

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_STEP_ARENA_H_
