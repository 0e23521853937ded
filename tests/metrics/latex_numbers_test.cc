// Arithmetic below the symbolic comparison: decimals, polynomials, real functions, approximations,
// factorials.

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "metrics/latex/approximation.h"
#include "metrics/latex/factorial.h"
#include "metrics/latex/number.h"
#include "metrics/latex/outcome.h"
#include "metrics/latex/polynomial.h"
#include "metrics/latex/real_functions.h"

namespace meval::latex {
namespace {

constexpr mp_bitcnt_t kBits = 320;

double ValueOf(const Number& number) { return number.value.get_d(); }

Real RealOf(double x) { return Real(x, kBits); }
Approximation Of(double re, double im = 0) {
  return {RealOf(re), RealOf(im), Approximation::kExact};
}

Approximation FactorialOf(const Approximation& a) {
  Budget budget;
  return Factorial(a, budget);
}
Approximation BinomialOf(const Approximation& n, const Approximation& k) {
  Budget budget;
  return Binomial(n, k, budget);
}

// Equal to some 85 digits, which is what 320 bits leave after a few operations.
void ExpectSame(const Real& a, const Real& b) {
  EXPECT_LT(ExponentOf(Real(a - b)), std::max(ExponentOf(b), std::int64_t{0}) - 280)
      << a.get_d() << " and " << b.get_d();
}
void ExpectSame(const Approximation& a, const Approximation& b) {
  ExpectSame(a.re, b.re);
  ExpectSame(a.im, b.im);
  EXPECT_TRUE(IsZero(a - b));
}

TEST(LatexNumber, RoundsDecimalsAsDoublesDo) {
  for (const char* text : {"0.1", "0.5", "3.14159", "19.99", "123456.789", "0.000123"}) {
    const Number number = ParseNumber(text);
    EXPECT_EQ(number.bits, 53) << text;
    EXPECT_EQ(number.value, mpq_class(std::stod(text))) << text;
  }
}

TEST(LatexNumber, HasMoreBitsForMoreDigits) {
  EXPECT_EQ(ParseNumber("0.123456789012345").bits, 53);
  EXPECT_EQ(ParseNumber("0.1234567890123456").bits, 56);
  EXPECT_EQ(ParseNumber("0.12345678901234567890").bits, 70);
  EXPECT_EQ(ParseNumber("000.5").bits, 53);
  EXPECT_EQ(ParseNumber("12").bits, 0);
}

TEST(LatexNumber, RoundsTiesToEven) {
  EXPECT_EQ(RoundToBits(mpq_class(5), 2), 4);
  EXPECT_EQ(RoundToBits(mpq_class(7), 2), 8);
  EXPECT_EQ(RoundToBits(mpq_class(-5), 2), -4);
  EXPECT_EQ(RoundToBits(mpq_class(1, 3), 2), mpq_class(3, 8));
  EXPECT_EQ(RoundToBits(mpq_class(15), 3), 16);
  EXPECT_EQ(RoundToBits(mpq_class(0), 3), 0);
}

TEST(LatexNumber, AddsAndMultipliesDecimalsAsDoubles) {
  for (const double a : {0.1, 0.7, 19.99, 1e-5}) {
    for (const double b : {0.2, 0.01, 100.0, 3.0}) {
      const Number x = {.value = mpq_class(a), .bits = 53};
      const Number y = {.value = mpq_class(b), .bits = 53};
      EXPECT_EQ(ValueOf(Add(x, y)), a + b);
      EXPECT_EQ(ValueOf(Multiply(x, y)), a * b);
      EXPECT_EQ(ValueOf(Power(x, -1)), 1 / a);
    }
  }
  // An exact number is rounded first.
  const Number third = {.value = mpq_class(1, 3)};
  EXPECT_EQ(ValueOf(Multiply(third, ParseNumber("0.7"))), 1.0 / 3 * 0.7);
  EXPECT_EQ(Multiply(third, third).value, mpq_class(1, 9));
}

TEST(LatexNumber, IsNotReadFromLeadingZerosOrEndlessDigits) {
  EXPECT_THROW(ParseNumber("007"), Unreadable);
  EXPECT_THROW(ParseNumber(std::string(4301, '1')), Unreadable);
  EXPECT_EQ(ParseNumber(std::string(4300, '1')).value.get_str().size(), 4300U);
}

TEST(LatexNumber, RefusesZeroToANegativePowerAndGiantPowers) {
  EXPECT_THROW(Power({.value = 0}, -1), Undefined);
  EXPECT_EQ(Power({.value = 0}, 0).value, 1);
  EXPECT_THROW(Power({.value = 9}, 387420489), TooLarge);
  EXPECT_EQ(Power({.value = -1}, 387420489).value, -1);
}

TEST(LatexPolynomial, MovesWholePowersOfNumbersIntoTheCoefficient) {
  Budget budget;
  Algebra algebra(budget);
  const Quotient root = algebra.Generator("#2", mpq_class(1, 2));
  EXPECT_EQ(ToText(algebra.Product(root, root)), "+2");
  EXPECT_EQ(ToText(algebra.Power(root, 5)), "+4*#2^1/2");
  EXPECT_EQ(ToText(algebra.Power(root, -1)), "+1/2*#2^1/2");
  const Quotient i = algebra.Generator("#-1", mpq_class(1, 2));
  EXPECT_EQ(ToText(algebra.Power(i, 2)), "+-1");
  EXPECT_EQ(ToText(algebra.Power(i, 4)), "+1");
}

TEST(LatexPolynomial, CancelsAcrossFractions) {
  Budget budget;
  Algebra algebra(budget);
  const Quotient x = algebra.Generator("x");
  const Quotient one = MakeQuotient({.value = 1});
  const Quotient minus_one = MakeQuotient({.value = -1});
  // 1/(x+1) + x/(x+1) - 1
  const Quotient inverse = algebra.Power(algebra.Sum(x, one), -1);
  const Quotient sum = algebra.Sum(inverse, algebra.Product(x, inverse));
  EXPECT_TRUE(algebra.Sum(sum, minus_one).top.empty());
  EXPECT_FALSE(algebra.Sum(sum, one).top.empty());
  EXPECT_THROW(algebra.Power(algebra.Sum(one, minus_one), -1), Undefined);
}

TEST(LatexPolynomial, RefusesToExpandWithoutBound) {
  Budget budget;
  Algebra algebra(budget);
  Quotient sum = MakeQuotient({.value = 1});
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    sum = algebra.Sum(sum, algebra.Generator(name));
  }
  EXPECT_THROW(algebra.Power(sum, 100), TooLarge);
}

TEST(LatexRealFunctions, KnowFiftyDigitsOfTheConstants) {
  constexpr mp_bitcnt_t kFewer = 200;  // more than the digits are
  const auto expect_digits = [](const Real& x, const std::string& digits) {
    const Real known(digits, kFewer);
    EXPECT_LT(ExponentOf(Real(x - known)), -160) << digits;
  };
  expect_digits(PiOf(kFewer), "3.14159265358979323846264338327950288419716939937510");
  expect_digits(ExpOf(Real(1, kFewer)), "2.71828182845904523536028747135266249775724709369995");
  expect_digits(LogOf(Real(2, kFewer)), "0.69314718055994530941723212145817656807550013436025");
}

TEST(LatexRealFunctions, AgreeWithTheStandardLibrary) {
  for (const double x : {1e-9, 0.3, 1.0, 1.5707, 2.0, 3.2, 4.6, 7.9, 100.25, 12345.5}) {
    EXPECT_NEAR(LogOf(RealOf(x)).get_d(), std::log(x), 1e-14);
    for (const double y : {x, -x}) {
      const SineCosine both = SineCosineOf(RealOf(y));
      EXPECT_NEAR(both.sine.get_d(), std::sin(y), 1e-15);
      EXPECT_NEAR(both.cosine.get_d(), std::cos(y), 1e-15);
      EXPECT_NEAR(AngleOf(RealOf(y), RealOf(2)).get_d(), std::atan2(y, 2), 1e-15);
      EXPECT_NEAR(AngleOf(RealOf(y), RealOf(-2)).get_d(), std::atan2(y, -2), 1e-15);
      if (x < 700) {
        EXPECT_NEAR(ExpOf(RealOf(y)).get_d() / std::exp(y), 1, 1e-13);
      }
    }
  }
  EXPECT_NEAR(AngleOf(RealOf(0), RealOf(-1)).get_d(), std::acos(-1.0), 1e-15);
  EXPECT_EQ(AngleOf(RealOf(0), RealOf(0)), 0);
}

TEST(LatexRealFunctions, UndoEachOtherToAllDigits) {
  for (const double x : {1e-6, 0.1, 0.75, 1.0, 3.5, 40.0}) {
    ExpectSame(LogOf(ExpOf(RealOf(x))), RealOf(x));
    ExpectSame(ExpOf(LogOf(RealOf(x))), RealOf(x));
    const SineCosine both = SineCosineOf(RealOf(x));
    ExpectSame(Real(both.sine * both.sine + both.cosine * both.cosine), RealOf(1));
    const SineCosine twice = SineCosineOf(RealOf(2 * x));
    ExpectSame(twice.sine, Real(2 * both.sine * both.cosine));
  }
  const SineCosine both = SineCosineOf(RealOf(0.7));
  ExpectSame(AngleOf(both.sine, both.cosine), RealOf(0.7));
}

TEST(LatexRealFunctions, RefuseWhatHasNoDigitsLeft) {
  EXPECT_THROW(ExpOf(RealOf(1e9)), TooLarge);
  Real huge(1, kBits);
  huge <<= 2000;
  EXPECT_THROW(SineCosineOf(huge), TooLarge);
}

TEST(LatexApproximation, TakesPrincipalValues) {
  const Approximation third = Approximate({.value = mpq_class(1, 3)}, kBits);
  ExpectSame(Power(Of(-8), third), Of(1) + Of(0, 1) * Sqrt(Of(3)));
  ExpectSame(Sqrt(Of(-4)), Of(0, 2));
  ExpectSame(Log(Of(-1)).im, PiOf(kBits));
  ExpectSame(Power(Of(-2), Of(3)), Of(-8));
  ExpectSame(Power(Of(2), Of(-2)), Of(0.25));
  ExpectSame(Power(Of(0), Of(0)), Of(1));
}

TEST(LatexApproximation, KnowsItsOwnError) {
  const Approximation root = Sqrt(Of(2));
  const Approximation difference = root * root - Of(2);
  EXPECT_TRUE(IsZero(difference));
  EXPECT_LT(difference.log_error, -300);
  EXPECT_FALSE(IsZero(root * root - Of(2 + 0x1p-50)));
  // Cancellation leaves the error of what was cancelled.
  const Approximation large = Exp(Of(100));
  EXPECT_GT(((large + root) - large).log_error, -200);
  EXPECT_EQ(AsInteger(root * root), 2);
  EXPECT_EQ(AsInteger(root), std::nullopt);
  EXPECT_EQ(Floor(root * root).re, 2);
  EXPECT_EQ(Floor(-root).re, -2);
}

TEST(LatexApproximation, HasNoValueAtPoles) {
  const Approximation root = Sqrt(Of(2));
  EXPECT_THROW(Of(1) / (root * root - Of(2)), Undefined);
  EXPECT_THROW(Log(Of(0)), Undefined);
  EXPECT_THROW(Power(Of(0), Of(-0.5)), Undefined);
  EXPECT_THROW(Elementary("cot", Of(0)), Undefined);
  EXPECT_THROW(FactorialOf(Of(-3)), Undefined);
}

TEST(LatexApproximation, StopsBeforeNumbersOverflow) {
  const auto square_often = [] {
    Approximation x = Of(3);
    for (int i = 0; i < 100; ++i) {
      x = x * x;
    }
  };
  EXPECT_THROW(square_often(), TooLarge);
  EXPECT_THROW(Power(Of(9), Of(387420489)), TooLarge);
}

TEST(LatexApproximation, FunctionsUndoTheirInverses) {
  constexpr std::array<const char*, 9> kNames = {"sin", "cos",  "tan",  "sec", "csc",
                                                 "cot", "sinh", "cosh", "tanh"};
  for (const Approximation& x : {Of(0.3), Of(0.25, 0.5), Of(1.25, -0.75)}) {
    for (const std::string name : kNames) {
      ExpectSame(*Elementary(name, *Elementary("a" + name, x)), x);
    }
  }
  ExpectSame(*Elementary("asin", Of(1)), *Elementary("acos", Of(0)));
  EXPECT_FALSE(Elementary("zeta", Of(1)).has_value());
}

TEST(LatexFactorial, IsThatOfIntegersAndContinuesThem) {
  EXPECT_EQ(FactorialOf(Of(20)).re, 2432902008176640000);
  ExpectSame(FactorialOf(Of(0)), Of(1));
  // (1/2)! is half the root of pi.
  const Approximation pi = {PiOf(kBits), RealOf(0), -300};
  ExpectSame(FactorialOf(Of(0.5)), Of(0.5) * Sqrt(pi));
  for (const Approximation& x : {Of(0.25), Of(-2.5), Of(1.5, 2), Of(-3.25, -1)}) {
    ExpectSame(FactorialOf(x + Of(1)), (x + Of(1)) * FactorialOf(x));
  }
}

TEST(LatexFactorial, HasAllTheDigitsThatAreAskedFor) {
  for (const mp_bitcnt_t bits : {320, 1280, 5120}) {
    const Approximation half = Approximate({.value = mpq_class(1, 2)}, bits);
    const Approximation pi = {PiOf(bits), Real(0, bits), 4 - static_cast<double>(bits)};
    const Approximation difference = FactorialOf(half) - half * Sqrt(pi);
    EXPECT_TRUE(IsZero(difference)) << bits;
    // What is taken to the power of a large logarithm loses some.
    EXPECT_LT(difference.log_error, -0.75 * static_cast<double>(bits)) << bits;
  }
}

TEST(LatexFactorial, TakesWhatItCostsFromTheBudget) {
  Budget budget;
  const auto take_many = [&] {
    for (int i = 0; i < 1000; ++i) {
      Binomial(Of(0.5), Of(20'000), budget);
    }
  };
  EXPECT_THROW(take_many(), TooLarge);
  const auto start_far_away = [] {
    Budget fresh;
    for (int i = 0; i < 1000; ++i) {
      Factorial(Of(-300.5), fresh);
    }
  };
  EXPECT_THROW(start_far_away(), TooLarge);
}

TEST(LatexFactorial, GivesBinomialCoefficients) {
  ExpectSame(BinomialOf(Of(5), Of(2)), Of(10));
  ExpectSame(BinomialOf(Of(5), Of(7)), Of(0));
  ExpectSame(BinomialOf(Of(5), Of(-1)), Of(0));
  ExpectSame(BinomialOf(Of(-2), Of(3)), Of(-4));
  ExpectSame(BinomialOf(Of(0.5), Of(2)), Of(-0.125));
  const Approximation n = Of(2.5, 1);
  const Approximation k = Of(0.75, -1);
  ExpectSame(BinomialOf(n + Of(1), k), BinomialOf(n, k) + BinomialOf(n, k - Of(1)));
}

}  // namespace
}  // namespace meval::latex
