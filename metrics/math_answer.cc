#include "metrics/math_answer.h"

#include <string>

#include "metrics/hendrycks_math.h"
#include "metrics/minerva_math.h"
#include "metrics/symbolic_equivalence.h"

namespace meval {

bool IsSameMathText(std::string_view a, std::string_view b) {
  return NormalizeMinervaAnswer(a) == NormalizeMinervaAnswer(b) ||
         AreEquivalentMathAnswers(a, b, MathVariant::kHendrycks);
}

bool IsSameMathAnswer(std::string_view a, std::string_view b) {
  return IsSameMathText(a, b) ||
         IsSymbolicallyEqual(NormalizeMinervaAnswer(a), NormalizeMinervaAnswer(b));
}

}  // namespace meval
