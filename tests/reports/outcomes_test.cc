#include "reports/outcomes.h"

#include <gtest/gtest.h>

#include "tests/reports/example_comparison.h"

namespace meval {
namespace {

TEST(Outcomes, NameAggregatesAndReadTheNamesBack) {
  for (const Aggregate aggregate :
       {Aggregate::kMean, Aggregate::kBleu, Aggregate::kPerplexity, Aggregate::kBitsPerByte}) {
    EXPECT_EQ(ParseAggregate(Name(aggregate)), aggregate);
  }
  EXPECT_FALSE(ParseAggregate("median"));
  EXPECT_STREQ(Name(OutcomeSource::kRun), "run");
  EXPECT_STREQ(Name(OutcomeSource::kBaseline), "baseline");
  EXPECT_STREQ(Name(OutcomeSource::kLmEval), "lm-eval");
}

TEST(Outcomes, FindTasksByName) {
  const RunOutcomes run = testing::ExampleOutcomes();
  EXPECT_EQ(run.Find("samsum"), &run.tasks[1]);
  EXPECT_EQ(run.Find("gsm8k"), nullptr);
}

TEST(Outcomes, KeepSixteenDigitsOfADigest) {
  EXPECT_EQ(ShortDigest("0123456789abcdef0123"), "0123456789abcdef");
  EXPECT_EQ(ShortDigest(""), "");
}

}  // namespace
}  // namespace meval
