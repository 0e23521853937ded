#ifndef MEVAL_KERNELS_ROPE_H_
#define MEVAL_KERNELS_ROPE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/context.h"
#include "kernels/tensor.h"

namespace meval {

// cos and sin of position * theta^(-2i/D) for i in [0, D/2), computed as Hugging Face does:
// inv_freq in f32, the product position * inv_freq in f32, then cos and sin of that f32 angle
// rounded to f32.
class RopeTable {
 public:
  // head_dim: D, even. Throws std::invalid_argument otherwise, or if theta <= 0 or max_positions <
  // 0.
  RopeTable(std::int64_t head_dim, double theta, std::int64_t max_positions);

  std::int64_t head_dim() const { return head_dim_; }
  std::int64_t max_positions() const { return max_positions_; }
  const float* Cos(std::int64_t position) const {
    return cos_.data() + position * (head_dim_ / 2);
  }  // [D/2]
  const float* Sin(std::int64_t position) const {
    return sin_.data() + position * (head_dim_ / 2);
  }  // [D/2]

 private:
  std::int64_t head_dim_;
  std::int64_t max_positions_;
  std::vector<float> cos_;  // [max_positions, D/2]
  std::vector<float> sin_;  // [max_positions, D/2]
};

// Rotates in place the pairs (i, i + D/2) of every head by the angle of the row's position:
//   x'[i]       = x[i] cos - x[i + D/2] sin
//   x'[i + D/2] = x[i + D/2] cos + x[i] sin               Su et al. 2021 (RoFormer), in the "rotate
//   half" pairing of
//                                                          Hugging Face checkpoints
//   x         [T, H, D]  f32
//   positions [T]        each in [0, table.max_positions())
//
// Throws std::invalid_argument if shapes disagree or a position is outside the table.
void Rope(Context& ctx, TensorView x, std::span<const std::int32_t> positions,
          const RopeTable& table);

}  // namespace meval

#endif  // MEVAL_KERNELS_ROPE_H_
