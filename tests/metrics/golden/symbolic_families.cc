// minerva_sympy.

#include <gtest/gtest.h>

#include "metrics/minerva_math.h"
#include "metrics/symbolic_equivalence.h"
#include "tests/metrics/golden/family.h"

namespace meval::testing {
namespace {

void CheckPair(const GoldenRow& row) {
  const std::string a = NormalizeMinervaAnswer(row.Text("/input/a"));
  const std::string b = NormalizeMinervaAnswer(row.Text("/input/b"));
  EXPECT_EQ(a, row.Text("/expected/normalized_a"));
  EXPECT_EQ(b, row.Text("/expected/normalized_b"));
  EXPECT_EQ(a == b, row.Flag("/expected/string_equal"));
  EXPECT_EQ(IsSymbolicallyEqual(a, b), row.Flag("/expected/sympy_equiv")) << a << " and " << b;
}

const RegisterFamilies kFamilies({{"minerva_sympy", CheckPair}});

}  // namespace
}  // namespace meval::testing
