// exact_match, gsm8k_extract, maj_at_k, regex_filter.

#include <gtest/gtest.h>

#include "metrics/exact_match.h"
#include "metrics/extract.h"
#include "metrics/majority_vote.h"
#include "metrics/metric_error.h"
#include "tests/metrics/golden/family.h"

namespace meval::testing {
namespace {

bool FlagOrFalse(const GoldenRow& row, const std::string& pointer) {
  return row.Has(pointer) && row.Flag(pointer);
}

std::vector<std::string> TextsOrNone(const GoldenRow& row, const std::string& pointer) {
  return row.Has(pointer) ? row.Texts(pointer) : std::vector<std::string>();
}

void CheckExactMatch(const GoldenRow& row) {
  const ExactMatch metric({.ignore_case = FlagOrFalse(row, "/params/ignore_case"),
                           .ignore_punctuation = FlagOrFalse(row, "/params/ignore_punctuation"),
                           .ignore_numbers = FlagOrFalse(row, "/params/ignore_numbers"),
                           .regexes_to_ignore = TextsOrNone(row, "/params/regexes_to_ignore")});
  const auto predictions = row.Texts("/input/predictions");
  const auto references = row.Texts("/input/references");
  MEVAL_EXPECT_CLOSE(metric.Score(predictions, references), row.Number("/expected/exact_match"));
  const auto per_item = row.Numbers("/expected/per_item");
  ASSERT_EQ(per_item.size(), predictions.size());
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    EXPECT_EQ(metric.Matches(predictions[i], references[i]) ? 1 : 0, per_item[i]) << i;
  }
}

// What the gsm8k tasks clean answers with.
ExactMatch Gsm8kMatch() {
  return ExactMatch({.ignore_case = true,
                     .ignore_punctuation = false,
                     .ignore_numbers = false,
                     .regexes_to_ignore = {",", "\\$", "(?s).*#### ", "\\.$"}});
}

void CheckGsm8k(const GoldenRow& row) {
  static const RegexFilter strict({.pattern = R"(#### (\-?[0-9\.\,]+))"});
  static const RegexFilter flexible({.pattern = "(-?[$0-9.,]{2,})|(-?[0-9]+)", .group_select = -1});
  static const ExactMatch exact_match = Gsm8kMatch();
  const std::string response = row.Text("/input/response");
  const std::string gold = row.Text("/input/gold");
  const auto check = [&](const RegexFilter& filter, const std::string& name) {
    const std::string extracted = filter.Apply(response);
    EXPECT_EQ(extracted, row.Text("/expected/" + name + "_extracted"));
    EXPECT_EQ(exact_match.Matches(extracted, gold) ? 1 : 0,
              row.Number("/expected/" + name + "_exact_match"))
        << name;
  };
  check(strict, "strict");
  check(flexible, "flexible");
}

void CheckMajority(const GoldenRow& row) {
  static const RegexFilter filter({.pattern = R"(The answer is (\-?[0-9\.\,]*[0-9]+))"});
  static const ExactMatch exact_match = Gsm8kMatch();
  const auto k = static_cast<std::size_t>(row.Int("/params/k"));
  std::vector<VoteSample> samples;
  std::vector<std::string> extracted;
  for (const std::string& response : row.Texts("/input/responses")) {
    VoteSample sample{filter.Apply(response)};
    sample.is_valid = sample.answer != filter.fallback();
    sample.is_correct = exact_match.Matches(sample.answer, row.Text("/input/gold"));
    samples.push_back(sample);
    extracted.push_back(sample.answer);
  }
  ASSERT_LE(k, samples.size());
  extracted.resize(k);
  EXPECT_EQ(extracted, row.Texts("/expected/extracted"));
  const auto winner = MajorityVote(std::span(samples).first(k), VoteRule::kReference);
  EXPECT_EQ(samples[winner.value()].answer, row.Text("/expected/vote"));
  EXPECT_EQ(ScoreMajority(samples, 0, VoteRule::kReference).first_k[k - 1],
            row.Number("/expected/exact_match"));
}

std::string Filtered(const GoldenRow& row) {
  // A response that is no text counts as an empty one.
  const std::string response =
      row.IsText("/input/response") ? row.Text("/input/response") : std::string();
  RegexFilterOptions regex;
  regex.pattern = row.Text("/params/regex_pattern");
  if (row.Has("/params/group_select")) {
    regex.group_select = row.Int("/params/group_select");
  }
  if (row.Has("/params/fallback")) {
    regex.fallback = row.Text("/params/fallback");
  }
  if (!row.Has("/params/filter")) {
    return RegexFilter(regex).Apply(response);
  }
  EXPECT_EQ(row.Text("/params/filter"), "multi_choice_regex");
  return ChoiceRegexFilter({.regex = regex,
                            .ignore_case = FlagOrFalse(row, "/params/ignore_case"),
                            .ignore_punctuation = FlagOrFalse(row, "/params/ignore_punctuation"),
                            .regexes_to_ignore = TextsOrNone(row, "/params/regexes_to_ignore")})
      .Apply(response, row.Texts("/input/choices"));
}

void CheckFilter(const GoldenRow& row) {
  SCOPED_TRACE(row.Text("/params/regex_pattern"));
  if (!row.Has("/expected/error")) {
    EXPECT_EQ(Filtered(row), row.Text("/expected/filtered"));
    return;
  }
  EXPECT_FALSE(row.Has("/expected/filtered"));
  try {
    ADD_FAILURE() << "no error, but \"" << Filtered(row) << "\"";
  } catch (const MetricError&) {
  } catch (const RegexError&) {
  }
}

const RegisterFamilies kFamilies({
    {"exact_match", CheckExactMatch},
    {"gsm8k_extract", CheckGsm8k},
    {"maj_at_k", CheckMajority},
    {"regex_filter", CheckFilter},
});

}  // namespace
}  // namespace meval::testing
