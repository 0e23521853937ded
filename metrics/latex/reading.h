#ifndef MEVAL_METRICS_LATEX_READING_H_
#define MEVAL_METRICS_LATEX_READING_H_

// From LaTeX text to an expression, with the reference's reading of what is ambiguous:
//
//   x(y), f(x, y)   a letter or command before parentheses is an unknown function
//   2 x 3           the letter x between two numbers is a times sign
//   ab, 2\frac{1}{2}  side by side is a product
//   a/bc            a/(bc): side by side binds tighter than a written sign
//   \log x, \ln x   natural logarithms; \lg has base 10, \log_b base b
//   \sin^{-1} x     the inverse function
//   x_{n+1}, x'     symbols named with their subscript and primes
//   1,000.5         a number with separators; 01 is none

#include <string_view>

#include "metrics/latex/expression.h"
#include "metrics/latex/outcome.h"

namespace meval::latex {

// Reads the longest beginning of the text that is mathematics (parser.h). Throws Unreadable where
// the reference fails to parse or to convert, and for equations and inequalities, between which no
// difference is taken.
ExpressionPtr Read(std::string_view text, Budget& budget);

}  // namespace meval::latex

#endif  // MEVAL_METRICS_LATEX_READING_H_
