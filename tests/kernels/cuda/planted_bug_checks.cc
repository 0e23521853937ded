#include "tests/kernels/cuda/planted_bug_checks.h"

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "kernels/cuda/rmsnorm.h"
#include "kernels/rmsnorm.h"
#include "tests/kernels/cuda/attention_case.h"
#include "tests/kernels/cuda/device_array.h"

namespace meval::testing {
namespace {

// The first element that is not what was expected; nothing if there is none.
std::string Difference(const std::vector<float>& found, const std::vector<float>& expected,
                       Tolerance tolerance) {
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double bound = tolerance.absolute + tolerance.relative * std::abs(double{expected[i]});
    if (std::isnan(found[i])) return "element " + std::to_string(i) + ": nan";
    if (std::abs(double{found[i]} - expected[i]) > bound) {
      return "element " + std::to_string(i) + ": expected " + std::to_string(expected[i]) +
             ", found " + std::to_string(found[i]);
    }
  }
  return "";
}

std::string Problem(std::uint64_t seed, const std::function<std::string()>& check) {
  cuda_emulator::SetScheduleSeed(seed);
  try {
    return check();
  } catch (const cuda_emulator::EmulatorError& error) {
    return error.what();
  }
}

}  // namespace

std::string ProblemOfRmsNorm(std::uint64_t seed) {
  constexpr std::int64_t kRows = 2;
  constexpr std::int64_t kWidth = 900;
  std::vector<float> x = RandomVector(kRows * kWidth, 71, 3.0F);
  std::vector<float> gain = RandomVector(kWidth, 72);
  std::vector<float> expected(x.size());
  Context ctx(OptionsOf(kReferenceRoute, 1));
  RmsNorm(ctx, TensorView(x.data(), DType::kF32, {kRows, kWidth}),
          TensorView(gain.data(), DType::kF32, {kWidth}), 1e-5F,
          TensorView(expected.data(), DType::kF32, {kRows, kWidth}));
  return Problem(seed, [&] {
    const DeviceArray<float> device_x(x);
    const DeviceArray<float> device_gain(gain);
    const DeviceArray<float> out(x.size());
    cuda::LaunchRmsNorm(nullptr, {.x = device_x.data(),
                                  .x_stride = kWidth,
                                  .gain = device_gain.data(),
                                  .out = out.data(),
                                  .out_stride = kWidth,
                                  .num_rows = kRows,
                                  .width = kWidth,
                                  .eps = 1e-5F});
    return Difference(out.Read(), expected, kRmsNormTolerance);
  });
}

// A chunk in the middle of a sequence, four tiles of keys, the window's edge inside a tile.
std::string ProblemOfAttention(std::uint64_t seed, cuda::AttentionKernel tiles) {
  const AttentionShape shape{DType::kBF16, 4, 1, 16, 100, tiles};
  const AttentionCase attention(shape, {{.position_begin = 170, .num_rows = 30}}, 73);
  return Problem(seed, [&] {
    return Difference(attention.OnDevice(attention.Options()), attention.OnCpu(),
                      CudaAttentionTolerance(true));
  });
}

}  // namespace meval::testing
