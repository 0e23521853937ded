#include "metrics/latex/exact_form.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "metrics/latex/factorial.h"
#include "metrics/latex/polynomial.h"

namespace meval::latex {
namespace {

constexpr std::int64_t kMaxExactArgument = 2'000;  // of factorials and binomial coefficients
constexpr unsigned long kMaxTrialDivisor = 10'000;
constexpr int kPrimalityRounds = 25;
constexpr std::size_t kMaxPrimeLimbs = 32;  // of what is tested to be a prime

// Steps of Budget, as measured.
constexpr std::int64_t kStepsOfLimb = 250;     // in trial divisions
constexpr std::int64_t kStepsOfPrime = 3;      // for the cube of limbs
constexpr std::int64_t kStepsOfFunction = 20;  // for each bit of a decimal
constexpr std::size_t kBytesOfStep = 4;        // of text that numbers are written to

bool IsSmallInteger(const Number& number) {
  return number.is_integer() && abs(number.value) <= kMaxExactArgument;
}

// A function of decimals is the decimal next to its value.
Number NearestDecimal(const Approximation& value, std::int64_t bits) {
  if (value.re != 0 && std::abs(LogMagnitude(value)) > static_cast<double>(kMaxNumberBits)) {
    throw TooLarge{};
  }
  return {.value = RoundToBits(mpq_class(value.re), bits), .bits = bits};
}

// Enough for a decimal to be rounded correctly.
mp_bitcnt_t WorkingBits(std::int64_t bits) { return static_cast<mp_bitcnt_t>(bits) + 128; }

class ExactForm {
 public:
  explicit ExactForm(Budget& budget) : budget_(budget), algebra_(budget) {}

  ExactVerdict Compare(const Expression& a, const Expression& b) {
    std::deque<Term> terms = {&a};
    if (b.kind != ExpressionKind::kSum) {
      const Quotient negative = Negative(TermOf(b));
      terms.push_back(b.kind == ExpressionKind::kNumber ? Term(*AsNumber(negative))
                                                        : Term(negative));
    } else {
      // A sum is summed up before it is taken away; what is left of it may be a sum again.
      const Summands summands = Collect({&b});
      if (!summands.others.empty() && a.kind == ExpressionKind::kSum) {
        terms = PartsOf(a);
      }
      terms.emplace_back(Multiply(summands.number, {.value = -1}));
      for (const Quotient& other : summands.others) {
        terms.emplace_back(Negative(other));
      }
    }
    const Quotient total = Total(Collect(std::move(terms)));
    if (total.top.empty()) {
      return ExactVerdict::kEqual;
    }
    const bool is_number = AsNumber(total) != nullptr;
    return generators_may_depend_ && !is_number ? ExactVerdict::kUndecided
                                                : ExactVerdict::kDifferent;
  }

 private:
  // A term as written, or what has become of it: a number to be added at once, or another term.
  using Term = std::variant<const Expression*, Number, Quotient>;

  struct Summands {
    Number number;                 // the sum of all terms that are written as numbers
    std::vector<Quotient> others;  // exact numbers first
  };

  static std::deque<Term> PartsOf(const Expression& sum) {
    std::deque<Term> parts;
    for (const ExpressionPtr& part : sum.parts) {
      parts.emplace_back(part.get());
    }
    return parts;
  }

  // Terms in order; those of a sum among them come after all others.
  Summands Collect(std::deque<Term> terms) {
    Summands summands;
    std::vector<Quotient> last;
    for (; !terms.empty(); terms.pop_front()) {
      if (const auto* number = std::get_if<Number>(&terms.front())) {
        summands.number = Add(summands.number, *number);
        continue;
      }
      Quotient value;
      if (const auto* written = std::get_if<const Expression*>(&terms.front())) {
        const Expression& expression = **written;
        if (expression.kind == ExpressionKind::kSum) {
          std::ranges::move(PartsOf(expression), std::back_inserter(terms));
          continue;
        }
        value = TermOf(expression);
        const bool is_number =
            expression.kind == ExpressionKind::kNumber || expression.kind == ExpressionKind::kPower;
        if (const Number* number = AsNumber(value); number != nullptr && is_number) {
          terms.insert(expression.kind == ExpressionKind::kNumber ? terms.begin() + 1 : terms.end(),
                       Term(*number));
          continue;
        }
      } else {
        value = std::get<Quotient>(terms.front());
      }
      const Number* number = AsNumber(value);
      (number != nullptr && number->is_exact() ? summands.others : last).push_back(value);
    }
    summands.others.insert(summands.others.end(), last.begin(), last.end());
    return summands;
  }

  Quotient Total(const Summands& summands) {
    Quotient total = MakeQuotient(summands.number);
    for (const Quotient& other : summands.others) {
      total = algebra_.Sum(total, other);
    }
    return total;
  }

  Quotient Negative(const Quotient& quotient) {
    return algebra_.Product(MakeQuotient({.value = -1}), quotient);
  }

