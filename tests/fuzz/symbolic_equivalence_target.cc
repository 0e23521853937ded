#include "metrics/metric_error.h"
#include "metrics/symbolic_equivalence.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

MEVAL_FUZZ_TARGET(symbolic_equivalence) {
  const std::string a = input.Text();
  const std::string b = input.Text();
  try {
    const bool is_equal = IsSymbolicallyEqual(a, b);
    const bool has_decimals = (a + b).find('.') != std::string::npos;
    fuzz::Require(has_decimals || IsSymbolicallyEqual(b, a) == is_equal,
                  "equality has no direction");
    const bool is_readable = IsSymbolicallyEqual(a, a);
    fuzz::Require(IsSymbolicallyEqual(" " + a + "\n", a) == is_readable,
                  "white space around an answer does not count");
  } catch (const MetricError&) {
  }
}

}  // namespace
}  // namespace meval
