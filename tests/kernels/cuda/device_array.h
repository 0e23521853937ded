#ifndef MEVAL_TESTS_KERNELS_CUDA_DEVICE_ARRAY_H_
#define MEVAL_TESTS_KERNELS_CUDA_DEVICE_ARRAY_H_

// What the suites of the emulated kernels share: device memory with its contents, rounding to the
// element types, and a stream.

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <cuda_runtime.h>
#include <gtest/gtest.h>

#include "kernels/bfloat16.h"
#include "kernels/tensor.h"
#include "kernels/tolerance.h"
#include "tests/kernels/op_test.h"
#include "tests/support/cuda_emulator/runtime.h"

namespace meval::testing {

inline void MustSucceed(cudaError_t error) {
  if (error != cudaSuccess) throw std::runtime_error(cudaGetErrorName(error));
}

// An array on the device: poisoned, or a copy of the host's.
template <typename T>
class DeviceArray {
 public:
  explicit DeviceArray(std::size_t size) : size_(size) {
    void* pointer = nullptr;
    MustSucceed(cudaMalloc(&pointer, size * sizeof(T)));
    data_ = static_cast<T*>(pointer);
  }
  explicit DeviceArray(std::span<const T> values) : DeviceArray(values.size()) { Write(values); }
  explicit DeviceArray(const std::vector<T>& values) : DeviceArray(std::span<const T>(values)) {}
  ~DeviceArray() { cudaFree(data_); }
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;

  T* data() const { return data_; }
  std::size_t size() const { return size_; }
  void Write(std::span<const T> values) {
    MustSucceed(
        cudaMemcpy(data_, values.data(), values.size() * sizeof(T), cudaMemcpyHostToDevice));
  }
  // Waits for everything enqueued before.
  std::vector<T> Read() const {
    std::vector<T> values(size_);
    MustSucceed(cudaMemcpy(values.data(), data_, size_ * sizeof(T), cudaMemcpyDeviceToHost));
    return values;
  }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

// A stream of its own, so that the tests' launches are lazy.
class TestStream {
 public:
  TestStream() { MustSucceed(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking)); }
  ~TestStream() { cudaStreamDestroy(stream_); }
  TestStream(const TestStream&) = delete;
  TestStream& operator=(const TestStream&) = delete;
  cudaStream_t get() const { return stream_; }
  void Wait() const { MustSucceed(cudaStreamSynchronize(stream_)); }

 private:
  cudaStream_t stream_ = nullptr;
};

inline std::uint16_t ToElement(DType dtype, float value) {
  return dtype == DType::kBF16 ? FloatToBFloat16(value) : FloatToFloat16(value);
}
inline float FromElement(DType dtype, std::uint16_t bits) {
  return dtype == DType::kBF16 ? BFloat16ToFloat(bits) : Float16ToFloat(bits);
}
inline std::vector<std::uint16_t> ToElements(DType dtype, const std::vector<float>& values) {
  std::vector<std::uint16_t> bits(values.size());
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = ToElement(dtype, values[i]);
  return bits;
}
inline std::vector<float> FromElements(DType dtype, const std::vector<std::uint16_t>& bits) {
  std::vector<float> values(bits.size());
  for (std::size_t i = 0; i < bits.size(); ++i) values[i] = FromElement(dtype, bits[i]);
  return values;
}
inline std::vector<float> Rounded(DType dtype, const std::vector<float>& values) {
  return FromElements(dtype, ToElements(dtype, values));
}

// Half the distance between neighbours at 1: what one rounding to the type costs, relatively.

// `tolerance`, and one rounding to `dtype`.
inline Tolerance AndOneRounding(Tolerance tolerance, DType dtype) {
  if (dtype == DType::kF32) return tolerance;
  // Below the smallest normal number of f16 the step is 2^-24 throughout.
  return {.absolute = tolerance.absolute + (dtype == DType::kF16 ? 0x1p-25 : 0),
          .relative = tolerance.relative + RoundoffOf(dtype)};
}

}  // namespace meval::testing

#endif  // MEVAL_TESTS_KERNELS_CUDA_DEVICE_ARRAY_H_
