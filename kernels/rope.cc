#include "kernels/rope.h"

#include <cmath>

#include "kernels/check.h"
#include "kernels/cpu/ops.h"
#include "kernels/cpu/require.h"

namespace meval {

RopeTable::RopeTable(std::int64_t head_dim, double theta, std::int64_t max_positions)
    : head_dim_(head_dim), max_positions_(max_positions) {
  MEVAL_REQUIRE(head_dim > 0 && head_dim % 2 == 0,
                "head_dim: expected even and positive, found " + std::to_string(head_dim));
  MEVAL_REQUIRE(theta > 0, "theta: expected > 0, found " + std::to_string(theta));
  MEVAL_REQUIRE(max_positions >= 0,
                "max_positions: expected >= 0, found " + std::to_string(max_positions));
  const std::int64_t half = head_dim / 2;
  std::vector<float> inv_freq;
  for (std::int64_t i = 0; i < half; ++i) {
    // 2i / D in f32 and the power rounded to f32, then the reciprocal rounded again: the steps of
    // `1.0 / (base ** (torch.arange(0, dim, 2) / dim))`.
    const float exponent = static_cast<float>(2 * i) / static_cast<float>(head_dim);
    const auto power = static_cast<float>(std::pow(theta, double{exponent}));
    inv_freq.push_back(1.0F / power);
  }
  cos_.reserve(static_cast<std::size_t>(max_positions * half));
  sin_.reserve(static_cast<std::size_t>(max_positions * half));
  for (std::int64_t p = 0; p < max_positions; ++p) {
    for (const float frequency : inv_freq) {
      const double angle = static_cast<float>(p) * frequency;
      cos_.push_back(static_cast<float>(std::cos(angle)));
      sin_.push_back(static_cast<float>(std::sin(angle)));
    }
  }
}

void Rope(Context& ctx, TensorView x, std::span<const std::int32_t> positions,
          const RopeTable& table) {
  cpu::RequireTensor("Rope: x", x, DType::kF32,
                     {static_cast<std::int64_t>(positions.size()), -1, table.head_dim()});
  for (std::size_t t = 0; t < positions.size(); ++t) {
    MEVAL_REQUIRE(positions[t] >= 0 && positions[t] < table.max_positions(),
                  "position of row " + std::to_string(t) + ": expected in [0, " +
                      std::to_string(table.max_positions()) + "), found " +
                      std::to_string(positions[t]));
  }

  const cpu::Ops& ops = cpu::OpsOf(ctx.path());
  const auto block = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t t = begin; t < end; ++t) {
      const std::int32_t position = positions[static_cast<std::size_t>(t)];
      ops.rope(table.Cos(position), table.Sin(position), x.shape[1], x.shape[2],
               x.As<float>() + t * x.row_stride);
    }
  };
  cpu::ForRowBlocks(ctx, x.rows(), x.row_elements() * 8, std::cref(block));
}

}  // namespace meval
