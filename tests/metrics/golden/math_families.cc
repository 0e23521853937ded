// minerva_normalize.

#include <gtest/gtest.h>

#include "metrics/minerva_math.h"
#include "tests/metrics/golden/family.h"

namespace meval::testing {
namespace {

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
    {"minerva_normalize", CheckMinerva},
});

}  // namespace
}  // namespace meval::testing
