#include "metrics/latex/evaluation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>

#include "metrics/latex/factorial.h"

namespace meval::latex {
namespace {

constexpr std::int64_t kMaxRepetitions = 2000;

// Steps of Budget that a node takes at the usual precision, as measured.
constexpr std::int64_t kUsualBits = 320;
std::int64_t StepsOf(const Expression& expression) {
  switch (expression.kind) {
    case ExpressionKind::kSum:
    case ExpressionKind::kProduct:
      return 20 * static_cast<std::int64_t>(expression.parts.size());
    case ExpressionKind::kPower:
    case ExpressionKind::kFunction:
      return 2'000;  // factorials and binomial coefficients take more themselves
    case ExpressionKind::kApplied:
      return 200;
    default:
      return 20;
  }
}

// FNV-1a, then the finalizer of SplitMix64.
std::uint64_t Hash(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  }
  hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9U;
  hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBU;
  return hash ^ (hash >> 31);
}

// 0 <= x < 1, exact in a double.
double Fraction(std::uint64_t hash) { return std::ldexp(static_cast<double>(hash >> 40), -24); }

// Where symbols lie in each trial: angle in degrees, and how far values spread around it. Near 180
// degrees, products and roots of several symbols wrap around; elsewhere they do not.
struct Region {
  double angle;
  double spread;
  double size;
};
constexpr std::array<Region, Evaluator::kNumTrials> kRegions = {{
    {165, 10, 2},
    {-165, 10, 2},
    {95, 10, 6},
    {20, 15, 1},
    {0, 180, 1},
    {0, 180, 2},
    {0, 180, 4},
    {-100, 20, 3},
}};

}  // namespace

// A value with absolute value between half and one and a half of the trial's size.
Approximation Evaluator::Random(const std::string& seed) const {
  const Region& region = kRegions[trial_ % kNumTrials];
  const std::uint64_t hash = Hash(seed + "#" + std::to_string(trial_));
  const double turn =
      (region.angle + region.spread * (2 * Fraction(hash) - 1)) / 180 * std::numbers::pi;
  const double size = region.size * (0.5 + Fraction(Hash(seed + "!" + std::to_string(hash))));
  // Multiples of 2^-24, so that small sums of them are exact.
  const auto round = [](double x) { return std::ldexp(std::round(std::ldexp(x, 24)), -24); };
  return {Real(round(size * std::cos(turn)), bits_), Real(round(size * std::sin(turn)), bits_),
          Approximation::kExact};
}

Approximation Evaluator::SymbolValue(const std::string& name) {
  const auto found = values_.find(name);
  return found != values_.end() ? found->second : Random(name);
}

Approximation Evaluator::Evaluate(const Expression& expression) {
  budget_.Spend(StepsOf(expression) * static_cast<std::int64_t>(bits_) / kUsualBits);
  const auto part = [&](std::size_t i) { return Evaluate(*expression.parts[i]); };
  switch (expression.kind) {
    case ExpressionKind::kNumber:
      return Approximate(expression.number, bits_);
    case ExpressionKind::kSymbol:
      return SymbolValue(expression.name);
    case ExpressionKind::kInfinity:
      throw Undefined{};
    case ExpressionKind::kSum:
    case ExpressionKind::kProduct: {
      Approximation result = part(0);
      for (std::size_t i = 1; i < expression.parts.size(); ++i) {
        result = expression.kind == ExpressionKind::kSum ? result + part(i) : result * part(i);
      }
      return result;
    }
    case ExpressionKind::kPower:
      return Power(part(0), part(1));
    case ExpressionKind::kFunction:
      return FunctionValue(expression);
    case ExpressionKind::kDerivative:
      return DerivativeValue(expression);
    case ExpressionKind::kSumOver:
    case ExpressionKind::kProductOver:
      return RepeatedValue(expression);
    case ExpressionKind::kLimit:
      return LimitValue(expression);
    case ExpressionKind::kIntegral:
      return BoundValue(expression);
    case ExpressionKind::kApplied:
      break;
  }
  std::vector<Approximation> arguments;
  for (const ExpressionPtr& argument : expression.parts) {
    arguments.push_back(Evaluate(*argument));
  }
  return Arbitrary(expression.name, arguments);
}

