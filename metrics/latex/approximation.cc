#include "metrics/latex/approximation.h"

#include <algorithm>
#include <cmath>

#include "metrics/latex/outcome.h"

namespace meval::latex {
namespace {

// Larger powers are taken by logarithm.
constexpr std::int64_t kMaxPower = (std::int64_t{1} << 21) - 1;

// Far within what a Real can hold, so that no operation on two results overflows.
constexpr double kMaxLogMagnitude = 1 << 26;

// log2(2^a + 2^b)
double LogAdd(double a, double b) {
  const double large = std::max(a, b);
  const double small = std::min(a, b);
  return std::isinf(small) ? large : large + std::log2(1 + std::exp2(small - large));
}

double LogOfReal(const Real& x) {
  if (x == 0) {
    return Approximation::kExact;
  }
  long exponent = 0;
  const double mantissa = mpf_get_d_2exp(&exponent, x.get_mpf_t());
  return std::log2(std::abs(mantissa)) + static_cast<double>(exponent);
}

// The result of an operation, with the error it inherits and that of its own rounding.
Approximation Make(Real re, Real im, double inherited) {
  Approximation result{std::move(re), std::move(im), inherited};
  const double magnitude = LogMagnitude(result);
  if (std::abs(magnitude) > kMaxLogMagnitude && !std::isinf(magnitude)) {
    throw TooLarge{};
  }
  const double rounding = magnitude - static_cast<double>(result.bits()) + 8;
  result.log_error = LogAdd(inherited, rounding);
  return result;
}

bool IsWithin(const Real& x, double log_error) { return x == 0 || LogOfReal(x) <= log_error; }

Approximation Imaginary(std::int64_t value, mp_bitcnt_t bits) {
  return {Real(0, bits), Real(static_cast<long>(value), bits), Approximation::kExact};
}

Approximation Half(const Approximation& a) {
  return {Real(a.re / 2), Real(a.im / 2), a.log_error - 1};
}

struct SineCosineApproximation {
  Approximation sine;
  Approximation cosine;
};

// sin(x + iy) = sin x cosh y + i cos x sinh y, and likewise the cosine.
SineCosineApproximation BothOf(const Approximation& a) {
  const SineCosine of_re = SineCosineOf(a.re);
  const Real up = ExpOf(a.im);
  const Real down = ExpOf(Real(-a.im));
  const Real sinh = a.im == 0 ? Real(0, a.bits()) : Real((up - down) / 2);
  const Real cosh = a.im == 0 ? Real(1, a.bits()) : Real((up + down) / 2);
  const double inherited = LogAdd(a.log_error + LogOfReal(cosh) + 1,
                                  LogOfReal(cosh) - static_cast<double>(a.bits()) + 8);
  return {Make(of_re.sine * cosh, of_re.cosine * sinh, inherited),
          Make(of_re.cosine * cosh, Real(-of_re.sine * sinh), inherited)};
}

Approximation ToInteger(const Approximation& base, std::int64_t exponent) {
  const auto size = static_cast<std::uint64_t>(std::abs(exponent));
  Approximation power = Approximate(1, base.bits());
  for (std::uint64_t bit = std::uint64_t{1} << 20; bit != 0; bit >>= 1) {
    power = power * power;
    if ((size & bit) != 0) {
      power = power * base;
    }
  }
  return exponent < 0 ? Approximate(1, base.bits()) / power : power;
}

Approximation Arcsine(const Approximation& a) {
  const Approximation one = Approximate(1, a.bits());
  const Approximation i = Imaginary(1, a.bits());
  return -(i * Log(i * a + Sqrt(one - a * a)));
}

Approximation Arccosine(const Approximation& a) {
  const Approximation quarter = {Real(PiOf(a.bits()) / 2), Real(0, a.bits()),
                                 4 - static_cast<double>(a.bits())};
  return quarter - Arcsine(a);
}

Approximation Arctangent(const Approximation& a) {
  const Approximation one = Approximate(1, a.bits());
  const Approximation i = Imaginary(1, a.bits());
  return Half(i * (Log(one - i * a) - Log(one + i * a)));
}

}  // namespace

Approximation Approximate(const Number& number, mp_bitcnt_t bits) {
  const Real numerator(number.value.get_num(), bits);
  const Real denominator(number.value.get_den(), bits);
  const bool is_exact =
      number.value.get_den() == 1 && mpz_sizeinbase(number.value.get_num_mpz_t(), 2) <= bits;
  if (is_exact) {
    return {numerator, Real(0, bits), Approximation::kExact};
  }
  return Make(Real(numerator / denominator), Real(0, bits), Approximation::kExact);
}

Approximation Approximate(std::int64_t value, mp_bitcnt_t bits) {
  return {Real(static_cast<long>(value), bits), Real(0, bits), Approximation::kExact};
}

double LogMagnitude(const Approximation& a) {
  return std::max(LogOfReal(a.re), LogOfReal(a.im)) + 0.5;
}

bool IsZero(const Approximation& a) {
  return IsWithin(a.re, a.log_error) && IsWithin(a.im, a.log_error);
}

std::optional<std::int64_t> AsInteger(const Approximation& a) {
  if (a.log_error > -2 || !IsWithin(a.im, a.log_error) || LogOfReal(a.re) > 60) {
    return std::nullopt;
  }
  const Real nearest = floor(Real(a.re + 0.5));
  const bool is_integer = IsWithin(Real(a.re - nearest), a.log_error);
  return is_integer ? std::optional<std::int64_t>(nearest.get_si()) : std::nullopt;
}

Approximation operator+(const Approximation& a, const Approximation& b) {
  const double cancelled = std::max(LogMagnitude(a), LogMagnitude(b));
  const double inherited = LogAdd(a.log_error, b.log_error);
  if (std::isinf(inherited) && cancelled < static_cast<double>(a.bits()) / 2 && a.im == 0 &&
      b.im == 0) {
    return {Real(a.re + b.re), Real(0, a.bits()), Approximation::kExact};
  }
  return Make(a.re + b.re, a.im + b.im,
              LogAdd(inherited, cancelled - static_cast<double>(a.bits()) + 2));
}

Approximation operator-(const Approximation& a) { return {Real(-a.re), Real(-a.im), a.log_error}; }

Approximation operator-(const Approximation& a, const Approximation& b) { return a + -b; }

Approximation operator*(const Approximation& a, const Approximation& b) {
  const double inherited =
      LogAdd(LogAdd(LogMagnitude(a) + b.log_error, LogMagnitude(b) + a.log_error),
             a.log_error + b.log_error);
  return Make(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re, inherited);
}

Approximation operator/(const Approximation& a, const Approximation& b) {
  if (IsZero(b)) {
    throw Undefined{};
  }
  const Real square = b.re * b.re + b.im * b.im;
  const double magnitude = LogMagnitude(b) - 1.5;
  const Approximation inverse =
      Make(b.re / square, Real(-b.im / square), b.log_error - 2 * magnitude + 1);
  return a * inverse;
}

Approximation Exp(const Approximation& a) {
  const Real size = ExpOf(a.re);
  const SineCosine turn =
      a.im == 0 ? SineCosine{Real(0, a.bits()), Real(1, a.bits())} : SineCosineOf(a.im);
  return Make(size * turn.cosine, size * turn.sine, LogOfReal(size) + a.log_error + 1);
}

Approximation Log(const Approximation& a) {
  if (IsZero(a)) {
    throw Undefined{};
  }
  // Next to the cut along the negative axis the value above it is meant.
  const Real im = IsWithin(a.im, a.log_error) ? Real(0, a.bits()) : a.im;
  const Real half = LogOf(Real(a.re * a.re + im * im)) / 2;
  // log|a| near 1 is only known up to the rounding of |a|.
  const double rounding = 4 - static_cast<double>(a.bits());
  return Make(half, AngleOf(im, a.re), LogAdd(a.log_error - LogMagnitude(a) + 2.5, rounding));
}

Approximation Sqrt(const Approximation& a) {
  if (IsZero(a)) {
    return {Real(0, a.bits()), Real(0, a.bits()), a.log_error / 2};
  }
  const double inherited = a.log_error - LogMagnitude(a) / 2 + 1;
  if (IsWithin(a.im, a.log_error)) {
    const Real root = sqrt(Real(abs(a.re)));
    const Real zero(0, a.bits());
    return a.re > 0 ? Make(root, zero, inherited) : Make(zero, root, inherited);
  }
  return Exp(Half(Log(a)));
}

Approximation Power(const Approximation& base, const Approximation& exponent) {
  if (const auto integer = AsInteger(exponent); integer && std::abs(*integer) <= kMaxPower) {
    return ToInteger(base, *integer);
  }
  if (AsInteger(exponent + exponent) == 1) {
    return Sqrt(base);
  }
  if (IsZero(base)) {
    if (exponent.re <= 0) {
      throw Undefined{};
    }
    return {Real(0, base.bits()), Real(0, base.bits()), base.log_error * exponent.re.get_d()};
  }
  return Exp(exponent * Log(base));
}

Approximation Abs(const Approximation& a) {
  const Real zero(0, a.bits());
  return a.im == 0 ? Approximation{Real(abs(a.re)), zero, a.log_error}
                   : Make(sqrt(Real(a.re * a.re + a.im * a.im)), zero, a.log_error);
}

Approximation Conjugate(const Approximation& a) { return {a.re, Real(-a.im), a.log_error}; }

Approximation Floor(const Approximation& a) {
  if (a.log_error > -2) {
    throw TooLarge{};
  }
  const auto floor_of = [&](const Real& x) {
    const Real nearest = floor(Real(x + 0.5));
    return IsWithin(Real(x - nearest), a.log_error) ? nearest : Real(floor(x));
  };
  return {floor_of(a.re), floor_of(a.im), Approximation::kExact};
}

std::optional<Approximation> Elementary(std::string_view name, const Approximation& a) {
  const Approximation one = Approximate(1, a.bits());
  if (name == "exp") return Exp(a);
  if (name == "sin") return BothOf(a).sine;
  if (name == "cos") return BothOf(a).cosine;
  if (name == "csc") return one / BothOf(a).sine;
  if (name == "sec") return one / BothOf(a).cosine;
  if (name == "tan" || name == "cot") {
    const auto [sine, cosine] = BothOf(a);
    return name == "tan" ? sine / cosine : cosine / sine;
  }
  if (name == "sinh") return Half(Exp(a) - Exp(-a));
  if (name == "cosh") return Half(Exp(a) + Exp(-a));
  if (name == "tanh") return (Exp(a) - Exp(-a)) / (Exp(a) + Exp(-a));
  if (name == "asin") return Arcsine(a);
  if (name == "acos") return Arccosine(a);
  if (name == "atan") return Arctangent(a);
  if (name == "acsc") return Arcsine(one / a);
  if (name == "asec") return Arccosine(one / a);
  if (name == "acot") return Arctangent(one / a);
  if (name == "asinh") return Log(a + Sqrt(a * a + one));
  if (name == "acosh") return Log(a + Sqrt(a + one) * Sqrt(a - one));
  if (name == "atanh") return Half(Log(one + a) - Log(one - a));
  return std::nullopt;
}

}  // namespace meval::latex
