#ifndef MEVAL_METRICS_LATEX_REAL_FUNCTIONS_H_
#define MEVAL_METRICS_LATEX_REAL_FUNCTIONS_H_

// Elementary functions of real numbers to any precision, by argument reduction and Taylor series
// (Brent and Zimmermann, "Modern Computer Arithmetic", chapter 4). The result has the precision of
// the argument and is off by a few units of its last place, relative to the larger of the result
// and, for sine and cosine, 1.

#include <gmpxx.h>

#include <cstdint>

namespace meval::latex {

using Real = mpf_class;

// x = m 2^e with 1/2 <= |m| < 1: e, or a very small number for 0.
std::int64_t ExponentOf(const Real& x);

Real PiOf(mp_bitcnt_t bits);

// Throws TooLarge where |x| >= 2^25, about where the reference runs out of time.
Real ExpOf(const Real& x);
Real LogOf(const Real& x);  // x > 0

struct SineCosine {
  Real sine;
  Real cosine;
};
// Throws TooLarge where |x| >= 2^1024.
SineCosine SineCosineOf(const Real& x);

// The angle of the point (x, y), -pi < angle <= pi; 0 for the origin.
Real AngleOf(const Real& y, const Real& x);

}  // namespace meval::latex

#endif  // MEVAL_METRICS_LATEX_REAL_FUNCTIONS_H_
