#include "metrics/latex/polynomial.h"

#include <cstdint>
#include <utility>

namespace meval::latex {
namespace {

constexpr std::size_t kMaxTerms = 4'000;
constexpr std::int64_t kMaxPower = 200;  // of a sum
// In Budget, as measured: for a product of two terms, and for terms, factors and bytes of names
// that are copied and compared.
constexpr std::int64_t kStepsOfProduct = 30;
constexpr std::int64_t kStepsOfTerm = 4;
constexpr std::int64_t kStepsOfFactor = 2;
constexpr std::int64_t kBytesOfStep = 8;

const Number kOne = {.value = 1};

void AddTerm(Polynomial& polynomial, const Monomial& monomial, const Number& coefficient) {
  const auto [found, is_new] = polynomial.try_emplace(monomial, coefficient);
  if (!is_new) {
    found->second = Add(found->second, coefficient);
  }
  if (found->second.value == 0) {
    polynomial.erase(found);
  }
}

// Of arithmetic with a number, by its length.
std::int64_t StepsOf(const Number& number) {
  return static_cast<std::int64_t>(mpz_size(number.value.get_num_mpz_t()) +
                                   mpz_size(number.value.get_den_mpz_t()));
}

std::int64_t StepsOf(const Monomial& monomial) {
  std::int64_t steps = kStepsOfTerm;
  for (const auto& [name, exponent] : monomial) {
    steps += kStepsOfFactor + static_cast<std::int64_t>(name.size()) / kBytesOfStep;
  }
  return steps;
}

std::int64_t StepsOf(const Polynomial& polynomial) {
  std::int64_t steps = 0;
  for (const auto& [monomial, coefficient] : polynomial) {
    steps += StepsOf(monomial) + StepsOf(coefficient);
  }
  return steps;
}

mpz_class FloorOf(const mpq_class& q) {
  mpz_class floor;
  mpz_fdiv_q(floor.get_mpz_t(), q.get_num_mpz_t(), q.get_den_mpz_t());
  return floor;
}

// Adds an exponent of a generator to a term; whole powers of numbers go into the coefficient.
void MultiplyTerm(Monomial& monomial, Number& coefficient, const std::string& name,
                  const mpq_class& exponent) {
  mpq_class& sum = monomial[name];
  sum += exponent;
  if (const mpz_class whole = FloorOf(sum); name.front() == '#' && whole != 0) {
    if (!whole.fits_slong_p()) {
      throw TooLarge{};
    }
    const Number base = {.value = mpz_class(name.substr(1), 10)};
    coefficient = Multiply(coefficient, Power(base, whole.get_si()));
    sum -= whole;
  }
  if (sum == 0) {
    monomial.erase(name);
  }
}

bool IsOne(const Polynomial& polynomial) {
  return polynomial.size() == 1 && polynomial.begin()->first.empty() &&
         polynomial.begin()->second == kOne;
}

std::string ToText(const Polynomial& polynomial) {
  std::string text;
  for (const auto& [monomial, coefficient] : polynomial) {
    text += "+" + ToText(coefficient);
    for (const auto& [name, exponent] : monomial) {
      text += "*" + name + "^" + exponent.get_str();
    }
  }
  return text;
}

}  // namespace

Quotient MakeQuotient(const Number& number) {
  Quotient quotient;
  if (number.value != 0) {
    quotient.top.emplace(Monomial{}, number);
  }
  return quotient;
}

const Number* AsNumber(const Quotient& quotient) {
  static const Number zero;
  if (quotient.top.empty()) {
    return &zero;
  }
  const auto& [monomial, coefficient] = *quotient.top.begin();
  const bool is_number = quotient.top.size() == 1 && monomial.empty() && IsOne(quotient.bottom);
  return is_number ? &coefficient : nullptr;
}

std::string ToText(const Quotient& quotient) {
  return IsOne(quotient.bottom) ? ToText(quotient.top)
                                : ToText(quotient.top) + "/" + ToText(quotient.bottom);
}

Quotient Algebra::Generator(const std::string& name, const mpq_class& exponent) {
  Monomial monomial;
  Number coefficient = kOne;
  MultiplyTerm(monomial, coefficient, name, exponent);
  return {.top = {{monomial, coefficient}}};
}

Polynomial Algebra::Sum(const Polynomial& a, const Polynomial& b) {
  budget_.Spend(StepsOf(a) + StepsOf(b));
  Polynomial sum = a;
  for (const auto& [monomial, coefficient] : b) {
    AddTerm(sum, monomial, coefficient);
  }
  return sum;
}

Polynomial Algebra::Product(const Polynomial& a, const Polynomial& b) {
  if (a.size() * b.size() > kMaxTerms) {
    throw TooLarge{};
  }
  Polynomial product;
  for (const auto& left : a) {
    for (const auto& right : b) {
      budget_.Spend(kStepsOfProduct + StepsOf(left.first) + StepsOf(right.first) +
                    StepsOf(left.second) + StepsOf(right.second));
      Monomial monomial = left.first;
      Number coefficient = Multiply(left.second, right.second);
      for (const auto& [name, exponent] : right.first) {
        MultiplyTerm(monomial, coefficient, name, exponent);
      }
      AddTerm(product, monomial, coefficient);
    }
  }
  return product;
}

Quotient Algebra::Sum(const Quotient& a, const Quotient& b) {
  if (a.bottom == b.bottom) {
    return {Sum(a.top, b.top), a.bottom};
  }
  return {Sum(Product(a.top, b.bottom), Product(b.top, a.bottom)), Product(a.bottom, b.bottom)};
}

Quotient Algebra::Product(const Quotient& a, const Quotient& b) {
  return {Product(a.top, b.top), Product(a.bottom, b.bottom)};
}

// One term to an integer power is one term again.
Polynomial Algebra::PowerOfTerm(const Polynomial::value_type& term, std::int64_t exponent) {
  Monomial monomial;
  Number coefficient = latex::Power(term.second, exponent);
  budget_.Spend(StepsOf(term.first) + StepsOf(coefficient));
  for (const auto& [name, of] : term.first) {
    MultiplyTerm(monomial, coefficient, name, of * mpz_class(exponent));
  }
  return {{monomial, coefficient}};
}

Quotient Algebra::Power(const Quotient& base, std::int64_t exponent) {
  if (exponent < 0 && base.top.empty()) {
    throw Undefined{};
  }
  if (base.top.size() == 1 && IsOne(base.bottom)) {
    return {.top = PowerOfTerm(*base.top.begin(), exponent)};
  }
  if (exponent < 0) {
    // A bottom of one term is better divided by.
    const Quotient inverse =
        base.top.size() == 1
            ? Quotient{.top = Product(base.bottom, PowerOfTerm(*base.top.begin(), -1))}
            : Quotient{base.bottom, base.top};
    return Power(inverse, -exponent);
  }
  if (exponent > kMaxPower) {
    throw TooLarge{};
  }
  Quotient power = MakeQuotient(kOne);
  for (std::int64_t i = 0; i < exponent; ++i) {
    power = Product(power, base);
  }
  return power;
}

}  // namespace meval::latex
