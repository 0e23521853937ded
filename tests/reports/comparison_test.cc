#include "reports/comparison.h"

#include <gtest/gtest.h>

#include "tests/reports/example_comparison.h"

namespace meval {
namespace {

TEST(Comparison, KnowsWhichVerdictsItHolds) {
  const Comparison comparison = testing::ExampleComparison();
  for (const Verdict verdict : {Verdict::kIdentical, Verdict::kEquivalent, Verdict::kImproved,
                                Verdict::kRegressed, Verdict::kInconclusive}) {
    EXPECT_TRUE(HasVerdict(comparison, verdict)) << Name(verdict);
  }
  EXPECT_FALSE(HasVerdict(Comparison(), Verdict::kRegressed));
}

}  // namespace
}  // namespace meval