  Quotient Form(const Expression& expression) {
    switch (expression.kind) {
      case ExpressionKind::kNumber:
        return MakeQuotient(expression.number);
      case ExpressionKind::kSymbol:
        return algebra_.Generator(expression.name);
      case ExpressionKind::kSum:
        return Total(Collect({&expression}));
      case ExpressionKind::kProduct:
        return ProductOf(expression);
      case ExpressionKind::kPower:
        return PowerOf(expression);
      case ExpressionKind::kFunction:
        return FunctionOf(expression);
      default:
        return Opaque(expression);
    }
  }

  Quotient ProductOf(const Expression& expression) {
    return algebra_.Product(Form(*expression.parts[0]), Form(*expression.parts[1]));
  }

  // A product that is a term of a sum: a number before another product becomes the first of its
  // factors.
  Quotient TermOf(const Expression& expression) {
    if (expression.kind != ExpressionKind::kProduct ||
        expression.parts[0]->kind != ExpressionKind::kNumber ||
        expression.parts[1]->kind != ExpressionKind::kProduct) {
      return Form(expression);
    }
    Quotient product = MakeQuotient(expression.parts[0]->number);
    for (const ExpressionPtr& factor : expression.parts[1]->parts) {
      product = algebra_.Product(product, Form(*factor));
    }
    return product;
  }

  // What is not computed with: a generator of its own.
  Quotient Named(const std::string& text) {
    generators_may_depend_ = true;
    budget_.Spend(static_cast<std::int64_t>(text.size() / kBytesOfStep));
    return algebra_.Generator("(" + text + ")");
  }
  Quotient Opaque(const Expression& expression) { return Named(ToText(expression)); }

  Quotient PowerOf(const Expression& expression) {
    const Quotient base = Form(*expression.parts[0]);
    const Quotient exponent = Form(*expression.parts[1]);
    const Number* number = AsNumber(exponent);
    if (number == nullptr) {
      return Named(ToText(base) + "^" + ToText(exponent));
    }
    if (number->is_integer()) {
      if (!number->value.get_num().fits_slong_p()) {
        throw TooLarge{};
      }
      return algebra_.Power(base, number->value.get_num().get_si());
    }
    const Number* constant = AsNumber(base);
    if (constant != nullptr && constant->value == 0) {
      if (number->value < 0) {
        throw Undefined{};
      }
      return MakeQuotient(*constant);
    }
    if (constant != nullptr && (!constant->is_exact() || !number->is_exact())) {
      return DecimalPower(*constant, *number);
    }
    return number->is_exact() ? Root(base, number->value)
                              : Named(ToText(base) + "^" + ToText(exponent));
  }

  Quotient DecimalPower(const Number& base, const Number& exponent) {
    const std::int64_t bits = std::max(base.bits, exponent.bits);
    budget_.Spend(kStepsOfFunction * bits);
    const mp_bitcnt_t working = WorkingBits(bits);
    const Approximation power = Power(Approximate(base, working), Approximate(exponent, working));
    return power.im == 0 ? MakeQuotient(NearestDecimal(power, bits))
                         : Named(ToText(base) + "^" + ToText(exponent));
  }

  // A power with a fraction as exponent. Coefficient and generator have their own roots where that
  // is true of complex values, too: not (x^2)^{1/2} = x.
  Quotient Root(const Quotient& base, const mpq_class& exponent) {
    if (base.top.size() == 1 && base.bottom == MakeQuotient({.value = 1}).top) {
      const auto& [monomial, coefficient] = *base.top.begin();
      const bool is_simple =
          monomial.empty() || (monomial.size() == 1 && monomial.begin()->second > 0 &&
                               monomial.begin()->second <= 1 && coefficient.value > 0);
      if (is_simple && coefficient.is_exact()) {
        Quotient root = RootOfNumber(coefficient.value, exponent);
        for (const auto& [name, of] : monomial) {
          root = algebra_.Product(root, algebra_.Generator(name, of * exponent));
        }
        return root;
      }
    }
    return Named(ToText(base) + "^" + exponent.get_str());
  }

  // Roots of different primes are independent of each other; what else remains may not be.
  Quotient RootOfNumber(const mpq_class& number, const mpq_class& exponent) {
    Quotient root = MakeQuotient({.value = 1});
    if (number < 0) {
      generators_may_depend_ = generators_may_depend_ || exponent.get_den() != 2;
      root = algebra_.Generator("#-1", exponent);
    }
    for (const auto& [prime, power] : Factors(number)) {
      root = algebra_.Product(root, algebra_.Generator("#" + prime.get_str(), exponent * power));
    }
    return root;
  }

  // False also for numbers that are too long to find out.
  bool IsPrime(const mpz_class& number) {
    const std::size_t limbs = mpz_size(number.get_mpz_t());
    if (limbs > kMaxPrimeLimbs) {
      return false;
    }
    budget_.Spend(kStepsOfPrime * static_cast<std::int64_t>(limbs * limbs * limbs));
    return mpz_probab_prime_p(number.get_mpz_t(), kPrimalityRounds) != 0;
  }

