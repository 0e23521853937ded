#ifndef MEVAL_METRICS_LATEX_EXACT_FORM_H_
#define MEVAL_METRICS_LATEX_EXACT_FORM_H_

// The difference of two expressions as a quotient of polynomials (polynomial.h), so that most
// comparisons are decided by arithmetic alone. With decimals, terms are added and multiplied in the
// order the reference adds and multiplies them, since rounding depends on it.

#include <cstdint>

#include "metrics/latex/expression.h"
#include "metrics/latex/outcome.h"

namespace meval::latex {

enum class ExactVerdict : std::uint8_t {
  kEqual,
  kDifferent,
  // The difference is not zero as a quotient, but its generators may depend on each other:
  // \sin^2 x + \cos^2 x - 1.
  kUndecided,
};

// Throws Undefined and TooLarge.
ExactVerdict CompareExactly(const ExpressionPtr& a, const ExpressionPtr& b, Budget& budget);

}  // namespace meval::latex

#endif  // MEVAL_METRICS_LATEX_EXACT_FORM_H_
