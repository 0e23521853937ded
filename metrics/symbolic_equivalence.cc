#include "metrics/symbolic_equivalence.h"

#include <algorithm>

#include "metrics/latex/evaluation.h"
#include "metrics/latex/exact_form.h"
#include "metrics/latex/expression.h"
#include "metrics/latex/outcome.h"
#include "metrics/latex/reading.h"
#include "metrics/metric_error.h"
#include "metrics/unicode_text.h"

namespace meval {
namespace {

using latex::Approximation;
using latex::Expression;
using latex::ExpressionKind;
using latex::ExpressionPtr;

// 1/0, alone or as a term of a sum, there also with a number before it: the reference computes it
// where anything else is left to cancel.
bool IsDivisionByZero(const Expression& expression) {
  const auto& parts = expression.parts;
  if (expression.kind == ExpressionKind::kSum) {
    return std::ranges::any_of(parts, [](const ExpressionPtr& part) {
      const bool has_number =
          part->kind == ExpressionKind::kProduct && part->parts[0]->kind == ExpressionKind::kNumber;
      return IsDivisionByZero(has_number ? *part->parts[1] : *part);
    });
  }
  return expression.kind == ExpressionKind::kPower && latex::IsNumber(*parts[0], 0) &&
         latex::IsNumber(*parts[1], -1);
}

// Whether the value depends on the trial.
bool Varies(const Expression& expression) {
  return latex::HasSymbol(expression) || latex::Has(expression, ExpressionKind::kApplied);
}

enum class Closeness : std::uint8_t { kSame, kDifferent, kUnclear };

// The two values where symbols have the values of this trial.
Closeness Compare(const Expression& a, const Expression& b, std::uint64_t trial, mp_bitcnt_t bits,
                  latex::Budget& budget) {
  latex::Evaluator evaluator(trial, bits, budget);
  const Approximation difference = evaluator.Evaluate(a) - evaluator.Evaluate(b);
  if (!latex::IsZero(difference)) {
    return Closeness::kDifferent;
  }
  // Where large numbers or cancellation leave less than 64 bits behind the point, more are needed.
  constexpr double kBitsToAgree = 64;
  return difference.log_error < -kBitsToAgree ? Closeness::kSame : Closeness::kUnclear;
}

bool AgreeAtAllPoints(const Expression& a, const Expression& b, latex::Budget& budget) {
  constexpr mp_bitcnt_t kBits = 320;
  constexpr mp_bitcnt_t kMaxBits = 4 * 1280;
  const std::uint64_t num_trials =
      Varies(a) || Varies(b) ? latex::Evaluator::kNumTrials : std::uint64_t{1};
  for (std::uint64_t trial = 0; trial < num_trials; ++trial) {
    Closeness closeness = Closeness::kUnclear;
    for (mp_bitcnt_t bits = kBits; closeness == Closeness::kUnclear && bits <= kMaxBits;
         bits *= 4) {
      closeness = Compare(a, b, trial, bits, budget);
    }
    if (closeness != Closeness::kSame) {
      return false;
    }
  }
  return true;
}

bool AreEqual(const ExpressionPtr& a, const ExpressionPtr& b, latex::Budget& budget) {
  if (latex::Has(*a, ExpressionKind::kInfinity) || latex::Has(*b, ExpressionKind::kInfinity)) {
    return false;
  }
  const bool has_decimal = latex::HasDecimal(*a) || latex::HasDecimal(*b);
  if (!has_decimal && latex::IsSame(*a, *b)) {
    return !IsDivisionByZero(*a);
  }
  latex::ExactVerdict verdict = latex::ExactVerdict::kUndecided;
  try {
    verdict = latex::CompareExactly(a, b, budget);
  } catch (const latex::TooLarge&) {
    // Approximations have room for larger numbers.
  }
  if (verdict != latex::ExactVerdict::kUndecided) {
    return verdict == latex::ExactVerdict::kEqual;
  }
  return !has_decimal && AgreeAtAllPoints(*a, *b, budget);
}

}  // namespace

bool IsSymbolicallyEqual(std::string_view a, std::string_view b) {
  constexpr std::string_view kMetric = "math_equiv_symbolic";
  RequireUtf8(kMetric, "first answer", a);
  RequireUtf8(kMetric, "second answer", b);
  latex::Budget budget;
  try {
    return AreEqual(latex::Read(Strip(a), budget), latex::Read(Strip(b), budget), budget);
  } catch (const latex::Unreadable&) {
    return false;
  } catch (const latex::Undefined&) {
    return false;
  } catch (const latex::TooLarge&) {
    return false;
  }
}

}  // namespace meval
