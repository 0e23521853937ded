#include <algorithm>

#include "metrics/metric_error.h"
#include "metrics/python_regex.h"
#include "metrics/unicode_text.h"
#include "tasks/answer_filter.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

// Up to four filter steps on a completion, from: for each step its kind and where to select; the
// completion; the steps' patterns.
MEVAL_FUZZ_TARGET(answer_filter) {
  std::vector<FilterStep> steps(input.Below(5));
  for (FilterStep& step : steps) {
    step.kind = static_cast<FilterStep::Kind>(input.Below(4));
    step.select = static_cast<std::int64_t>(input.Below(3)) - 1;
  }
  const std::string completion = input.Text();
  for (FilterStep& step : steps) {
    step.pattern = input.Text();
  }
  if (std::any_of(steps.begin(), steps.end(), [](const FilterStep& step) {
        return FindInvalidUtf8(step.pattern).has_value();
      })) {
    return;  // definitions are JSON and so UTF-8
  }
  try {
    const ExtractedAnswer answer = AnswerFilter(steps).Apply(completion);
    fuzz::Require(!FindInvalidUtf8(answer.text), "an answer is UTF-8");
    fuzz::Require(!answer.is_valid || completion.find(answer.text) != completion.npos,
                  "a valid answer occurs in the completion");
  } catch (const RegexError&) {
  } catch (const MetricError&) {
  }
}

}  // namespace
}  // namespace meval
