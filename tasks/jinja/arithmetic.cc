#include "tasks/jinja/arithmetic.h"

#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace meval::tasks::jinja {
namespace {

// A result of ints as Python has it, while it fits.
Value ExactInteger(double approximate, std::int64_t exact) {
  if (!(std::abs(approximate) < 9e18)) {
    throw std::invalid_argument("expected a number below 9e18, found a larger one");
  }
  return exact;
}

Value IntegerArithmetic(std::string_view op, std::int64_t a, std::int64_t b) {
  const auto x = static_cast<double>(a);
  const auto y = static_cast<double>(b);
  // Unsigned arithmetic wraps where the check would refuse the result anyway.
  const auto u = static_cast<std::uint64_t>(a);
  const auto v = static_cast<std::uint64_t>(b);
  if (op == "+") return ExactInteger(x + y, static_cast<std::int64_t>(u + v));
  if (op == "-") return ExactInteger(x - y, static_cast<std::int64_t>(u - v));
  if (op == "*") return ExactInteger(x * y, static_cast<std::int64_t>(u * v));
  if (b == 0) throw std::invalid_argument("expected a divisor other than 0, found 0");
  if (op == "/") return x / y;
  if (b == -1)
    return op == "%" ? Value(std::int64_t{0}) : ExactInteger(-x, static_cast<std::int64_t>(0 - u));
  const bool rounds_down = a % b != 0 && ((a < 0) != (b < 0));
  if (op == "//") return a / b - (rounds_down ? 1 : 0);
  return a % b + (rounds_down ? b : 0);
}

}  // namespace

Value Arithmetic(std::string_view op, const Value& a, const Value& b) {
  if (!a.is_number() || !b.is_number()) {
    throw std::invalid_argument("expected two numbers" +
                                std::string(op == "+" ? ", strings or lists" : "") + " for \"" +
                                std::string(op) + "\", found " + a.Kind() + " and " + b.Kind());
  }
  if (a.integer() != nullptr && b.integer() != nullptr) {
    return IntegerArithmetic(op, *a.integer(), *b.integer());
  }
  const double x = a.AsDouble();
  const double y = b.AsDouble();
  if (op == "+") return x + y;
  if (op == "-") return x - y;
  if (op == "*") return x * y;
  if (y == 0) throw std::invalid_argument("expected a divisor other than 0, found 0");
  if (op == "/") return x / y;
  const double quotient = std::floor(x / y);
  return op == "//" ? quotient : x - quotient * y;
}

}  // namespace meval::tasks::jinja
