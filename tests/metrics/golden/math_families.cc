// math_extract, math_is_equiv, minerva_normalize.

#include <optional>

#include <gtest/gtest.h>

#include "metrics/hendrycks_math.h"
#include "metrics/metric_error.h"
#include "metrics/minerva_math.h"
#include "tests/metrics/golden/family.h"

namespace meval::testing {
namespace {

std::optional<std::string> TextOrNothing(const GoldenRow& row, const std::string& pointer) {
  return row.Has(pointer) ? std::optional(row.Text(pointer)) : std::nullopt;
}

// `/input/a` is `side` 0. Where the reference raised there is no normalized text.
void CheckNormalized(const GoldenRow& row, const std::string& variant_name, MathVariant variant,
                     std::size_t side) {
  const std::string name = side == 0 ? "a" : "b";
  SCOPED_TRACE(variant_name + " " + name);
  const auto expected = TextOrNothing(row, "/expected/" + variant_name + "_strip_" + name);
  const bool raised = row.Has("/expected/" + variant_name + "_strip_error/" + std::to_string(side));
  EXPECT_EQ(raised, !expected.has_value());
  EXPECT_EQ(NormalizeMathAnswer(row.Text("/input/" + name), variant), expected);
}

void CheckEquivalence(const GoldenRow& row) {
  const auto a = TextOrNothing(row, "/input/a");
  const auto b = TextOrNothing(row, "/input/b");
  const std::pair<std::string, MathVariant> variants[] = {{"hendrycks", MathVariant::kHendrycks},
                                                          {"lm_eval", MathVariant::kLmEval}};
  for (const auto& [name, variant] : variants) {
    EXPECT_EQ(AreEquivalentMathAnswers(a, b, variant), row.Flag("/expected/" + name)) << name;
    ASSERT_EQ(a && b, row.Has("/expected/" + name + "_strip_error"));
    if (a && b) {
      CheckNormalized(row, name, variant, 0);
      CheckNormalized(row, name, variant, 1);
    }
  }
}

void CheckBoxes(const GoldenRow& row) {
  const auto boxed = LastBoxed(row.Text("/input/solution"));
  EXPECT_EQ(boxed, TextOrNothing(row, "/expected/last_boxed"));
  EXPECT_FALSE(row.Has("/expected/error_last_boxed"));
  const auto content = TextOrNothing(row, "/expected/remove_boxed");
  EXPECT_EQ(row.Has("/expected/error_remove_boxed"), !content.has_value());
  if (content) {
    ASSERT_TRUE(boxed.has_value());
    EXPECT_EQ(Unbox(*boxed), *content);
  } else if (boxed) {
    EXPECT_THROW(Unbox(*boxed), MetricError);
  }
}

void CheckExtraction(const GoldenRow& row) {
  if (!row.Has("/params/scorer")) {
    CheckBoxes(row);
    return;
  }
  ASSERT_EQ(row.Text("/params/scorer"), "lm_eval hendrycks_math");
  const std::string response = row.Text("/input/response");
  const std::string solution = row.Text("/input/solution");
  EXPECT_NE(row.Has("/expected/error"), row.Has("/expected/exact_match"));
  if (row.Has("/expected/error")) {
    EXPECT_THROW(HendrycksMathMatch(response, solution), MetricError);
  } else {
    EXPECT_EQ(HendrycksMathMatch(response, solution) ? 1 : 0, row.Int("/expected/exact_match"));
  }
}

void CheckMinerva(const GoldenRow& row) {
  if (row.Text("/params/fn") == "get_unnormalized_answer") {
    const std::string answer = ExtractMinervaAnswer(row.Text("/input/response"));
    EXPECT_EQ(answer, row.Text("/expected/unnormalized"));
    EXPECT_EQ(NormalizeMinervaAnswer(answer), row.Text("/expected/normalized"));
  } else {
    ASSERT_EQ(row.Text("/params/fn"), "normalize_final_answer");
    EXPECT_EQ(NormalizeMinervaAnswer(row.Text("/input/answer")), row.Text("/expected/normalized"));
  }
}

const RegisterFamilies kFamilies({
    {"math_extract", CheckExtraction},
    {"math_is_equiv", CheckEquivalence},
    {"minerva_normalize", CheckMinerva},
});

}  // namespace
}  // namespace meval::testing
