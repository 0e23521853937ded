#include "metrics/drop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/metric_error.h"

namespace meval {
namespace {

using ::testing::HasSubstr;
using Spans = std::vector<std::string>;

TEST(Drop, NormalizesNumbersToTheirValue) {
  const struct {
    const char* span;
    const char* expected;
  } cases[] = {
      {"", ""},
      {"5", "5.0"},
      {"The 1,000 field-goals", "1000.0 field goals"},
      {"5%", "5.0"},
      {"$5.00", "500.0"},
      {"5.00", "5.0"},
      {"1e3", "1000.0"},
      {"12345678901234567890", "1.2345678901234567e+19"},
      {"1e-5", "1e 5.0"},
      {"-3", "3.0"},
      {"1_000", "1000.0"},
      {"٣", "3.0"},
      {"Infinity NaN", "inf nan"},
      {"½ Ⅳ", "½ ⅳ"},
      {"tab\tnew\nline", "tab new line"},
      {"5\n6", "5 6"},
      {"5\n", "5.0"},
      {"the-a-an", ""},
      {"U.S.A.", "usa"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(NormalizeDropSpan(c.span), c.expected) << c.span;
  }
}

TEST(Drop, ScoresOneForTheSameSpansInAnyOrder) {
  const DropScore score = ScoreDropSpans(Spans{"Tom Brady", "the Joe"}, Spans{"joe", "Tom Brady!"});
  EXPECT_EQ(score.exact_match, 1);
  EXPECT_EQ(score.f1, 1);
}

TEST(Drop, ComparesSetsOfSpansButTheirNumbersToo) {
  // {x, y} on both sides, three spans each: exact, though the third differs.
  EXPECT_EQ(ScoreDropSpans(Spans{"x", "y", "x"}, Spans{"x", "y", "y"}).exact_match, 1);
  EXPECT_EQ(ScoreDropSpans(Spans{"x", "y", "x"}, Spans{"x", "y", "y"}).f1, 0.67);
  EXPECT_EQ(ScoreDropSpans(Spans{"x", "x"}, Spans{"x"}).exact_match, 0);
}

TEST(Drop, PairsSpansForTheLargestSum) {
  // By hand: "x b c" with "x b c d" has F1 6/7, with "b c" 4/5; "c d x" with "x b c d" 6/7, with
  // "b c" 2/5. The best pairing is 4/5 + 6/7 of two: 0.8286.
  EXPECT_EQ(ScoreDropSpans(Spans{"x b c", "c d x"}, Spans{"x b c d", "b c"}).f1, 0.83);
  // One span has half of the gold's words, the other none: (2/3 + 0) / 2.
  EXPECT_EQ(ScoreDropSpans(Spans{"x"}, Spans{"x y", "z"}).f1, 0.33);
}

TEST(Drop, GivesNothingForWordsWithoutTheNumber) {
  EXPECT_EQ(ScoreDropSpans(Spans{"6 yards"}, Spans{"5 yards"}).f1, 0);
  EXPECT_EQ(ScoreDropSpans(Spans{"5 feet"}, Spans{"5 yards"}).f1, 0.5);
  EXPECT_EQ(ScoreDropSpans(Spans{"5 yards"}, Spans{"yards"}).f1, 0.67);
}

TEST(Drop, RoundsHalvesToEven) {
  // F1 of one pair of eight: 0.125 becomes 0.12; three of eight: 0.375 becomes 0.38.
  EXPECT_EQ(ScoreDropSpans(Spans{"x"}, Spans{"x", "b", "c", "d", "e", "f", "g", "h"}).f1, 0.12);
  EXPECT_EQ(ScoreDropSpans(Spans{"x", "b", "c"}, Spans{"x", "b", "c", "d", "e", "f", "g", "h"}).f1,
            0.38);
}

TEST(Drop, TakesEmptySpansForEqual) {
  const DropScore score = ScoreDropSpans(Spans{"the"}, Spans{""});
  EXPECT_EQ(score.exact_match, 1);
  EXPECT_EQ(score.f1, 1);
  EXPECT_EQ(ScoreDropSpans(Spans{""}, Spans{"x"}).f1, 0);
  EXPECT_EQ(ScoreDropSpans(Spans{"x"}, Spans{""}).f1, 0);
  EXPECT_EQ(ScoreDropSpans({}, Spans{"x"}).exact_match, 0);
  EXPECT_EQ(ScoreDropSpans({}, Spans{"x"}).f1, 0);
}

TEST(Drop, TakesTheBestGoldThatIsNotBlank) {
  const std::vector<Spans> golds = {{" "}, {"x", "y"}, {"x z"}};
  const DropScore score = ScoreDrop(Spans{"y", "x"}, golds);
  EXPECT_EQ(score.exact_match, 1);
  EXPECT_EQ(score.f1, 1);
  EXPECT_EQ(ScoreDrop(Spans{"x"}, golds).exact_match, 0);
  EXPECT_EQ(ScoreDrop(Spans{"x"}, golds).f1, 0.67);
  EXPECT_EQ(ScoreDrop(Spans{""}, golds).exact_match, 0);
  EXPECT_EQ(ScoreDrop(Spans{""}, std::vector<Spans>{{" "}}).f1, 0);
}

TEST(Drop, EndsForLongSpansAndManySpans) {
  const std::string long_span(1 << 20, 'x');
  EXPECT_EQ(ScoreDropSpans(Spans{long_span}, Spans{long_span}).f1, 1);
  const std::string digits(1 << 20, '7');
  EXPECT_EQ(NormalizeDropSpan(digits), "inf");
  const std::string nuls(1000, '\0');
  EXPECT_EQ(NormalizeDropSpan(nuls), nuls);
  Spans spans;
  for (std::size_t i = 0; i < kMaxDropSpans; ++i) {
    spans.push_back("word" + std::to_string(i / 2));
  }
  EXPECT_EQ(ScoreDropSpans(spans, Spans(spans.rbegin(), spans.rend())).f1, 1);
}

TEST(Drop, RefusesWhatItCannotScore) {
  EXPECT_THROW(ScoreDropSpans(Spans{"x"}, {}), MetricError);
  EXPECT_THROW(ScoreDrop(Spans{"x"}, {}), MetricError);
  EXPECT_THROW(ScoreDrop(Spans{"x"}, std::vector<Spans>{{}}), MetricError);
  EXPECT_THROW(NormalizeDropSpan("\xFF"), MetricError);
  try {
    ScoreDropSpans(Spans{"x"}, Spans{"x", "ab\xFF"});
    FAIL() << "no error";
  } catch (const MetricError& error) {
    EXPECT_THAT(error.what(), HasSubstr("gold span 1: ill-formed UTF-8 at byte offset 2"));
  }
  try {
    ScoreDropSpans(Spans(kMaxDropSpans + 1, "x"), Spans{"x"});
    FAIL() << "no error";
  } catch (const MetricError& error) {
    EXPECT_THAT(error.what(), HasSubstr("predicted: 1001 spans: expected at most 1000"));
  }
}

}  // namespace
}  // namespace meval