  // |number| as a product of powers.
  std::vector<std::pair<mpz_class, long>> Factors(const mpq_class& number) {
    std::vector<std::pair<mpz_class, long>> factors;
    for (const bool is_top : {true, false}) {
      mpz_class rest = is_top ? mpz_class(abs(number.get_num())) : number.get_den();
      budget_.Spend(kStepsOfLimb * static_cast<std::int64_t>(mpz_size(rest.get_mpz_t()) + 1));
      for (unsigned long divisor = 2; divisor <= kMaxTrialDivisor && rest != 1; ++divisor) {
        if (mpz_divisible_ui_p(rest.get_mpz_t(), divisor) != 0) {
          const mpz_class prime = divisor;
          const auto power =
              static_cast<long>(mpz_remove(rest.get_mpz_t(), rest.get_mpz_t(), prime.get_mpz_t()));
          factors.emplace_back(prime, is_top ? power : -power);
        }
      }
      if (rest != 1) {
        factors.emplace_back(rest, is_top ? 1 : -1);
        generators_may_depend_ = generators_may_depend_ || !IsPrime(rest);
      }
    }
    return factors;
  }

  Quotient FunctionOf(const Expression& expression) {
    std::vector<Quotient> arguments;
    std::string text = expression.name + ":";
    for (const ExpressionPtr& part : expression.parts) {
      arguments.push_back(Form(*part));
      text += ToText(arguments.back()) + ",";
    }
    if (expression.name == "log" && arguments.size() == 2) {
      return algebra_.Product(Logarithm(arguments[0]), algebra_.Power(Logarithm(arguments[1]), -1));
    }
    if (expression.name == "log") {
      return Logarithm(arguments[0]);
    }
    const Number* number = AsNumber(arguments[0]);
    const Number* second = AsNumber(arguments.back());
    std::optional<Number> value;
    if (number != nullptr && second != nullptr) {
      value = expression.name == "binomial" ? BinomialOf(*number, *second)
                                            : ValueOf(expression.name, *number);
    }
    return value ? MakeQuotient(*value) : Named(text);
  }

  // The logarithm of a rational number is the sum of those of its prime factors, which are
  // independent of each other but not, for instance, of exponents with them.
  Quotient Logarithm(const Quotient& argument) {
    const Number* number = AsNumber(argument);
    if (number == nullptr || number->value < 0) {
      return Named("log:" + ToText(argument));
    }
    if (number->value == 0) {
      throw Undefined{};
    }
    if (!number->is_exact()) {
      budget_.Spend(kStepsOfFunction * number->bits);
      return MakeQuotient(
          NearestDecimal(Log(Approximate(*number, WorkingBits(number->bits))), number->bits));
    }
    Quotient sum = MakeQuotient({});
    for (const auto& [prime, power] : Factors(number->value)) {
      sum = algebra_.Sum(
          sum, algebra_.Product(MakeQuotient({.value = power}), Named("log:" + prime.get_str())));
    }
    return sum;
  }

  std::optional<Number> BinomialOf(const Number& n, const Number& k) {
    if (!IsSmallInteger(n) || !IsSmallInteger(k)) {
      return std::nullopt;
    }
    mpz_class value = 0;
    if (k.value >= 0) {
      budget_.Spend(k.value.get_num().get_si());
      mpz_bin_ui(value.get_mpz_t(), n.value.get_num_mpz_t(), k.value.get_num().get_ui());
    }
    return Number{.value = value};
  }

  std::optional<Number> ValueOf(const std::string& name, const Number& number) {
    if (name == "abs") return Number{.value = abs(number.value), .bits = number.bits};
    if (name == "conjugate") return number;
    if (name == "floor" || name == "ceiling") {
      mpz_class whole;
      (name == "floor" ? mpz_fdiv_q : mpz_cdiv_q)(whole.get_mpz_t(), number.value.get_num_mpz_t(),
                                                  number.value.get_den_mpz_t());
      return Number{.value = whole};
    }
    if (name == "factorial" && IsSmallInteger(number)) {
      if (number.value < 0) {
        throw Undefined{};
      }
      budget_.Spend(number.value.get_num().get_si());
      mpz_class value;
      mpz_fac_ui(value.get_mpz_t(), number.value.get_num().get_ui());
      return Number{.value = value};
    }
    return number.is_exact() ? std::nullopt : DecimalValueOf(name, number);
  }

  std::optional<Number> DecimalValueOf(const std::string& name, const Number& number) {
    budget_.Spend(kStepsOfFunction * number.bits);
    const Approximation argument = Approximate(number, WorkingBits(number.bits));
    const std::optional<Approximation> value = name == "factorial"
                                                   ? std::optional(Factorial(argument, budget_))
                                                   : Elementary(name, argument);
    if (!value || value->im != 0) {
      return std::nullopt;
    }
    return NearestDecimal(*value, number.bits);
  }

  Budget& budget_;
  Algebra algebra_;
  bool generators_may_depend_ = false;
};

}  // namespace

ExactVerdict CompareExactly(const ExpressionPtr& a, const ExpressionPtr& b, Budget& budget) {
  return ExactForm(budget).Compare(*a, *b);
}

}  // namespace meval::latex
