#include "metrics/extract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/exact_match.h"
#include "metrics/metric_error.h"
#include "tests/metrics/golden.h"

namespace meval {
namespace {

using testing::GoldenRow;
using ::testing::HasSubstr;
using testing::LoadGolden;

using Texts = std::vector<std::string>;

RegexFilterOptions RegexOptionsOf(const GoldenRow& row) {
  RegexFilterOptions options;
  options.pattern = row.Text("/params/regex_pattern");
  if (row.Has("/params/group_select")) {
    options.group_select = row.Int("/params/group_select");
  }
  if (row.Has("/params/fallback")) {
    options.fallback = row.Text("/params/fallback");
  }
  return options;
}

std::string Filtered(const GoldenRow& row) {
  const std::string response = row.Text("/input/response");
  if (!row.Has("/params/filter")) {
    return RegexFilter(RegexOptionsOf(row)).Apply(response);
  }
  ChoiceRegexFilterOptions options;
  options.regex = RegexOptionsOf(row);
  options.ignore_case = row.Has("/params/ignore_case") && row.Flag("/params/ignore_case");
  options.ignore_punctuation =
      row.Has("/params/ignore_punctuation") && row.Flag("/params/ignore_punctuation");
  return ChoiceRegexFilter(options).Apply(response, row.Texts("/input/choices"));
}

TEST(Extract, AgreesWithTheReferenceOnEveryRow) {
  int num_errors = 0;
  for (const auto& row : LoadGolden("metrics/regex_filter.jsonl", 326)) {
    SCOPED_TRACE(row.Id() + " " + row.Text("/params/regex_pattern"));
    if (row.Has("/expected/error")) {
      EXPECT_THROW(Filtered(row), MetricError);
      ++num_errors;
    } else {
      EXPECT_EQ(Filtered(row), row.Text("/expected/filtered"));
    }
  }
  EXPECT_EQ(num_errors, 4);
}

TEST(Extract, ReadsEveryGsm8kAnswerAsTheTaskDoes) {
  const RegexFilter strict({.pattern = R"(#### (\-?[0-9\.\,]+))"});
  const RegexFilter flexible({.pattern = "(-?[$0-9.,]{2,})|(-?[0-9]+)", .group_select = -1});
  ExactMatchOptions options;
  options.ignore_case = true;
  options.regexes_to_ignore = {",", "\\$", "(?s).*#### ", "\\.$"};
  const ExactMatch exact_match(options);
  for (const auto& row : LoadGolden("metrics/gsm8k_extract.jsonl", 174)) {
    SCOPED_TRACE(row.Id());
    const std::string response = row.Text("/input/response");
    const std::string gold = row.Text("/input/gold");
    EXPECT_EQ(strict.Apply(response), row.Text("/expected/strict_extracted"));
    EXPECT_EQ(flexible.Apply(response), row.Text("/expected/flexible_extracted"));
    EXPECT_EQ(exact_match.Matches(strict.Apply(response), gold),
              row.Number("/expected/strict_exact_match") == 1);
    EXPECT_EQ(exact_match.Matches(flexible.Apply(response), gold),
              row.Number("/expected/flexible_exact_match") == 1);
  }
}

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
