#ifndef MEVAL_TESTS_REPORTS_EXAMPLE_COMPARISON_H_
#define MEVAL_TESTS_REPORTS_EXAMPLE_COMPARISON_H_

// Hand-made comparisons and outcomes that together set every field. The numbers are invented.

#include <string>

#include "reports/comparison.h"
#include "reports/history.h"
#include "reports/outcomes.h"

namespace meval::testing {

// Three runs on a task of right and wrong answers, a graded one and a perplexity: every verdict,
// texts that would do harm where they are not made harmless.
Comparison ExampleComparison();

// A text that is markup, a terminal sequence, a change of direction, a NUL and ill-formed at once.
std::string HostileText();

// Three runs of a task, the last one worse, and one of a perplexity without an interval.
History ExampleHistory();

// A run of two tasks, one of which has corpus metrics.
RunOutcomes ExampleOutcomes();

}  // namespace meval::testing

#endif  // MEVAL_TESTS_REPORTS_EXAMPLE_COMPARISON_H_
