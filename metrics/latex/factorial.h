#ifndef MEVAL_METRICS_LATEX_FACTORIAL_H_
#define MEVAL_METRICS_LATEX_FACTORIAL_H_

// Factorials and binomial coefficients of any complex arguments, by the gamma function:
// a! = Gamma(a + 1). The work grows with the precision and with the distance from 0, so both take
// from the budget what they cost.

#include "metrics/latex/approximation.h"
#include "metrics/latex/outcome.h"

namespace meval::latex {

// Undefined at negative integers.
Approximation Factorial(const Approximation& a, Budget& budget);

// n (n-1) ... (n-k+1) / k! for integers k >= 0, 0 for negative ones; n! / (k! (n-k)!) otherwise.
Approximation Binomial(const Approximation& n, const Approximation& k, Budget& budget);

}  // namespace meval::latex

#endif  // MEVAL_METRICS_LATEX_FACTORIAL_H_
