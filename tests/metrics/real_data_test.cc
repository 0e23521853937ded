// The metrics on real benchmark records: a solution scores 1 against itself, and nothing throws.

#include <algorithm>

#include <gtest/gtest.h>

#include "metrics/bleu.h"
#include "metrics/exact_match.h"
#include "metrics/extract.h"
#include "metrics/numeric_match.h"
#include "metrics/rouge.h"
#include "tests/metrics/golden.h"
#include "tests/support/shared_data.h"

namespace meval {
namespace {

using testing::LoadRows;

TEST(RealData, EveryGsm8kSolutionAnswersItself) {
  MEVAL_SHARED_OR_SKIP(path, "data/gsm8k/test.jsonl");
  const RegexFilter strict({.pattern = R"(#### (\-?[0-9\.\,]+))"});
  const RegexFilter flexible({.pattern = "(-?[$0-9.,]{2,})|(-?[0-9]+)", .group_select = -1});
  const ExactMatch exact_match({.ignore_case = true,
                                .ignore_punctuation = false,
                                .ignore_numbers = false,
                                .regexes_to_ignore = {",", "\\$", "(?s).*#### ", "\\.$"}});
  const auto rows = LoadRows(path.string());
  EXPECT_EQ(rows.size(), 1319u);
  for (const auto& row : rows) {
    const std::string answer = row.Text("/answer");
    const std::string target = answer.substr(answer.rfind("#### ") + 5);
    EXPECT_EQ(strict.Apply(answer), target);
    EXPECT_TRUE(exact_match.Matches(strict.Apply(answer), answer)) << answer;
    EXPECT_TRUE(exact_match.Matches(flexible.Apply(answer), answer)) << answer;
    EXPECT_TRUE(NumericMatch("$" + target + ".00", target)) << target;
  }
}

TEST(RealData, EverySamsumSummaryIsItsOwnBestPrediction) {
  MEVAL_SHARED_OR_SKIP(path, "data/samsum/test.jsonl");
  const Rouge rouge({"rouge1", "rouge2", "rougeL", "rougeLsum"}, true);
  const auto rows = LoadRows(path.string());
  EXPECT_EQ(rows.size(), 819u);
  std::vector<std::string> summaries;
  std::vector<BleuReferences> references;
  for (const auto& row : rows) {
    const std::string summary = row.Text("/summary");
    const std::string dialogue = row.Text("/dialogue");
    summaries.push_back(summary);
    references.push_back({summary});
    const auto own = rouge.Score(summary, summary);
    const auto other = rouge.Score(summary, dialogue);
    for (std::size_t i = 0; i < own.size(); ++i) {
      EXPECT_LE(other[i].fmeasure, own[i].fmeasure);
    }
    EXPECT_EQ(own[0].fmeasure, 1) << summary;
  }
  EXPECT_NEAR(CorpusBleu(summaries, references).score, 100, 1e-9);
}

}  // namespace
}  // namespace meval
