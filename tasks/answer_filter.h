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
  bool is_valid = true;  // false exactly then
};

// A regex step takes match number `select` of all matches (a number beyond them takes the
// fallback); of several groups the first that is not empty; then strips it. As lm-evaluation-
// harness does, a single group's empty text is an answer, and only a match whose groups are all
// empty, of several, counts as none.
class AnswerFilter {
 public:
  // Throws RegexError (metrics/python_regex.h), which a parsed definition rules out.
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
