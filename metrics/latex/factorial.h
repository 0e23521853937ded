#ifndef MEVAL_METRICS_LATEX_FACTORIAL_H_
#define MEVAL_METRICS_LATEX_FACTORIAL_H_

// Factorials and binomial coefficients of any complex arguments, by the gamma function:
// a! = Gamma(a + 1).

#include "metrics/latex/approximation.h"

namespace meval::latex {

// Undefined at negative integers.
Approximation Factorial(const Approximation& a);

// n (n-1) ... (n-k+1) / k! for integers k >= 0, 0 for negative ones; n! / (k! (n-k)!) otherwise.
Approximation Binomial(const Approximation& n, const Approximation& k);

}  // namespace meval::latex

#endif  // MEVAL_METRICS_LATEX_FACTORIAL_H_
