#include "evals/numerics.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernels/check.h"
#include "kernels/context.h"

namespace meval {
namespace {

using ::testing::HasSubstr;

std::string Of(CpuPath path, GemmProvider gemm) {
  const Context context({.num_threads = 1, .choose_path = false, .path = path, .gemm = gemm});
  return NumericsOf(context);
}

TEST(NumericsOf, IsOneForBothVectorWidthsAndAnotherForTheReference) {
  std::set<std::string> simd;
  for (const CpuPath path : AvailableCpuPaths()) {
    if (path == CpuPath::kReference) continue;
    simd.insert(Of(path, GemmProvider::kBuiltin));
  }
  EXPECT_LE(simd.size(), 1U);
  if (!simd.empty()) {
    EXPECT_EQ(*simd.begin(), "v1, simd, builtin");
  }
  EXPECT_EQ(Of(CpuPath::kReference, GemmProvider::kBuiltin), "v1, reference, builtin");
}

TEST(NumericsOf, DoesNotDependOnThreads) {
  EXPECT_EQ(NumericsOf(Context({.num_threads = 1})), NumericsOf(Context({.num_threads = 3})));
}

TEST(NumericsOf, NamesOneDnnsVersionAndInstructionSet) {
  if (!HasOneDnn()) GTEST_SKIP() << "oneDNN is not compiled in";
  std::string numerics;
  try {
    numerics = Of(AvailableCpuPaths().back(), GemmProvider::kOneDnn);
  } catch (const DeviceError& error) {
    GTEST_SKIP() << error.what();  // a chip without bf16 instructions
  }
  EXPECT_THAT(numerics, HasSubstr("onednn " + OneDnnVersion() + " " + OneDnnIsa()));
}

}  // namespace
}  // namespace meval
