#include "metrics/latex/real_functions.h"

#include <cmath>
#include <limits>

#include "metrics/latex/outcome.h"

namespace meval::latex {
namespace {

// More bits than asked for are carried, since reductions are undone by squaring and doubling.
constexpr mp_bitcnt_t kGuardBits = 64;
constexpr unsigned kHalvings = 12;

Real Scaled(const Real& x, std::int64_t exponent) {
  Real scaled(0, x.get_prec());
  if (exponent >= 0) {
    mpf_mul_2exp(scaled.get_mpf_t(), x.get_mpf_t(), static_cast<mp_bitcnt_t>(exponent));
  } else {
    mpf_div_2exp(scaled.get_mpf_t(), x.get_mpf_t(), static_cast<mp_bitcnt_t>(-exponent));
  }
  return scaled;
}

bool IsBelow(const Real& x, std::int64_t exponent) { return ExponentOf(x) < exponent; }

// Sum of term(0), term(1) ..., where each term is the one before times `ratio` divided by the next
// of the divisors that `divisor` gives, until terms no longer count.
template <typename Divisor>
Real Series(Real term, const Real& ratio, Divisor divisor) {
  Real sum = term;
  const std::int64_t last = ExponentOf(term) - static_cast<std::int64_t>(term.get_prec()) - 8;
  for (unsigned long n = 1; term != 0 && !IsBelow(term, last); ++n) {
    term *= ratio;
    term /= divisor(n);
    sum += term;
  }
  return sum;
}

// atan(1/n), atanh(1/n).
Real InverseTangent(unsigned long n, bool is_hyperbolic, mp_bitcnt_t bits) {
  Real power = Real(1, bits) / n;
  const unsigned long square = n * n;
  Real sum = power;
  for (unsigned long k = 1; !IsBelow(power, -static_cast<std::int64_t>(bits)); ++k) {
    power /= square;
    const Real term = power / (2 * k + 1);
    if (is_hyperbolic || k % 2 == 0) {
      sum += term;
    } else {
      sum -= term;
    }
  }
  return sum;
}

Real Log2Of(mp_bitcnt_t bits) { return 2 * InverseTangent(3, true, bits); }

Real Rounded(const Real& x, mp_bitcnt_t bits) { return Real(x, bits); }

// atan(t) for 0 <= t <= 1, with the precision of t.
Real SmallAngle(Real t) {
  for (unsigned i = 0; i < kHalvings; ++i) {
    t = t / (1 + sqrt(Real(1 + t * t)));
  }
  Real power = t;
  const Real square = t * t;
  Real sum = t;
  const std::int64_t last = ExponentOf(t) - static_cast<std::int64_t>(t.get_prec()) - 8;
  for (unsigned long k = 1; power != 0 && !IsBelow(power, last); ++k) {
    power *= square;
    const Real term = power / (2 * k + 1);
    sum += k % 2 == 0 ? term : Real(-term);
  }
  return Scaled(sum, kHalvings);
}

}  // namespace

std::int64_t ExponentOf(const Real& x) {
  if (x == 0) {
    return std::numeric_limits<std::int64_t>::min() / 4;
  }
  long exponent = 0;
  mpf_get_d_2exp(&exponent, x.get_mpf_t());
  return exponent;
}

Real PiOf(mp_bitcnt_t bits) {
  const mp_bitcnt_t more = bits + kGuardBits;
  // Machin 1706.
  const Real pi = 16 * InverseTangent(5, false, more) - 4 * InverseTangent(239, false, more);
  return Rounded(pi, bits);
}

Real ExpOf(const Real& x) {
  if (ExponentOf(x) > 25) {
    throw TooLarge{};
  }
  const mp_bitcnt_t bits = x.get_prec();
  const mp_bitcnt_t more = bits + 2 * kGuardBits;
  const Real log2 = Log2Of(more);
  const Real wide(x, more);
  const Real powers = floor(Real(wide / log2 + 0.5));
  Real rest = Scaled(Real(wide - powers * log2), -std::int64_t{kHalvings});
  Real power = Series(Real(1, more), rest, [](unsigned long n) { return n; });
  for (unsigned i = 0; i < kHalvings; ++i) {
    power *= power;
  }
  return Rounded(Scaled(power, powers.get_si()), bits);
}

Real LogOf(const Real& x) {
  const mp_bitcnt_t bits = x.get_prec();
  const mp_bitcnt_t more = bits + kGuardBits;
  const std::int64_t exponent = ExponentOf(x);
  const Real mantissa = Scaled(Real(x, more), -exponent);
  // Halley's iteration on exp(y) = mantissa triples the number of correct bits.
  Real y(std::log(mantissa.get_d()), more);
  for (mp_bitcnt_t correct = 40; correct < more; correct *= 3) {
    const Real power = ExpOf(y);
    y += 2 * (mantissa - power) / (mantissa + power);
  }
  return Rounded(Real(y + exponent * Log2Of(more)), bits);
}

SineCosine SineCosineOf(const Real& x) {
  const std::int64_t exponent = ExponentOf(x);
  if (exponent > 1024) {
    throw TooLarge{};
  }
  const mp_bitcnt_t bits = x.get_prec();
  const mp_bitcnt_t more =
      bits + 2 * kGuardBits + static_cast<mp_bitcnt_t>(exponent > 0 ? exponent : 0);
  const Real wide(x, more);
  const Real quarter = PiOf(more) / 2;
  const mpz_class quarters(floor(Real(wide / quarter + 0.5)));
  const Real rest = Scaled(Real(wide - quarters * quarter), -std::int64_t{kHalvings});
  const Real square = -rest * rest;
  Real sine = Series(rest, square, [](unsigned long n) { return 2 * n * (2 * n + 1); });
  // 1 - cos, so that doubling loses nothing.
  Real versine =
      -Series(Real(square / 2), square, [](unsigned long n) { return (2 * n + 1) * (2 * n + 2); });
  for (unsigned i = 0; i < kHalvings; ++i) {
    const Real cosine = 1 - versine;
    versine = 2 * sine * sine;
    sine = 2 * sine * cosine;
  }
  const Real cosine = 1 - versine;
  switch (mpz_fdiv_ui(quarters.get_mpz_t(), 4)) {
    case 0:
      return {Rounded(sine, bits), Rounded(cosine, bits)};
    case 1:
      return {Rounded(cosine, bits), Rounded(Real(-sine), bits)};
    case 2:
      return {Rounded(Real(-sine), bits), Rounded(Real(-cosine), bits)};
    default:
      return {Rounded(Real(-cosine), bits), Rounded(sine, bits)};
  }
}

Real AngleOf(const Real& y, const Real& x) {
  const mp_bitcnt_t bits = x.get_prec();
  const mp_bitcnt_t more = bits + kGuardBits;
  if (y == 0 && x >= 0) {
    return Real(0, bits);
  }
  const Real width = abs(Real(x, more));
  const Real height = abs(Real(y, more));
  const Real pi = PiOf(more);
  Real angle = height <= width ? SmallAngle(Real(height / width))
                               : Real(pi / 2 - SmallAngle(Real(width / height)));
  if (x < 0) {
    angle = pi - angle;
  }
  return Rounded(y < 0 ? Real(-angle) : angle, bits);
}

}  // namespace meval::latex
