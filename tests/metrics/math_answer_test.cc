#include "metrics/math_answer.h"

#include <gtest/gtest.h>

#include "metrics/metric_error.h"

namespace meval {
namespace {

TEST(MathAnswer, EitherRuleOfTextsIsEnough) {
  EXPECT_TRUE(IsSameMathText("12,000", "12000"));            // Minerva's
  EXPECT_TRUE(IsSameMathText("\\dfrac12", "\\frac{1}{2}"));  // the authors'
  EXPECT_TRUE(IsSameMathText("0.5", "\\frac{1}{2}"));
  EXPECT_FALSE(IsSameMathText("2\\sqrt{3}", "\\sqrt{12}"));
}

TEST(MathAnswer, MeaningSettlesWhatTextsLeaveOpen) {
  EXPECT_TRUE(IsSameMathAnswer("2\\sqrt{3}", "\\sqrt{12}"));
  EXPECT_TRUE(IsSameMathAnswer("(x+1)^2", "x^2+2x+1"));
  EXPECT_FALSE(IsSameMathAnswer("2\\sqrt{3}", "\\sqrt{13}"));
  EXPECT_FALSE(IsSameMathAnswer("", "0"));
}

// What cannot be read as mathematics is still equal to itself as text.
TEST(MathAnswer, ATextEqualsItself) {
  for (const char* answer :
       {"(3,4]", "\\text{east}", "\\begin{pmatrix}1\\\\2\\end{pmatrix}", "50\\%"}) {
    EXPECT_TRUE(IsSameMathAnswer(answer, answer)) << answer;
  }
}

TEST(MathAnswer, RefusesBadUtf8) {
  EXPECT_THROW(IsSameMathAnswer("\xFF", "1"), MetricError);
  EXPECT_THROW(IsSameMathText("1", "\xFF"), MetricError);
}

}  // namespace
}  // namespace meval
