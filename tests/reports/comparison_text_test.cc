#include "reports/comparison_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/reports/example_comparison.h"

namespace meval {
namespace {

using testing::ExampleComparison;
using ::testing::HasSubstr;

TEST(ComparisonText, ShowsARowForEachRunOfEachTask) {
  const std::vector<ComparisonRow> rows = ComparisonRows(ExampleComparison());
  ASSERT_EQ(rows.size(), 9U);
  EXPECT_EQ(rows[0].task, "mmlu");
  EXPECT_EQ(rows[0].run, "A");
  EXPECT_EQ(rows[0].score, "51.50");
  EXPECT_EQ(rows[0].verdict, "");
  EXPECT_TRUE(rows[0].is_best);
  EXPECT_EQ(rows[1].task, "");
  EXPECT_EQ(rows[1].run, "B");
  EXPECT_EQ(rows[1].difference, "\u22121.20");
  EXPECT_EQ(rows[1].interval, "\u22121.90 \u2013 \u22120.50");
  EXPECT_EQ(rows[1].p_value, "0.0012");
  EXPECT_EQ(rows[1].detectable, "0.81");
  EXPECT_EQ(rows[1].flips, "\u221215 +3");
  EXPECT_EQ(rows[1].speed, "1.25\u00d7");
  EXPECT_EQ(rows[1].verdict, "regressed");
  EXPECT_EQ(rows[2].difference, "0.00");
  EXPECT_EQ(rows[4].difference, "+0.10");
  EXPECT_EQ(rows[4].flips, "90 changed");
  EXPECT_EQ(rows[6].metric, "word_perplexity (ppl)");
  EXPECT_EQ(rows[7].difference, "+0.5000");
  EXPECT_EQ(rows[7].interval, "");
}

TEST(ComparisonText, LettersRuns) {
  EXPECT_EQ(RunLetter(0), "A");
  EXPECT_EQ(RunLetter(25), "Z");
  EXPECT_EQ(RunLetter(26), "AA");
  EXPECT_EQ(RunLetter(53), "BB");
}

TEST(ComparisonText, SaysEveryVerdictInASentence) {
  const Comparison comparison = ExampleComparison();
  EXPECT_EQ(VerdictSentence(comparison, comparison.tasks[0], 1),
            "mmlu: B has regressed: acc is 1.20 points lower (95 % interval \u22121.90 to "
            "\u22120.50), exact McNemar p = 0.0012; 15 lost and 3 won of 1,000 records.");
  EXPECT_EQ(VerdictSentence(comparison, comparison.tasks[0], 2),
            "mmlu: C is identical: every answer to 1,000 records, bit by bit.");
  EXPECT_THAT(VerdictSentence(comparison, comparison.tasks[1], 1),
              HasSubstr("is equivalent within 1.00 points: rougeL is 0.10 points higher"));
  EXPECT_THAT(VerdictSentence(comparison, comparison.tasks[1], 2), HasSubstr("has improved"));
  EXPECT_THAT(VerdictSentence(comparison, comparison.tasks[2], 1),
              HasSubstr("is inconclusive: neither a difference nor equivalence within 0.0800 ppl"));
}

TEST(ComparisonText, NamesTheBestAndTheFaster) {
  const Comparison comparison = ExampleComparison();
  EXPECT_EQ(BestSentence(comparison.tasks[1]),
            "samsum: C is best, 2.30 points before B (p < 0.0001)");
  EXPECT_EQ(BestSentence(comparison.tasks[0]), "mmlu: A and C are best, with the same score");
  EXPECT_EQ(BestSentence(comparison.tasks[2]), "");
  EXPECT_THAT(SpeedSentence(comparison.tasks[0], 1),
              HasSubstr("B is 1.25 times as fast as A: 8.00 s and 10.00 s in the model, 95 % "
                        "interval 1.10 \u2013 1.40 from 3 and 5 repetitions"));
  EXPECT_THAT(SpeedSentence(comparison.tasks[0], 2), HasSubstr("measured once: no interval"));
  EXPECT_EQ(SpeedSentence(comparison.tasks[1], 1), "");
}

TEST(ComparisonText, CountsVerdictsTheWorstFirst) {
  EXPECT_EQ(Tally(ExampleComparison()),
            "1 regressed, 2 inconclusive, 1 improved, 1 equivalent, 1 identical");
}

TEST(ComparisonText, DescribesAFlipWithBothAnswers) {
  const Flip flip = ExampleComparison().tasks[0].pairs[0].flips[0];
  EXPECT_EQ(FlipLine(flip, 1),
            "anatomy_test:17 (anatomy): expected \"A\"; A answered \"A\", B \"B\"");
}

}  // namespace
}  // namespace meval
