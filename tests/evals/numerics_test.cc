#include "evals/numerics.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/evals/run_program.h"

namespace meval {
namespace {

using testing::Environment;
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
  const Environment no_limit("ONEDNN_MAX_CPU_ISA", nullptr);
  const Environment no_old_limit("DNNL_MAX_CPU_ISA", nullptr);
  const std::string free = Of(AvailableCpuPaths().back(), GemmProvider::kOneDnn);
  EXPECT_THAT(free, HasSubstr("onednn " + OneDnnVersion() + " "));
  const Environment limit("ONEDNN_MAX_CPU_ISA", "AVX2");
  EXPECT_EQ(Of(AvailableCpuPaths().back(), GemmProvider::kOneDnn), free + " within AVX2");
}

}  // namespace
}  // namespace meval
