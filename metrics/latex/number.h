#ifndef MEVAL_METRICS_LATEX_NUMBER_H_
#define MEVAL_METRICS_LATEX_NUMBER_H_

// Rational numbers, and the binary fractions that decimals become.
//
// A decimal such as 0.1 is not one tenth to the reference: it is the nearest fraction with 53 bits
// (more where it has more than 15 digits), and arithmetic with it rounds again. `0.1+0.2` therefore
// differs from `0.3`, and `0.5` equals `1/2`. Integers and their quotients are exact.

#include <gmpxx.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace meval::latex {

struct Number {
  mpq_class value = 0;
  std::int64_t bits = 0;  // of the fraction; 0: exact

  bool is_exact() const { return bits == 0; }
  bool is_integer() const { return is_exact() && value.get_den() == 1; }
};

inline constexpr std::size_t kMaxNumberBits = std::size_t{1} << 17;

// The value of digits, with or without a decimal point. Throws Unreadable for what Python does not
// read as a number: integers with leading zeros, or of more than 4300 digits.
Number ParseNumber(std::string_view digits);

// Nearest fraction with that many bits, ties to even.
mpq_class RoundToBits(const mpq_class& value, std::int64_t bits);

// Where one side is not exact, the result has its precision (the higher one), the other side being
// rounded to it first. Throw TooLarge.
Number Add(const Number& a, const Number& b);
Number Multiply(const Number& a, const Number& b);
// Throws Undefined for 0 to a negative power.
Number Power(const Number& base, std::int64_t exponent);

bool operator==(const Number& a, const Number& b);
// Decimals and exact numbers of the same value have different texts.
std::string ToText(const Number& number);

}  // namespace meval::latex

#endif  // MEVAL_METRICS_LATEX_NUMBER_H_
