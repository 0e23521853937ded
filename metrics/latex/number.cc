#include "metrics/latex/number.h"

#include <algorithm>
#include <cmath>

#include "metrics/latex/outcome.h"

namespace meval::latex {
namespace {

constexpr std::size_t kMaxIntegerDigits = 4300;
constexpr std::int64_t kDefaultDigits = 15;
constexpr double kBitsOfDigit = 3.3219280948873626;

std::size_t SizeInBits(const mpq_class& value) {
  return mpz_sizeinbase(value.get_num_mpz_t(), 2) + mpz_sizeinbase(value.get_den_mpz_t(), 2);
}

// log2 |n|, for n other than 0.
double LogOf(const mpz_class& n) {
  long exponent = 0;
  const double mantissa = mpz_get_d_2exp(&exponent, n.get_mpz_t());
  return std::log2(std::abs(mantissa)) + static_cast<double>(exponent);
}

Number Checked(Number number) {
  if (SizeInBits(number.value) > kMaxNumberBits) {
    throw TooLarge{};
  }
  return number;
}

// The bits in which two numbers are combined, 0 where both are exact.
std::int64_t CommonBits(const Number& a, const Number& b) { return std::max(a.bits, b.bits); }

mpq_class Operand(const Number& number, std::int64_t bits) {
  return number.is_exact() && bits != 0 ? RoundToBits(number.value, bits) : number.value;
}

mpz_class PowerOfTwo(std::int64_t exponent) {
  mpz_class power = 1;
  return power << static_cast<mp_bitcnt_t>(exponent);
}

mpq_class RaisedTo(const mpq_class& base, std::uint64_t exponent) {
  mpq_class result;
  mpz_pow_ui(result.get_num_mpz_t(), base.get_num_mpz_t(), exponent);
  mpz_pow_ui(result.get_den_mpz_t(), base.get_den_mpz_t(), exponent);
  return result;
}

}  // namespace

Number ParseNumber(std::string_view digits) {
  const std::size_t dot = digits.find('.');
  const std::string_view whole = digits.substr(0, dot);
  if (dot == std::string_view::npos) {
    const bool is_zero = whole.find_first_not_of('0') == std::string_view::npos;
    if ((whole.front() == '0' && !is_zero) || whole.size() > kMaxIntegerDigits) {
      throw Unreadable{};
    }
    return {.value = mpz_class(std::string(whole), 10)};
  }
  const std::string_view fraction = digits.substr(dot + 1);
  std::string all = std::string(whole) + std::string(fraction);
  all.erase(0, std::min(all.find_first_not_of('0'), all.size() - 1));
  mpz_class denominator;
  mpz_ui_pow_ui(denominator.get_mpz_t(), 10, fraction.size());
  mpq_class value(mpz_class(all, 10), denominator);
  value.canonicalize();
  const auto significant = std::max(kDefaultDigits, static_cast<std::int64_t>(all.size()));
  const auto bits = std::llrint(static_cast<double>(significant + 1) * kBitsOfDigit);
  return {.value = RoundToBits(value, bits), .bits = bits};
}

mpq_class RoundToBits(const mpq_class& value, std::int64_t bits) {
  if (value == 0) {
    return value;
  }
  // Scaled so that the quotient has `bits` bits or one more, which rounding then removes.
  const mpz_class numerator = abs(value.get_num());
  const mpz_class& denominator = value.get_den();
  const auto size = [](const mpz_class& n) {
    return static_cast<std::int64_t>(mpz_sizeinbase(n.get_mpz_t(), 2));
  };
  std::int64_t shift = bits - size(numerator) + size(denominator);
  mpz_class quotient;
  mpz_class remainder;
  mpz_class divisor;
  while (true) {
    const mpz_class dividend = shift > 0 ? mpz_class(numerator * PowerOfTwo(shift)) : numerator;
    divisor = shift < 0 ? mpz_class(denominator * PowerOfTwo(-shift)) : denominator;
    mpz_fdiv_qr(quotient.get_mpz_t(), remainder.get_mpz_t(), dividend.get_mpz_t(),
                divisor.get_mpz_t());
    if (size(quotient) <= bits) {
      break;
    }
    --shift;
  }
  const int half = cmp(mpz_class(2 * remainder), divisor);
  if (half > 0 || (half == 0 && mpz_odd_p(quotient.get_mpz_t()) != 0)) {
    ++quotient;
  }
  mpq_class rounded =
      shift < 0 ? mpq_class(quotient * PowerOfTwo(-shift)) : mpq_class(quotient, PowerOfTwo(shift));
  rounded.canonicalize();
  return value < 0 ? mpq_class(-rounded) : rounded;
}

Number Add(const Number& a, const Number& b) {
  const std::int64_t bits = CommonBits(a, b);
  const mpq_class sum = Operand(a, bits) + Operand(b, bits);
  return Checked({.value = bits == 0 ? sum : RoundToBits(sum, bits), .bits = bits});
}

Number Multiply(const Number& a, const Number& b) {
  const std::int64_t bits = CommonBits(a, b);
  const mpq_class product = Operand(a, bits) * Operand(b, bits);
  return Checked({.value = bits == 0 ? product : RoundToBits(product, bits), .bits = bits});
}

Number Power(const Number& base, std::int64_t exponent) {
  const auto size = static_cast<std::uint64_t>(std::abs(exponent));
  if (base.value == 0 && exponent < 0) {
    throw Undefined{};
  }
  if (base.value != 0 &&
      (LogOf(base.value.get_num()) + LogOf(base.value.get_den())) * static_cast<double>(size) >
          static_cast<double>(kMaxNumberBits)) {
    throw TooLarge{};
  }
  mpq_class power = RaisedTo(base.value, size);
  if (exponent < 0) {
    power = 1 / power;
  }
  if (base.is_exact()) {
    return {.value = power};
  }
  return {.value = RoundToBits(power, base.bits), .bits = base.bits};
}

bool operator==(const Number& a, const Number& b) { return a.bits == b.bits && a.value == b.value; }

std::string ToText(const Number& number) {
  std::string text = number.value.get_str();
  return number.is_exact() ? text : text + "~" + std::to_string(number.bits);
}

}  // namespace meval::latex
