#ifndef MEVAL_TASKS_IMPORT_FIELD_TEMPLATE_H_
#define MEVAL_TASKS_IMPORT_FIELD_TEMPLATE_H_

// The Jinja templates of lm-evaluation-harness that only name fields, in the form of our own:
//
//   "Q: {{question.strip()}}\nA:"             "Q: {question|strip}\nA:"
//   "{{choices.text[0]}}"                     "{choices.text[0]}"
//   "{{[sol1, sol2]}}"                        "{sol1}", "{sol2}"
//   "{{choices.label.index(answerKey)}}"      the label {answerKey} among {choices.label}
//
// Each throws FieldError (tasks/render/field_path.h) that says what has no counterpart.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace meval::tasks {

// A text copied as it is, its braces doubled.
std::string AsLiteral(std::string_view text);

// A template of placeholders with or without text around them. A bare name is a field, as in the
// reference, which looks it up among the record's.
std::string ConvertTemplate(std::string_view text);

// A template that is one expression or a bare name.
struct ConvertedExpression {
  std::string placeholder;                                      // "{choices.text}"; or
  std::vector<std::string> list;                                // [a, 'b']: our templates
  std::optional<std::pair<std::string, std::string>> index_of;  // {labels}, {key}
  std::optional<std::pair<std::vector<std::string>, std::string>> index_in;  // ['A', 'B'], {key}
};
ConvertedExpression ConvertExpression(std::string_view text);

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_IMPORT_FIELD_TEMPLATE_H_
