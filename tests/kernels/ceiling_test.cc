#include "kernels/ceiling.h"

#include <cmath>
#include <stdexcept>

#include <gtest/gtest.h>

#include "kernels/context.h"

namespace meval {
namespace {

// No machine that runs this is outside: a sanitizer's build reads a few hundred MB a second, and
// the widest server a few TB.
constexpr double kSlowestRead = 1e7;
constexpr double kFastestRead = 1e14;
constexpr double kSlowestMatmul = 1e6;
constexpr double kFastestMatmul = 1e16;

TEST(MeasureCeiling, SaysWhatItWasMeasuredWith) {
  Context ctx({.num_threads = 2});
  const Ceiling ceiling = MeasureCeiling(ctx, DType::kBF16);
  EXPECT_EQ(ceiling.num_threads, 2);
  EXPECT_EQ(ceiling.dtype, DType::kBF16);
  EXPECT_GT(ceiling.read_bytes_per_second, kSlowestRead);
  EXPECT_LT(ceiling.read_bytes_per_second, kFastestRead);
  EXPECT_GT(ceiling.matmul_flops_per_second, kSlowestMatmul);
  EXPECT_LT(ceiling.matmul_flops_per_second, kFastestMatmul);
}

TEST(MeasureCopyBandwidth, CountsBytesReadAndWritten) {
  Context ctx({.num_threads = 2});
  const double rate = MeasureCopyBandwidth(ctx);
  EXPECT_GT(rate, kSlowestRead);
  EXPECT_LT(rate, kFastestRead);
}

TEST(MeasureMatmulRate, WorksOnEveryPathAndDType) {
  for (const CpuPath path : AvailableCpuPaths()) {
    for (const DType dtype : {DType::kF32, DType::kBF16}) {
      Context ctx({.num_threads = 1, .choose_path = false, .path = path});
      const double rate = MeasureMatmulRate(ctx, dtype);
      EXPECT_GT(rate, kSlowestMatmul) << Name(path) << " " << Name(dtype);
      EXPECT_LT(rate, kFastestMatmul) << Name(path) << " " << Name(dtype);
    }
  }
}

TEST(MeasureMatmulRate, RefusesADTypeWeightsCannotHave) {
  Context ctx({.num_threads = 1});
  EXPECT_THROW(MeasureMatmulRate(ctx, DType::kF16), std::invalid_argument);
  EXPECT_THROW(MeasureCeiling(ctx, DType::kF16), std::invalid_argument);
}

TEST(ReadBufferBytes, GrowsWithTheThreadsAndIsBounded) {
  EXPECT_EQ(ReadBufferBytes(Context({.num_threads = 1})), std::int64_t{128} << 20);
  EXPECT_EQ(ReadBufferBytes(Context({.num_threads = 3})), std::int64_t{384} << 20);
  EXPECT_EQ(ReadBufferBytes(Context({.num_threads = 9})), std::int64_t{1} << 30);
}

}  // namespace
}  // namespace meval
