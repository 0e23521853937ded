#include "metrics/drop.h"
#include "metrics/metric_error.h"
#include "metrics/unicode_text.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

void CheckScore(const DropScore& score) {
  fuzz::Require(score.exact_match == 0 || score.exact_match == 1, "exact match is 0 or 1");
  fuzz::Require(score.f1 >= 0 && score.f1 <= 1, "F1 is in 0..1");
}

// From: how many spans are predicted, those, the gold ones.
MEVAL_FUZZ_TARGET(drop) {
  std::vector<std::string> predicted(input.Below(8));
  for (std::string& span : predicted) {
    span = input.Text();
  }
  const std::vector<std::string> gold = input.Texts();
  try {
    for (const std::string& span : predicted) {
      fuzz::Require(!FindInvalidUtf8(NormalizeDropSpan(span)), "a normalized span is UTF-8");
    }
    const DropScore score = ScoreDropSpans(predicted, gold);
    CheckScore(score);
    const std::vector<std::vector<std::string>> golds = {gold, predicted};
    CheckScore(ScoreDrop(predicted, golds));
    const DropScore itself = ScoreDropSpans(gold, gold);
    fuzz::Require(itself.exact_match == 1 && itself.f1 == 1, "spans against themselves score 1");
  } catch (const MetricError&) {
  }
}

}  // namespace
}  // namespace meval
