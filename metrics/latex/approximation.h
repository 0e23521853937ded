#ifndef MEVAL_METRICS_LATEX_APPROXIMATION_H_
#define MEVAL_METRICS_LATEX_APPROXIMATION_H_

// Complex numbers known up to a bound on their error, which every operation carries along. What
// lies within its error of zero, of a branch cut or of an integer is taken to be there: with some
// 300 bits, a number that only seems to be is not met in an answer.
//
// Functions of several values (powers, logarithms, inverse functions) give the principal one:
// \sqrt{-1} is i, and the cube root of -8 is 1 + i\sqrt{3}, not -2. All throw Undefined at poles,
// and TooLarge as in real_functions.h.

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "metrics/latex/number.h"
#include "metrics/latex/real_functions.h"

namespace meval::latex {

struct Approximation {
  static constexpr double kExact = -std::numeric_limits<double>::infinity();

  Real re;
  Real im;
  double log_error = kExact;  // the distance from the true value is at most 2^log_error

  mp_bitcnt_t bits() const { return re.get_prec(); }
};

Approximation Approximate(const Number& number, mp_bitcnt_t bits);
Approximation Approximate(std::int64_t value, mp_bitcnt_t bits);

// log2 |a|, somewhat too large rather than too small; kExact for 0.
double LogMagnitude(const Approximation& a);
bool IsZero(const Approximation& a);
// The integer that it is within its error, if that is below 1/4 and the integer fits.
std::optional<std::int64_t> AsInteger(const Approximation& a);

Approximation operator+(const Approximation& a, const Approximation& b);
Approximation operator-(const Approximation& a, const Approximation& b);
Approximation operator-(const Approximation& a);
Approximation operator*(const Approximation& a, const Approximation& b);
Approximation operator/(const Approximation& a, const Approximation& b);

Approximation Exp(const Approximation& a);
Approximation Log(const Approximation& a);
Approximation Sqrt(const Approximation& a);
Approximation Power(const Approximation& base, const Approximation& exponent);
Approximation Abs(const Approximation& a);
Approximation Conjugate(const Approximation& a);
Approximation Floor(const Approximation& a);  // of real and imaginary part

// exp, sin ... asinh by name ("acos", "tanh"); nothing for a name that is none of them.
std::optional<Approximation> Elementary(std::string_view name, const Approximation& a);

}  // namespace meval::latex

#endif  // MEVAL_METRICS_LATEX_APPROXIMATION_H_
