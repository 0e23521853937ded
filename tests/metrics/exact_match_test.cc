#include "metrics/exact_match.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/metric_error.h"

namespace meval {
namespace {

using ::testing::HasSubstr;

using Texts = std::vector<std::string>;

TEST(ExactMatch, ComparesTextsAsTheyAreWithoutOptions) {
  const ExactMatch metric;
  EXPECT_TRUE(metric.Matches("", ""));
  EXPECT_TRUE(metric.Matches("Éa ", "Éa "));
  EXPECT_FALSE(metric.Matches("a", "a "));
  EXPECT_FALSE(metric.Matches("a", "A"));
  EXPECT_FALSE(metric.Matches("é", "e\u0301"));
}

TEST(ExactMatch, DeletesInTheDocumentedOrder) {
  // The pattern sees the text before it is lower-cased, punctuation and digits go afterwards.
  ExactMatchOptions options;
  options.regexes_to_ignore = {"A", "b"};
  options.ignore_case = true;
  options.ignore_numbers = true;
  const ExactMatch metric(options);
  EXPECT_TRUE(metric.Matches("AabBC1", "aBC"));
  EXPECT_FALSE(metric.Matches("B", "b"));
  options.ignore_punctuation = true;
  EXPECT_TRUE(ExactMatch(options).Matches("x.y!", "xy2"));
}

TEST(ExactMatch, ReadsGsm8kAnswersAsTheTaskDoes) {
  ExactMatchOptions options;
  options.ignore_case = true;
  options.regexes_to_ignore = {",", "\\$", "(?s).*#### ", "\\.$"};
  const ExactMatch metric(options);
  const std::string solution = "He pays 3 * $600 = 1,800.\n#### 1,800";
  EXPECT_TRUE(metric.Matches("$1,800.", solution));
  EXPECT_FALSE(metric.Matches("1800.00", solution));
}

TEST(ExactMatch, MatchesAnyReference) {
  ExactMatchOptions options;
  options.ignore_case = true;
  const ExactMatch metric(options);
  EXPECT_TRUE(metric.MatchesAny("paris", Texts{"London", "PARIS"}));
  EXPECT_FALSE(metric.MatchesAny("rome", Texts{"London", "PARIS"}));
  // The references are one list: a longer one leaves room for the character that grows.
  EXPECT_FALSE(metric.Matches("i\u0307stanbul", "İstanbul"));
  EXPECT_TRUE(metric.MatchesAny("i\u0307stanbul", Texts{"İstanbul", "Constantinople"}));
}

TEST(ExactMatch, LosesTrailingNulsAsNumpyDoes) {
  EXPECT_TRUE(ExactMatch().Matches(std::string("a\0\0", 3), "a"));
  EXPECT_FALSE(ExactMatch().Matches(std::string("\0a", 2), "a"));
}

TEST(ExactMatch, IsSymmetricAndOneForIdenticalTexts) {
  ExactMatchOptions options;
  options.ignore_punctuation = true;
  const ExactMatch metric(options);
  const Texts texts = {"", "a", "A.", "!", "日本。", "a b", "12"};
  EXPECT_EQ(metric.Score(texts, texts), 1);
  for (const auto& a : texts) {
    for (const auto& b : texts) {
      EXPECT_EQ(metric.Matches(a, b), metric.Matches(b, a));
    }
  }
}

TEST(ExactMatch, RefusesWhatCannotBeScored) {
  const ExactMatch metric;
  EXPECT_THROW(metric.Score({}, {}), MetricError);
  EXPECT_THROW(metric.MatchesAny("a", {}), MetricError);
  try {
    metric.Score(Texts{"a", "b"}, Texts{"a"});
    FAIL() << "no error";
  } catch (const MetricError& error) {
    EXPECT_THAT(error.what(), HasSubstr("2 predictions but 1 references"));
  }
  try {
    metric.Matches("a", "bc\xC3");
    FAIL() << "no error";
  } catch (const MetricError& error) {
    EXPECT_THAT(error.what(), HasSubstr("reference 0: ill-formed UTF-8 at byte offset 2"));
  }
  ExactMatchOptions options;
  options.regexes_to_ignore = {"a", "(b"};
  EXPECT_THROW(ExactMatch{options}, RegexError);
}

}  // namespace
}  // namespace meval
