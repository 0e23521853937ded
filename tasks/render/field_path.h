#ifndef MEVAL_TASKS_RENDER_FIELD_PATH_H_
#define MEVAL_TASKS_RENDER_FIELD_PATH_H_

#include <cstddef>
#include <optional>
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
//
// Three steps gather a list: `choices[*].text` is the text of every element, `targets[keys]` and
// `targets[values]` are the names and the values of an object's members, in the file's order.
class FieldPath {
 public:
  // Throws FieldError.
  static FieldPath Parse(std::string_view text);

  const std::string& text() const { return text_; }
  const std::string& root() const { return root_; }
  bool gathers() const;

  // Follows a path that does not gather below its root's value. Throws FieldError that names the
  // step that fails.
  const Value& Follow(const Value& root_value) const;
  // The same for any path, by value.
  Value Read(const Value& root_value) const;
  // Whether every step is there in a record's object.
  bool IsIn(const Value& object) const;

 private:
  enum class Gather { kEach, kKeys, kValues };
  using Step = std::variant<std::string, std::size_t, Gather>;

  // The inside of brackets and the closing one, if it is one of the words.
  static std::optional<Gather> TakeGather(std::string_view& rest);
  static const Value& Take(const Value& value, const Step& step, std::string& so_far);
  Value ReadFrom(const Value& value, std::size_t step, std::string so_far) const;

  std::string text_;
  std::string root_;
  std::vector<Step> steps_;  // after the root
};

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_RENDER_FIELD_PATH_H_
