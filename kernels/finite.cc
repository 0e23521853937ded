#include "kernels/finite.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <span>

#include "kernels/check.h"
#include "kernels/cpu/require.h"
#include "kernels/device_ops.h"

namespace meval {

std::optional<float> FindNotFinite(Context& ctx, TensorView x) {
  cpu::RequireTensor("FindNotFinite: x", x, DType::kF32, {-1, -1}, ctx.device());
  if (DeviceOps* device = ctx.device_ops()) return device->FindNotFinite(x);
  std::atomic<bool> are_finite = true;
  const auto task = [&](std::int64_t row) {
    const float* values = x.Rows(row, 1).As<float>();
    // An exponent of ones, which says infinite or not a number, carries into the sign bit; no
    // branch, so that whole vectors are looked at.
    constexpr std::uint32_t kExponent = 0x7f800000;
    constexpr std::uint32_t kLowestExponentBit = 0x00800000;
    const std::int64_t count = x.row_elements();
    std::uint32_t carries = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      carries |= (std::bit_cast<std::uint32_t>(values[i]) & kExponent) + kLowestExponentBit;
    }
    if ((carries & 0x80000000U) != 0) are_finite = false;
  };
  ctx.ParallelFor(x.rows(), std::cref(task));
  if (are_finite) return std::nullopt;
  for (std::int64_t row = 0; row < x.rows(); ++row) {
    const std::span<const float> values(x.Rows(row, 1).As<float>(),
                                        static_cast<std::size_t>(x.row_elements()));
    const auto bad = std::find_if(values.begin(), values.end(),
                                  [](float value) { return !std::isfinite(value); });
    if (bad != values.end()) return *bad;
  }
  throw std::logic_error("FindNotFinite: a bit pattern that is finite after all");
}

}  // namespace meval
