// drop_em_f1.

#include <gtest/gtest.h>

#include "metrics/drop.h"
#include "tests/metrics/golden/family.h"

namespace meval::testing {
namespace {

using Texts = std::vector<std::string>;

// A prediction is one span, or a list of them.
Texts SpansAt(const GoldenRow& row, const std::string& pointer) {
  return row.IsList(pointer) ? row.Texts(pointer) : Texts{row.Text(pointer)};
}

Texts Normalized(Texts spans) {
  for (std::string& span : spans) {
    span = NormalizeDropSpan(span);
  }
  return spans;
}

void CheckDrop(const GoldenRow& row) {
  const Texts predicted = SpansAt(row, "/input/prediction");
  const Texts gold = SpansAt(row, "/input/gold");
  EXPECT_EQ(Normalized(predicted), row.Texts("/expected/normalized_prediction"));
  EXPECT_EQ(Normalized(gold), row.Texts("/expected/normalized_gold"));
  const DropScore score = ScoreDropSpans(predicted, gold);
  EXPECT_EQ(score.exact_match, row.Number("/expected/em"));
  MEVAL_EXPECT_CLOSE(score.f1, row.Number("/expected/f1"));
}

const RegisterFamilies kFamilies({
    {"drop_em_f1", CheckDrop},
});

}  // namespace
}  // namespace meval::testing
