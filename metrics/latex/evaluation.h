#ifndef MEVAL_METRICS_LATEX_EVALUATION_H_
#define MEVAL_METRICS_LATEX_EVALUATION_H_

// The value of an expression where its symbols have values.
//
// Unknown functions, and what is not computed (integrals, limits that are not reached by inserting
// the point, sums without integer bounds), are values that depend on the name and the values inside
// in an arbitrary but fixed way: they are equal where these are.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "metrics/latex/approximation.h"
#include "metrics/latex/expression.h"
#include "metrics/latex/outcome.h"

namespace meval::latex {

class Evaluator {
 public:
  // `trial` numbers the values that symbols take: fixed pseudo-random complex numbers with absolute
  // values between 1/2 and 8, on both sides of all branch cuts.
  Evaluator(std::uint64_t trial, mp_bitcnt_t bits, Budget& budget)
      : trial_(trial), bits_(bits), budget_(budget) {}

  static constexpr std::uint64_t kNumTrials = 8;

  // Throws Undefined and TooLarge.
  Approximation Evaluate(const Expression& expression);

 private:
  Approximation SymbolValue(const std::string& name);
  Approximation FunctionValue(const Expression& expression);
  Approximation Arbitrary(const std::string& name, const std::vector<Approximation>& arguments);
  Approximation DerivativeValue(const Expression& expression);
  Approximation RepeatedValue(const Expression& expression);
  Approximation LimitValue(const Expression& expression);
  Approximation BoundValue(const Expression& expression);
  Approximation With(const std::string& symbol, const Approximation& value,
                     const Expression& expression);
  Approximation Random(const std::string& seed) const;

  std::uint64_t trial_;
  mp_bitcnt_t bits_;
  Budget& budget_;
  std::map<std::string, Approximation> values_;  // of symbols, where not by trial
};

}  // namespace meval::latex

#endif  // MEVAL_METRICS_LATEX_EVALUATION_H_
