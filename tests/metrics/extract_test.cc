#include "metrics/extract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/metric_error.h"

namespace meval {
namespace {

using ::testing::HasSubstr;

using Texts = std::vector<std::string>;

TEST(Extract, SelectsFromEitherEnd) {
  const std::string text = "1 22 333";
  EXPECT_EQ(RegexFilter({.pattern = R"(\d+)"}).Apply(text), "1");
  EXPECT_EQ(RegexFilter({.pattern = R"(\d+)", .group_select = 2}).Apply(text), "333");
  EXPECT_EQ(RegexFilter({.pattern = R"(\d+)", .group_select = -3}).Apply(text), "1");
}

TEST(Extract, TakesTheFirstNonEmptyGroup) {
  EXPECT_EQ(RegexFilter({.pattern = "(a)|(b)"}).Apply("xb"), "b");
  EXPECT_EQ(RegexFilter({.pattern = "(a?)(b?)", .fallback = " none "}).Apply("x"), "none");
  EXPECT_EQ(RegexFilter({.pattern = "(a?)"}).Apply("x"), "");
  EXPECT_EQ(RegexFilter({.pattern = "a", .fallback = " none "}).Apply("x"), " none ");
}

TEST(Extract, CutsTheCharacterBehindTheChainOfThoughtAnswer) {
  // The last dot of this task's pattern is unescaped and consumes a character, whatever it is.
  const RegexFilter filter({.pattern = R"(The answer is (\-?[0-9\.\,]+).)"});
  EXPECT_EQ(filter.Apply("The answer is 18."), "18");
  EXPECT_EQ(filter.Apply("The answer is 18"), "1");
  EXPECT_EQ(filter.Apply("The answer is 5"), "[invalid]");
}

TEST(Extract, NamesTheNumberOfMatchesWhereTheSelectedOneIsMissing) {
  const RegexFilter filter({.pattern = "[0-9]+", .group_select = 2});
  EXPECT_EQ(filter.Apply("none"), "[invalid]");
  try {
    filter.Apply("1 2");
    FAIL() << "no error";
  } catch (const MetricError& error) {
    EXPECT_THAT(error.what(), HasSubstr("group_select 2, but there are 2 matches"));
    EXPECT_THAT(error.what(), HasSubstr("\"[0-9]+\""));
  }
}

TEST(Extract, RefusesBadPatternsTextsAndChoices) {
  EXPECT_THROW(RegexFilter({.pattern = "(a"}), RegexError);
  EXPECT_THROW(RegexFilter({.pattern = "a"}).Apply("\xFF"), MetricError);
  ChoiceRegexFilterOptions options;
  options.regex.pattern = "([A-Z])";
  const ChoiceRegexFilter filter(options);
  EXPECT_THROW(filter.Apply("x", {}), MetricError);
  EXPECT_THROW(filter.Apply("x", Texts(27, "y")), MetricError);
  EXPECT_THROW(filter.Apply("x", Texts{"\xFF"}), MetricError);
  EXPECT_THROW(filter.Apply("x\xFF", Texts{"a"}), MetricError);
  options.regexes_to_ignore = {"["};
  EXPECT_THROW(ChoiceRegexFilter{options}, RegexError);
}

TEST(Extract, FindsAChoiceByItsTextOrItsBareLetter) {
  ChoiceRegexFilterOptions options;
  options.regex.pattern = R"((\([A-Z]\)))";
  options.ignore_case = true;
  options.ignore_punctuation = true;
  options.regexes_to_ignore = {"very "};
  const ChoiceRegexFilter filter(options);
  const Texts choices = {"a cat", "the very big dog!", "(x)"};
  EXPECT_EQ(filter.Apply("I mean (B).", choices), "(B)");
  EXPECT_EQ(filter.Apply("The big, DOG", choices), "(B)");
  EXPECT_EQ(filter.Apply("Answer:\n C", choices), "(C)");
  EXPECT_EQ(filter.Apply("Answer: D", choices), "[invalid]");
  EXPECT_EQ(filter.Apply("same", Texts{"Same", "same"}), "(B)");
}

}  // namespace
}  // namespace meval
