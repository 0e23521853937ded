#ifndef MEVAL_KERNELS_TENSOR_H_
#define MEVAL_KERNELS_TENSOR_H_

// What an op sees of memory: a pointer, a dtype, a shape and a device. Views never own.

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>

namespace meval {

using TokenId = std::int32_t;

enum class DType { kF32, kBF16, kF16 };
enum class Device { kCpu, kCuda };

// Bytes of one element.
std::int64_t SizeOf(DType dtype);
// "f32", "bf16", "f16".
const char* Name(DType dtype);
// "cpu", "cuda".
const char* Name(Device device);

// A borrowed tensor of rank 1 to 4. The last dimensions are dense; only the first dimension may
// have a stride larger than the product of the others (a slice of columns), so `row_stride` says
// how many elements lie between two consecutive indices of dimension 0.
struct TensorView {
  void* data = nullptr;
  DType dtype = DType::kF32;
  Device device = Device::kCpu;
  int rank = 0;
  std::array<std::int64_t, 4> shape{};
  std::int64_t row_stride = 0;  // elements

  TensorView() = default;
  // A dense view; data may be null only if some dimension is 0.
  TensorView(void* pointer, DType type, std::initializer_list<std::int64_t> dims,
             Device where = Device::kCpu);

  std::int64_t rows() const { return rank == 0 ? 0 : shape[0]; }
  std::int64_t row_elements() const;  // product of the dimensions after the first
  std::int64_t num_elements() const { return rows() * row_elements(); }
  bool dense() const { return row_stride == row_elements(); }

  // Rows [begin, begin + count) of dimension 0.
  TensorView Rows(std::int64_t begin, std::int64_t count) const;
  // Columns [begin, begin + count) of a rank-2 view: same rows, same row_stride.
  TensorView Columns(std::int64_t begin, std::int64_t count) const;
  // The same elements of each row under other trailing dimensions ([T, H*D] seen as [T, H, D]).
  TensorView WithRowShape(std::initializer_list<std::int64_t> trailing) const;

  template <typename T>
  T* As() const {
    return static_cast<T*>(data);
  }
};

// "[3, 4096] f32".
std::string ToString(const TensorView& view);

}  // namespace meval

#endif  // MEVAL_KERNELS_TENSOR_H_
