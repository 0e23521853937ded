#ifndef MEVAL_TESTS_KERNELS_OP_TEST_H_
#define MEVAL_TESTS_KERNELS_OP_TEST_H_

// What the suites of the ops share: random inputs, contexts of every path, comparisons.

#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/bfloat16.h"
#include "kernels/check.h"
#include "kernels/context.h"
#include "kernels/philox.h"
#include "kernels/tensor.h"
#include "kernels/tolerance.h"

namespace meval::testing {

// Uniform in [-scale, scale), the same on every machine.
inline std::vector<float> RandomVector(std::int64_t n, std::uint32_t seed, float scale = 1.0F) {
  std::vector<float> values(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const PhiloxCounter words = Philox4x32({static_cast<std::uint32_t>(i), 0, 0, 0}, {seed, 7});
    values[i] = (static_cast<float>(words[0] >> 8) * 0x1p-23F - 1.0F) * scale;
  }
  return values;
}

inline std::vector<std::uint16_t> ToBFloat16(const std::vector<float>& values) {
  std::vector<std::uint16_t> bits(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) bits[i] = FloatToBFloat16(values[i]);
  return bits;
}

// A tensor's memory with canaries on both sides, so that a stray write is seen in any build.
class Canary {
 public:
  explicit Canary(std::int64_t n) : values_(static_cast<std::size_t>(n) + 2 * kPad, kValue) {}
  float* data() { return values_.data() + kPad; }
  std::vector<float> Values() const { return {values_.begin() + kPad, values_.end() - kPad}; }
  void ExpectIntact() const {
    for (std::ptrdiff_t i = 0; i < kPad; ++i) {
      ASSERT_EQ(*(values_.begin() + i), kValue) << "written " << kPad - i << " before the tensor";
      ASSERT_EQ(*(values_.end() - 1 - i), kValue) << "written " << kPad - i << " behind the tensor";
    }
  }

 private:
  static constexpr std::ptrdiff_t kPad = 32;
  static constexpr float kValue = -12345.5F;
  std::vector<float> values_;
};

inline bool SameBits(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return false;
  return a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

inline void ExpectNear(const std::vector<float>& found, const std::vector<float>& expected,
                       Tolerance tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double reference = expected[i];
    const double bound = tolerance.absolute + tolerance.relative * std::abs(reference);
    ASSERT_LE(std::abs(double{found[i]} - reference), bound)
        << "element " << i << ": expected " << reference << ", found " << found[i];
  }
}

// One way to run an op.
struct Route {
  CpuPath path;
  GemmProvider gemm;
};
inline constexpr Route kReferenceRoute{CpuPath::kReference, GemmProvider::kBuiltin};
inline constexpr Route kAvx2Route{CpuPath::kAvx2, GemmProvider::kBuiltin};
inline constexpr Route kAvx512Route{CpuPath::kAvx512, GemmProvider::kBuiltin};
inline constexpr Route kOneDnnRoute{CpuPath::kAvx512, GemmProvider::kOneDnn};

inline std::string RouteName(const Route& route) {
  return route.gemm == GemmProvider::kOneDnn ? "onednn" : Name(route.path);
}

inline ContextOptions OptionsOf(const Route& route, int num_threads) {
  return {.num_threads = num_threads, .choose_path = false, .path = route.path, .gemm = route.gemm};
}

// Why this machine or build cannot run a route; empty if it can.
inline std::string WhyNot(const Route& route) {
  try {
    Context ctx(OptionsOf(route, 1));
    return "";
  } catch (const DeviceError& error) {
    return error.what();
  }
}

// A [T, C] case of a row op on one route, printed as avx512_f32_T7_C4096.
struct RowCase {
  Route route;
  std::int64_t t;
  std::int64_t c;
  DType dtype = DType::kF32;
};

inline std::string RowCaseName(const ::testing::TestParamInfo<RowCase>& info) {
  const RowCase& p = info.param;
  return RouteName(p.route) + "_" + Name(p.dtype) + "_T" + std::to_string(p.t) + "_C" +
         std::to_string(p.c);
}

// Extents around the vector width, odd ones, and those of Mistral 7B.
inline std::vector<RowCase> RowCases(const std::vector<DType>& dtypes = {DType::kF32}) {
  std::vector<RowCase> cases;
  for (const Route& route : {kReferenceRoute, kAvx2Route, kAvx512Route}) {
    for (const DType dtype : dtypes) {
      for (const std::int64_t c : {1, 7, 8, 15, 16, 17, 31, 33, 64, 100, 257, 4096, 14336}) {
        cases.push_back({route, c < 4096 ? 7 : 3, c, dtype});
      }
      cases.push_back({route, 0, 64, dtype});
      cases.push_back({route, 1, 4096, dtype});
      cases.push_back({route, 100, 64, dtype});
    }
  }
  return cases;
}

// A row op under test: fills `out` from whatever inputs the caller has bound.
using RowOp = std::function<void(Context& ctx, TensorView out)>;

inline std::vector<float> RunRowOp(const Route& route, int num_threads, std::int64_t t,
                                   std::int64_t c, const RowOp& op) {
  Context ctx(OptionsOf(route, num_threads));
  Canary out(t * c);
  op(ctx, TensorView(out.data(), DType::kF32, {t, c}));
  out.ExpectIntact();
  return out.Values();
}

// The op on a route: near the reference, and bit for bit the same on 1, 2 and 3 threads and as the
// AVX2 path.
inline void CheckRowOp(const RowCase& p, Tolerance tolerance, const RowOp& op) {
  const std::vector<float> reference = RunRowOp(kReferenceRoute, 1, p.t, p.c, op);
  const std::vector<float> found = RunRowOp(p.route, 1, p.t, p.c, op);
  ExpectNear(found, reference, tolerance);
  EXPECT_TRUE(SameBits(found, RunRowOp(p.route, 2, p.t, p.c, op))) << "1 and 2 threads differ";
  EXPECT_TRUE(SameBits(found, RunRowOp(p.route, 3, p.t, p.c, op))) << "1 and 3 threads differ";
  if (p.route.path == CpuPath::kAvx512) {
    EXPECT_TRUE(SameBits(found, RunRowOp(kAvx2Route, 1, p.t, p.c, op))) << "avx2 and avx512 differ";
  }
}

}  // namespace meval::testing

// At the top of a test body: skips it, in sight, where the machine cannot run the route.
#define MEVAL_ROUTE_OR_SKIP(route)                                                     \
  if (const std::string why_not = ::meval::testing::WhyNot(route); !why_not.empty()) { \
    GTEST_SKIP() << why_not;                                                           \
  }

#endif  // MEVAL_TESTS_KERNELS_OP_TEST_H_
