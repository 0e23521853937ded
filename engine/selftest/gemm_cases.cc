#include "engine/selftest/gemm_cases.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "kernels/bfloat16.h"

namespace meval::selftest {
namespace {

float RoundTo(DType dtype, float value) {
  return dtype == DType::kBF16 ? BFloat16ToFloat(FloatToBFloat16(value)) : value;
}

// Odd shapes, shapes of whole panels, and now and then the depth of a 7B model.
std::int64_t SomeFeaturesOut(Random& random) {
  return random.Pick<std::int64_t>(
      {1, 33, 64, 128, random.Between(1, 100), random.Between(100, 700)});
}
std::int64_t SomeFeaturesIn(Random& random) {
  return random.Pick<std::int64_t>(
      {1, 31, 64, 96, random.Between(1, 200), random.Between(200, 1100), 4096});
}

}  // namespace

GemmProblem::GemmProblem(Random& random, DType type, std::int64_t rows)
    : dtype(type),
      m(rows),
      n(SomeFeaturesOut(random)),
      k(SomeFeaturesIn(random)),
      x(random.Vector(m * k, 1.0F)),
      w(random.Vector(n * k, 1.0F)) {
  for (float& value : w) value = RoundTo(dtype, value);
  if (dtype != DType::kBF16) return;
  for (const float value : w) w_bf16.push_back(FloatToBFloat16(value));
}

TensorView GemmProblem::X() { return {x.data(), DType::kF32, {m, k}}; }

PackedWeight GemmProblem::Pack(Context& ctx) {
  void* data = dtype == DType::kBF16 ? static_cast<void*>(w_bf16.data()) : w.data();
  const TensorView part(data, dtype, {n, k});
  return PackWeight(ctx, std::span(&part, 1));
}

std::string GemmProblem::Shape() const {
  return "M = " + std::to_string(m) + ", N = " + std::to_string(n) + ", K = " + std::to_string(k) +
         ", " + Name(dtype) + " weights";
}

std::vector<double> GemmProblem::Magnitudes() const {
  std::vector<double> magnitudes;
  magnitudes.reserve(static_cast<std::size_t>(m * n));
  std::vector<float> rounded(static_cast<std::size_t>(k));
  for (std::int64_t row = 0; row < m; ++row) {
    std::transform(x.begin() + row * k, x.begin() + (row + 1) * k, rounded.begin(),
                   [&](float value) { return RoundTo(dtype, value); });
    for (std::int64_t feature = 0; feature < n; ++feature) {
      const float* weights = w.data() + feature * k;
      double sum = 0;
      for (std::size_t i = 0; i < rounded.size(); ++i) {
        sum += std::abs(double{rounded[i]} * double{weights[i]});
      }
      magnitudes.push_back(sum);
    }
  }
  return magnitudes;
}

KernelCase GemmCase(const KernelSet& kernels, Random& random, DType dtype) {
  const std::int64_t rows = random.Pick<std::int64_t>({1, 2, 7, 12, 13, random.Between(1, 24)});
  const auto problem = std::make_shared<GemmProblem>(random, dtype, rows);
  const auto magnitudes = std::make_shared<const std::vector<double>>(problem->Magnitudes());
  KernelCase result;
  result.check = dtype == DType::kBF16 ? "kernel.gemm_bf16" : "kernel.gemm_f32";
  result.shape = problem->Shape();
  result.multiplies = true;
  result.run = [=, &kernels](Context& ctx) {
    const PackedWeight weight = problem->Pack(ctx);
    GuardedValues out(problem->m * problem->n);
    kernels.gemm(ctx, problem->X(), weight,
                 TensorView(out.data(), DType::kF32, {problem->m, problem->n}));
    KernelOutput output;
    output.values = out.values();
    output.damage = out.Damage();
    return output;
  };
  result.disagreement = [=](const KernelOutput& found, const KernelOutput& reference) {
    const double tolerance = GemmTolerance(static_cast<double>(problem->k));
    for (std::size_t i = 0; i < reference.values.size(); ++i) {
      const KernelOutput one{
          .values = {found.values[i]}, .logprobs = {}, .tokens = {}, .damage = {}};
      const KernelOutput other{
          .values = {reference.values[i]}, .logprobs = {}, .tokens = {}, .damage = {}};
      const std::string beyond =
          Beyond(one, other, {.absolute = tolerance * (*magnitudes)[i], .relative = 0});
      if (!beyond.empty()) return "output " + std::to_string(i) + ", " + beyond;
    }
    return std::string();
  };
  return result;
}

std::vector<std::string> GemmRowsInCompany(const KernelSet& kernels, Random& random, DType dtype,
                                           const std::vector<Context*>& contexts) {
  GemmProblem problem(random, dtype, 40);
  const PackedWeight weight = problem.Pack(*contexts.front());
  const auto multiply = [&](Context& ctx, std::vector<float>& x) {
    const auto rows = static_cast<std::int64_t>(x.size()) / problem.k;
    std::vector<float> y(static_cast<std::size_t>(rows * problem.n));
    kernels.gemm(ctx, TensorView(x.data(), DType::kF32, {rows, problem.k}), weight,
                 TensorView(y.data(), DType::kF32, {rows, problem.n}));
    return y;
  };
  const std::vector<float> all = multiply(*contexts.front(), problem.x);

  std::vector<std::string> failures;
  for (Context* ctx : contexts) {
    for (const std::int64_t rows : {std::int64_t{1}, random.Between(2, 12), random.Between(13, 64),
                                    random.Between(65, 300)}) {
      std::vector<float> x = random.Vector(rows * problem.k, 100.0F);
      std::vector<std::int64_t> source(static_cast<std::size_t>(rows), -1);  // -1: noise
      for (std::int64_t row = 0; row < rows; ++row) {
        if (row > 0 && random.Chance(0.5)) continue;
        const std::int64_t from = random.Below(problem.m);
        source[static_cast<std::size_t>(row)] = from;
        std::copy_n(problem.x.begin() + from * problem.k, problem.k, x.begin() + row * problem.k);
      }
      const std::vector<float> y = multiply(*ctx, x);
      std::string failure;
      for (std::int64_t row = 0; row < rows && failure.empty(); ++row) {
        const std::int64_t from = source[static_cast<std::size_t>(row)];
        if (from < 0 || std::memcmp(y.data() + row * problem.n, all.data() + from * problem.n,
                                    static_cast<std::size_t>(problem.n) * sizeof(float)) == 0) {
          continue;
        }
        failure = problem.Shape() + ": as row " + std::to_string(row) + " of " +
                  std::to_string(rows) + " on " + std::to_string(ctx->num_threads()) +
                  " threads a row has other bits than as row " + std::to_string(from) + " of " +
                  std::to_string(problem.m);
      }
      failures.push_back(failure);
    }
  }
  return failures;
}

}  // namespace meval::selftest
