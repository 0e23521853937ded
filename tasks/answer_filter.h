#ifndef MEVAL_TASKS_ANSWER_FILTER_H_
#define MEVAL_TASKS_ANSWER_FILTER_H_

// What a completion answers: a score's filter steps, carried out in order.
//
//   const AnswerFilter strict(score.filters);
//   const ExtractedAnswer answer = strict.Apply("so 6 * 7 = 42\n#### 42");   // "42"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tasks/task_definition.h"

namespace meval {

struct ExtractedAnswer {
  std::string text;      // the step's fallback ("[invalid]") where a pattern matches nothing
  bool is_valid = true;  // false exactly then, or where no phrase announces an answer
};

// A regex step is the reference's filter (RegexFilter, metrics/extract.h).
class AnswerFilter {
 public:
  // Throws RegexError (metrics/python_regex.h), which a parsed definition rules out. Apply throws
  // MetricError for a completion that is not valid UTF-8.
  explicit AnswerFilter(const std::vector<FilterStep>& steps);
  ~AnswerFilter();
  AnswerFilter(AnswerFilter&&) noexcept;
  AnswerFilter& operator=(AnswerFilter&&) noexcept;

  ExtractedAnswer Apply(std::string_view completion) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace meval

#endif  // MEVAL_TASKS_ANSWER_FILTER_H_
