#include "metrics/metric_error.h"
#include "metrics/numeric_match.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

MEVAL_FUZZ_TARGET(numeric_match) {
  const std::string a = input.Text();
  const std::string b = input.Text();
  try {
    const auto canonical = CanonicalDecimal(a);
    fuzz::Require(NumericMatch(a, a) == canonical.has_value(), "a number, and no more, is itself");
    fuzz::Require(!canonical || CanonicalDecimal(*canonical) == canonical,
                  "a canonical form is its own");
    fuzz::Require(NumericMatch(a, b) == NumericMatch(b, a), "equality has no direction");
    fuzz::Require(NumericMatch(a, b) == (canonical && canonical == CanonicalDecimal(b)),
                  "numbers are equal if their canonical forms are");
  } catch (const MetricError&) {
  }
}

}  // namespace
}  // namespace meval
