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
// Surprises that belong to the reference and are kept:
//
//   * every letter is a complex variable: "\pi" is not 3.14, "i^2" is not -1, "\sqrt{x^2}" is not
//     "x", "yes" is the product "sey", and "90^\circ" is a power;
//   * "x(x+1)" is a function of x+1, not "x^2+x" ("(x+1)x" is); "1\frac{1}{2}" is a product;
//   * equations and inequalities differ from everything, as do ".5" and "01";
//   * decimals are binary fractions of 53 bits: "0.1+0.2" is not "0.3", "2^{0.5}" not "\sqrt{2}".
//
// Rational functions of symbols are compared exactly, in integers of any size. Where that does not
// decide (roots, logarithms, trigonometric functions), both are evaluated at pseudo-random points,
// the same ones each time, with at least 320 bits of which 64 stand behind the point: a difference
// that is 0 to all of them counts as 0. tests/golden/symbolic holds 739 pairs with SymPy's
// verdicts, 725 of which are ours as well. The others: sums of decimals and logarithms to a decimal
// base, which SymPy rounds as doubles; a few identities of trigonometric functions and roots of -1
// that SymPy does not find and evaluation does; integrals, sums to infinity or up to a symbol, and
// limits that inserting the point does not give, which SymPy works out and which equal only
// themselves here. Apart from these: \infty, which minerva_math's normalization never leaves, makes
// an answer different from everything; a matrix environment that is not closed is no error; and
// long words, on which the reference runs out of its five seconds, are settled.
//
// Time and memory are bounded whatever the text: an expression too large to settle is different.

#include <string_view>

namespace meval {

// Symmetric but for sums of decimals, which are rounded in the order of a - b. White space around
// an answer is ignored. MetricError for text that is not valid UTF-8.
bool IsSymbolicallyEqual(std::string_view a, std::string_view b);

}  // namespace meval

#endif  // MEVAL_METRICS_SYMBOLIC_EQUIVALENCE_H_