Approximation Evaluator::FunctionValue(const Expression& expression) {
  const std::string& name = expression.name;
  const Approximation first = Evaluate(*expression.parts.front());
  if (auto value = Elementary(name, first)) {
    return *std::move(value);
  }
  if (name == "log") {
    return expression.parts.size() == 1 ? Log(first)
                                        : Log(first) / Log(Evaluate(*expression.parts[1]));
  }
  if (name == "binomial") return Binomial(first, Evaluate(*expression.parts[1]), budget_);
  if (name == "factorial") return Factorial(first, budget_);
  if (name == "abs") return Abs(first);
  if (name == "conjugate") return Conjugate(first);
  return name == "floor" ? Floor(first) : -Floor(-first);
}

// A polynomial with random coefficients: no function of a given name satisfies an equation that
// all functions do not.
Approximation Evaluator::Arbitrary(const std::string& name,
                                   const std::vector<Approximation>& arguments) {
  const std::string seed = name + "/" + std::to_string(arguments.size());
  Approximation value = Random(seed);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    Approximation power = arguments[i];
    for (int degree = 1; degree <= 3; ++degree) {
      value = value + Random(seed + "," + std::to_string(i) + "," + std::to_string(degree)) * power;
      power = power * arguments[i];
    }
  }
  return value;
}

Approximation Evaluator::With(const std::string& symbol, const Approximation& value,
                              const Expression& expression) {
  // Restored on the way out, by an exception too.
  struct Scope {
    explicit Scope(std::map<std::string, Approximation>& to_restore)
        : values(to_restore), saved(to_restore) {}
    ~Scope() { values = std::move(saved); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

    std::map<std::string, Approximation>& values;
    std::map<std::string, Approximation> saved;
  };
  const Scope scope(values_);
  values_.insert_or_assign(symbol, value);
  return Evaluate(expression);
}

// The central difference quotient: with a step of 2^-bits/3, what it leaves out and what
// cancellation loses are equally small.
Approximation Evaluator::DerivativeValue(const Expression& expression) {
  const std::string& symbol = expression.parts[1]->name;
  const Expression& of = *expression.parts[0];
  const auto step_bits = static_cast<std::int64_t>(bits_ / 3);
  const Approximation step = Approximate({.value = mpq_class(1, mpz_class(1) << bits_ / 3)}, bits_);
  const Approximation at = SymbolValue(symbol);
  const Approximation above = With(symbol, at + step, of);
  const Approximation below = With(symbol, at - step, of);
  Approximation quotient = (above - below) / (step + step);
  const double left_out = std::max(LogMagnitude(above), 0.0) - 2 * static_cast<double>(step_bits);
  quotient.log_error = std::max(quotient.log_error, left_out) + 24;
  return quotient;
}

// sum_{k=first}^{last}; for last < first - 1 the terms between, negated (Karr 1981). Products
// likewise.
Approximation Evaluator::RepeatedValue(const Expression& expression) {
  const auto first = AsInteger(Evaluate(*expression.parts[2]));
  const auto last = AsInteger(Evaluate(*expression.parts[3]));
  if (!first || !last || std::abs(*last - *first) > kMaxRepetitions) {
    return BoundValue(expression);
  }
  const bool is_sum = expression.kind == ExpressionKind::kSumOver;
  const bool is_reversed = *last < *first;
  Approximation result = Approximate(is_sum ? 0 : 1, bits_);
  for (std::int64_t k = is_reversed ? *last + 1 : *first; k <= (is_reversed ? *first - 1 : *last);
       ++k) {
    const Approximation term =
        With(expression.parts[1]->name, Approximate(k, bits_), *expression.parts[0]);
    result = is_sum ? result + term : result * term;
  }
  if (is_reversed) {
    result = is_sum ? -result : Approximate(1, bits_) / result;
  }
  return result;
}

Approximation Evaluator::LimitValue(const Expression& expression) {
  try {
    return With(expression.parts[1]->name, Evaluate(*expression.parts[2]), *expression.parts[0]);
  } catch (const Undefined&) {
    return BoundValue(expression);
  }
}

// An operator with a symbol of its own, not computed: depends on that symbol, on the bounds and on
// what stands inside at two places.
Approximation Evaluator::BoundValue(const Expression& expression) {
  std::vector<Approximation> arguments;
  for (const char* place : {"place 1", "place 2"}) {
    arguments.push_back(With(expression.parts[1]->name, Random(place), *expression.parts[0]));
  }
  for (std::size_t i = 2; i < expression.parts.size(); ++i) {
    const bool is_infinite = expression.parts[i]->kind == ExpressionKind::kInfinity;
    arguments.push_back(is_infinite ? Random("infinity") : Evaluate(*expression.parts[i]));
  }
  return Arbitrary("\\" + std::to_string(static_cast<int>(expression.kind)) + expression.name +
                       expression.parts[1]->name,
                   arguments);
}

}  // namespace meval::latex
