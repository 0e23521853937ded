#include "engine/selftest/kernel_cases.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>

#include "kernels/bfloat16.h"

namespace meval::selftest {
namespace {

constexpr float kGuardValue = -12345.5F;

std::string Exact(double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.9g (%a)", value, value);
  return text.data();
}

std::string Difference(const char* what, std::size_t index, double found, double expected) {
  return std::string(what) + " " + std::to_string(index) + ": expected " + Exact(expected) +
         ", found " + Exact(found);
}

std::string Sizes(const KernelOutput& found, const KernelOutput& expected) {
  const bool same = found.values.size() == expected.values.size() &&
                    found.logprobs.size() == expected.logprobs.size() &&
                    found.tokens.size() == expected.tokens.size();
  return same ? "" : "results of different sizes";
}

std::string DifferentTokens(const KernelOutput& found, const KernelOutput& expected) {
  for (std::size_t i = 0; i < found.tokens.size(); ++i) {
    if (found.tokens[i] == expected.tokens[i]) continue;
    return "token " + std::to_string(i) + ": expected " + std::to_string(expected.tokens[i]) +
           ", found " + std::to_string(found.tokens[i]);
  }
  return "";
}

// Not <=, so that a NaN on either side counts as beyond.
bool IsBeyond(double found, double expected, Tolerance tolerance) {
  const double bound = tolerance.absolute + tolerance.relative * std::abs(expected);
  return !(std::abs(found - expected) <= bound);
}

std::function<std::string(const KernelOutput&, const KernelOutput&)> Within(Tolerance tolerance) {
  return [tolerance](const KernelOutput& found, const KernelOutput& reference) {
    return Beyond(found, reference, tolerance);
  };
}

KernelOutput Take(const GuardedValues& out) {
  return {.values = out.values(), .logprobs = {}, .tokens = {}, .damage = out.Damage()};
}

// Rows: one, a few, more than a block. Columns: around the vector widths, and anything.
std::int64_t SomeRows(Random& random) {
  return random.Pick<std::int64_t>({1, 2, 5, random.Between(1, 40)});
}
std::int64_t SomeColumns(Random& random) {
  return random.Pick<std::int64_t>(
      {1, 7, 16, 31, 64, 65, random.Between(1, 300), random.Between(300, 5000)});
}

std::string Shape(const char* name, std::int64_t rows, std::int64_t columns) {
  return std::string(name) + " [" + std::to_string(rows) + ", " + std::to_string(columns) + "]";
}

}  // namespace

GuardedValues::GuardedValues(std::int64_t size)
    : GuardedValues(std::vector<float>(static_cast<std::size_t>(size),
                                       std::numeric_limits<float>::quiet_NaN())) {}

GuardedValues::GuardedValues(const std::vector<float>& values)
    : memory_(values.size() + 2 * kGuard, kGuardValue) {
  std::copy(values.begin(), values.end(), memory_.begin() + kGuard);
}

std::string GuardedValues::Damage() const {
  for (std::ptrdiff_t i = 0; i < kGuard; ++i) {
    if (memory_[static_cast<std::size_t>(kGuard - 1 - i)] != kGuardValue) {
      return "a write " + std::to_string(i + 1) + " elements before the output";
    }
    if (*(memory_.end() - kGuard + i) != kGuardValue) {
      return "a write " + std::to_string(i + 1) + " elements behind the output";
    }
  }
  return "";
}

std::string DifferentBits(const KernelOutput& found, const KernelOutput& expected) {
  if (const std::string sizes = Sizes(found, expected); !sizes.empty()) return sizes;
  for (std::size_t i = 0; i < found.values.size(); ++i) {
    if (std::bit_cast<std::uint32_t>(found.values[i]) !=
        std::bit_cast<std::uint32_t>(expected.values[i])) {
      return Difference("element", i, double{found.values[i]}, double{expected.values[i]});
    }
  }
  for (std::size_t i = 0; i < found.logprobs.size(); ++i) {
    if (std::bit_cast<std::uint64_t>(found.logprobs[i]) !=
        std::bit_cast<std::uint64_t>(expected.logprobs[i])) {
      return Difference("log-prob", i, found.logprobs[i], expected.logprobs[i]);
    }
  }
  return DifferentTokens(found, expected);
}

std::string Beyond(const KernelOutput& found, const KernelOutput& expected, Tolerance tolerance) {
  if (const std::string sizes = Sizes(found, expected); !sizes.empty()) return sizes;
  for (std::size_t i = 0; i < found.values.size(); ++i) {
    if (IsBeyond(double{found.values[i]}, double{expected.values[i]}, tolerance)) {
      return Difference("element", i, double{found.values[i]}, double{expected.values[i]});
    }
  }
  for (std::size_t i = 0; i < found.logprobs.size(); ++i) {
    if (IsBeyond(found.logprobs[i], expected.logprobs[i], tolerance)) {
      return Difference("log-prob", i, found.logprobs[i], expected.logprobs[i]);
    }
  }
  return DifferentTokens(found, expected);
}

KernelCase EmbeddingCase(const KernelSet& kernels, Random& random) {
  const std::int64_t V = random.Between(1, 200);
  const std::int64_t T = SomeRows(random);
  const std::int64_t C = SomeColumns(random);
  const bool is_bf16 = random.Chance(0.5);
  const auto table = std::make_shared<std::vector<float>>(random.Vector(V * C, 1.0F));
  const auto table_bf16 = std::make_shared<std::vector<std::uint16_t>>();
  for (const float value : *table) table_bf16->push_back(FloatToBFloat16(value));
  std::vector<TokenId> tokens(static_cast<std::size_t>(T));
  for (TokenId& token : tokens) token = static_cast<TokenId>(random.Below(V));
  KernelCase result;
  result.check = "kernel.embedding";
  result.shape =
      Shape(is_bf16 ? "bf16 table" : "f32 table", V, C) + ", " + std::to_string(T) + " tokens";
  result.run = [=, &kernels](Context& ctx) {
    GuardedValues out(T * C);
    kernels.embedding(ctx,
                      is_bf16 ? TensorView(table_bf16->data(), DType::kBF16, {V, C})
                              : TensorView(table->data(), DType::kF32, {V, C}),
                      tokens, TensorView(out.data(), DType::kF32, {T, C}));
    return Take(out);
  };
  result.disagreement = DifferentBits;
  return result;
}

KernelCase RmsNormCase(const KernelSet& kernels, Random& random) {
  const std::int64_t T = SomeRows(random);
  const std::int64_t C = SomeColumns(random);
  const auto x = std::make_shared<std::vector<float>>(random.Vector(T * C, 4.0F));
  const auto gain = std::make_shared<std::vector<float>>(random.Vector(C, 2.0F));
  KernelCase result;
  result.check = "kernel.rmsnorm";
  result.shape = Shape("x", T, C);
  result.run = [=, &kernels](Context& ctx) {
    GuardedValues out(T * C);
    kernels.rmsnorm(ctx, TensorView(x->data(), DType::kF32, {T, C}),
                    TensorView(gain->data(), DType::kF32, {C}), 1e-5F,
                    TensorView(out.data(), DType::kF32, {T, C}));
    return Take(out);
  };
  result.disagreement = Within(kRmsNormTolerance);
  return result;
}

KernelCase RopeCase(const KernelSet& kernels, Random& random) {
  const std::int64_t T = SomeRows(random);
  const std::int64_t H = random.Between(1, 8);
  const std::int64_t D = random.Pick<std::int64_t>({64, 128, 2 * random.Between(1, 60)});
  const auto x = std::make_shared<std::vector<float>>(random.Vector(T * H * D, 4.0F));
  const auto table = std::make_shared<RopeTable>(D, random.Pick({1e4, 1e6}), 4096);
  std::vector<std::int32_t> positions(static_cast<std::size_t>(T));
  for (std::int32_t& position : positions) position = static_cast<std::int32_t>(random.Below(4096));
  KernelCase result;
  result.check = "kernel.rope";
  result.shape = Shape("x", T, H) + " heads of " + std::to_string(D);
  result.run = [=, &kernels](Context& ctx) {
    GuardedValues out(*x);
    kernels.rope(ctx, TensorView(out.data(), DType::kF32, {T, H, D}), positions, *table);
    return Take(out);
  };
  result.disagreement = Within(kRopeTolerance);
  return result;
}

KernelCase SiluMulCase(const KernelSet& kernels, Random& random) {
  const std::int64_t T = SomeRows(random);
  const std::int64_t F = SomeColumns(random);
  // As the engine has them: the halves of one [T, 2F].
  const auto gate_up = std::make_shared<std::vector<float>>(random.Vector(T * 2 * F, 12.0F));
  KernelCase result;
  result.check = "kernel.silu_mul";
  result.shape = Shape("gate", T, F);
  result.run = [=, &kernels](Context& ctx) {
    GuardedValues out(T * F);
    const TensorView both(gate_up->data(), DType::kF32, {T, 2 * F});
    kernels.silu_mul(ctx, both.Columns(0, F), both.Columns(F, F),
                     TensorView(out.data(), DType::kF32, {T, F}));
    return Take(out);
  };
  result.disagreement = Within(kSiluMulTolerance);
  return result;
}

KernelCase ResidualAddCase(const KernelSet& kernels, Random& random) {
  const std::int64_t T = SomeRows(random);
  const std::int64_t C = SomeColumns(random);
  const auto x = std::make_shared<std::vector<float>>(random.Vector(T * C, 4.0F));
  const auto delta = std::make_shared<std::vector<float>>(random.Vector(T * C, 4.0F));
  KernelCase result;
  result.check = "kernel.residual_add";
  result.shape = Shape("x", T, C);
  result.run = [=, &kernels](Context& ctx) {
    GuardedValues out(*x);
    kernels.residual_add(ctx, TensorView(delta->data(), DType::kF32, {T, C}),
                         TensorView(out.data(), DType::kF32, {T, C}));
    return Take(out);
  };
  result.disagreement = DifferentBits;
  return result;
}

}  // namespace meval::selftest
