#include "metrics/hendrycks_math.h"
#include "metrics/metric_error.h"
#include "metrics/minerva_math.h"
#include "metrics/unicode_text.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

void CheckHendrycks(const std::string& a, const std::string& b) {
  for (const MathVariant variant : {MathVariant::kHendrycks, MathVariant::kLmEval}) {
    const auto normalized = NormalizeMathAnswer(a, variant);
    fuzz::Require(!normalized || !FindInvalidUtf8(*normalized), "a normalized answer is UTF-8");
    fuzz::Require(AreEquivalentMathAnswers(a, a, variant), "an answer is equivalent to itself");
    fuzz::Require(
        AreEquivalentMathAnswers(a, b, variant) == AreEquivalentMathAnswers(b, a, variant),
        "equivalence has no direction");
    fuzz::Require(!AreEquivalentMathAnswers(a, std::nullopt, variant),
                  "a missing answer equals only a missing one");
  }
  const auto boxed = LastBoxed(a);
  fuzz::Require(!boxed || a.find(*boxed) != a.npos || boxed->starts_with("\\boxed "),
                "the last box occurs in the text");
  const std::string answer = ExtractMathAnswer(a);
  fuzz::Require(a.find(answer) != a.npos, "an answer occurs in the response");
}

void CheckMinerva(const std::string& a) {
  const std::string answer = ExtractMinervaAnswer(a);
  fuzz::Require(Strip(answer) == answer, "an answer has no whitespace at its ends");
  fuzz::Require(!FindInvalidUtf8(answer), "an answer is UTF-8");
  const std::string normalized = NormalizeMinervaAnswer(a);
  fuzz::Require(!FindInvalidUtf8(normalized), "a normalized answer is UTF-8");
  fuzz::Require(normalized.find('$') == normalized.npos, "a normalized answer has no dollar sign");
}

// Two answers, or a response and its solution.
MEVAL_FUZZ_TARGET(math_answers) {
  const std::string a = input.Text();
  const std::string b = input.Text();
  try {
    CheckHendrycks(a, b);
    CheckMinerva(a);
    HendrycksMathMatch(a, b);
  } catch (const MetricError&) {
  }
}

}  // namespace
}  // namespace meval
