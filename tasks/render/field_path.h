#ifndef MEVAL_TASKS_RENDER_FIELD_PATH_H_
#define MEVAL_TASKS_RENDER_FIELD_PATH_H_

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tasks/records/value.h"

namespace meval::tasks {

// What is wrong with one record, or with one text of a definition, without saying where it stands:
// who reads the file adds that.
class FieldError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A way into a record: `question`, `choices[2]`, `question.stem`, `answers.text[0]`. A name is any
// run of characters without . [ ] | { } and not empty; an index counts from 0.
class FieldPath {
 public:
  // Throws FieldError.
  static FieldPath Parse(std::string_view text);

  const std::string& text() const { return text_; }
  const std::string& root() const { return root_; }

  // Follows the path below its root's value. Throws FieldError that names the step that fails.
  const Value& Follow(const Value& root_value) const;
  // As Follow, from a record's object; null where a step is missing.
  const Value* FindIn(const Value& object) const;

 private:
  using Step = std::variant<std::string, std::size_t>;
  std::string text_;
  std::string root_;
  std::vector<Step> steps_;  // after the root
};

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_RENDER_FIELD_PATH_H_
