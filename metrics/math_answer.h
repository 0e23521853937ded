#ifndef MEVAL_METRICS_MATH_ANSWER_H_
#define MEVAL_METRICS_MATH_ANSWER_H_

// Whether two answers to a MATH problem are the same, by the rules in use for them, one after the
// other: what any of them calls equal is equal. Each alone is a metric of its own.
//
//   text     equal after Minerva's replacements (metrics/minerva_math.h), or after those of the
//            data set's authors (metrics/hendrycks_math.h)
//   meaning  the same number or expression (metrics/symbolic_equivalence.h)
//
// All throw MetricError for text that is not valid UTF-8.

#include <string_view>

namespace meval {

bool IsSameMathText(std::string_view a, std::string_view b);
bool IsSameMathAnswer(std::string_view a, std::string_view b);  // text or meaning

}  // namespace meval

#endif  // MEVAL_METRICS_MATH_ANSWER_H_
