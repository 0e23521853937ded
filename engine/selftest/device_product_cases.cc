#include <cmath>
#include <span>

#include "engine/selftest/device_cases.h"
#include "kernels/gemm.h"

namespace meval::selftest {
namespace {

struct ProductShape {
  std::int64_t m = 0;
  std::int64_t n = 0;
  std::int64_t k = 0;
  bool adds = false;  // to what y holds
  DType out = DType::kF32;
};

PackedWeight PackRounded(Context& ctx, const Floats& w, std::int64_t n, std::int64_t k,
                         DType dtype) {
  const Buffer on_host(w.size() * static_cast<std::size_t>(SizeOf(dtype)));
  ConvertElements(reinterpret_cast<const std::byte*>(w.data()), DType::kF32, n * k, dtype,
                  on_host.data());
  const TensorView matrix(on_host.data(), dtype, {n, k});
  return PackWeight(ctx, std::span(&matrix, 1));
}

// Against sums in double; the tolerance of an element is a share of the sum of magnitudes.
Comparison CompareWithSums(const ProductShape& shape, const Floats& x, const Floats& w,
                           const Floats& before, const Floats& found) {
  Comparison comparison;
  for (std::int64_t i = 0; i < shape.m * shape.n; ++i) {
    double sum = shape.adds ? double{before[static_cast<std::size_t>(i)]} : 0;
    double magnitude = std::abs(sum);
    for (std::int64_t j = 0; j < shape.k; ++j) {
      const double term = double{x[static_cast<std::size_t>(i / shape.n * shape.k + j)]} *
                          double{w[static_cast<std::size_t>(i % shape.n * shape.k + j)]};
      sum += term;
      magnitude += std::abs(term);
    }
    comparison.Take(static_cast<std::size_t>(i), sum, double{found[static_cast<std::size_t>(i)]},
                    GemmTolerance(static_cast<double>(shape.k)) * magnitude +
                        RoundoffOf(shape.out) * std::abs(sum));
  }
  return comparison;
}

void CheckProduct(const DeviceSubject& subject, const char* name, Random& random, DType dtype,
                  const ProductShape& shape) {
  const Floats x = Rounded(random.Vector(shape.m * shape.k, 1), dtype);
  const Floats w = Rounded(random.Vector(shape.n * shape.k, 1), dtype);
  const Floats before = random.Vector(shape.m * shape.n, 1);
  const DeviceTensor in(subject.device, dtype, shape.m, shape.k, x);
  DeviceTensor found = shape.adds
                           ? DeviceTensor(subject.device, shape.out, shape.m, shape.n, before)
                           : DeviceTensor(subject.device, shape.out, shape.m, shape.n);
  const PackedWeight packed = PackRounded(subject.device, w, shape.n, shape.k, dtype);
  if (shape.adds) {
    const DeviceTensor scratch(subject.device, dtype, shape.m, shape.n);
    GemmAdd(subject.device, in.view(), packed, scratch.view(), found.view());
  } else {
    Gemm(subject.device, in.view(), packed, found.view());
  }
  const std::string text =
      ShapeText({shape.m, shape.n, shape.k}, dtype) + (shape.adds ? ", added" : "");
  subject.Add(name, text, CompareWithSums(shape, x, w, before, found.Read()));
  subject.AddGuards(name, text, found);
}

ProductShape RandomShape(Random& random, std::int64_t m, DType dtype) {
  ProductShape shape;
  shape.m = m;
  shape.n = 8 * random.Between(1, 40);
  shape.k = 8 * random.Between(1, 60);
  shape.adds = random.Chance(0.3);
  if (!shape.adds && random.Chance(0.5)) shape.out = dtype;
  return shape;
}

}  // namespace

void CheckGemm(const DeviceSubject& subject, Random& random, DType dtype) {
  const std::int64_t m = random.Pick<std::int64_t>({1, 3, 16, 65});
  CheckProduct(subject, "device.gemm", random, dtype, RandomShape(random, m, dtype));
}

void CheckGemv(const DeviceSubject& subject, Random& random, DType dtype) {
  constexpr std::int64_t kMostRows = 4;
  const std::int64_t m = random.Between(1, kMostRows);
  CheckProduct(subject, "device.gemv", random, dtype, RandomShape(random, m, dtype));
}

}  // namespace meval::selftest
