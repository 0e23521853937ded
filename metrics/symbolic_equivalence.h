#ifndef MEVAL_METRICS_SYMBOLIC_EQUIVALENCE_H_
#define MEVAL_METRICS_SYMBOLIC_EQUIVALENCE_H_

// Whether two LaTeX answers mean the same number or expression: `math_equiv_symbolic`, a metric of
// its own beside the text comparison of minerva_math.h, so that nobody takes one for the other.
//
//   "\frac{1}{2}" and "0.5", "2\sqrt{3}" and "\sqrt{12}", "(x+1)^2" and "x^2+2x+1" are equal
//
// lm-evaluation-harness' minerva_math (Lewkowycz et al. 2022, appendix D) asks SymPy whether the
// difference of both texts simplifies to 0; this follows SymPy 1.14 with its ANTLR grammar, down to
// which texts it reads only in part ("3,4" as 3) and which it cannot read: tuples, intervals,
// matrices, percent signs and the empty text. What cannot be read is different from everything,
// even from itself.
//
// Rational functions of symbols are compared exactly, in integers of any size. Where that does not
// decide (roots, logarithms, trigonometric functions), both are evaluated at pseudo-random points,
// the same ones each time, with at least 320 bits: a difference that is 0 to all of them counts as
// 0. tests/golden/symbolic holds 739 pairs with SymPy's verdicts, 725 of which are ours as well.
// The others: sums of decimals and logarithms to a decimal base, which SymPy rounds as doubles; a
// few identities of trigonometric functions and roots of -1 that SymPy does not find and evaluation
// does; integrals, limits, infinite sums and sums up to a symbol, which SymPy works out and which
// are different from everything here.
//
// Time and memory are bounded whatever the text: an expression too large to settle is different.

#include <string_view>

namespace meval {

// Symmetric but for sums of decimals, which are rounded in the order of a - b. White space around
// an answer is ignored. MetricError for text that is not valid UTF-8.
bool IsSymbolicallyEqual(std::string_view a, std::string_view b);

}  // namespace meval

#endif  // MEVAL_METRICS_SYMBOLIC_EQUIVALENCE_H_
