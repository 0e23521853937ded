#ifndef MEVAL_TASKS_RENDER_TEMPLATE_H_
#define MEVAL_TASKS_RENDER_TEMPLATE_H_

// Text with placeholders for a record's fields:
//
//   "{question|strip}\nA. {choices[0]}\nB. {choices[1]}\nAnswer:"
//
// A placeholder is a field path and filters, applied from left to right. Its value must be a
// string; the filter `text`, which must come first, lets numbers and booleans in as the file
// spells them, `null_as_empty`, likewise, lets null in as no text, and `json`, likewise, writes any
// value as JSON on one line. `{{` and `}}` stand for braces. Everything else is copied byte for
// byte, trailing newlines included.

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tasks/records/value.h"
#include "tasks/render/field_path.h"
#include "tasks/render/text_filter.h"

namespace meval::tasks {

// The fields of one record under the names that templates use.
class FieldScope {
 public:
  virtual ~FieldScope() = default;
  // Throws FieldError that lists the fields there are.
  virtual const Value& Get(std::string_view name) const = 0;
};

class Placeholder {
 public:
  // The inside of the braces. Throws FieldError: not a path, an unknown filter.
  static Placeholder Parse(std::string_view text, const FilterSet& filters);

  const FieldPath& path() const { return path_; }
  bool accepts_scalars() const { return accepts_scalars_; }
  const Value& Resolve(const FieldScope& scope) const;
  // One value's text. Throws FieldError if it has none.
  std::string Text(const Value& value, const FilterSet& filters) const;

 private:
  FieldPath path_;
  bool accepts_scalars_ = false;
  bool accepts_null_ = false;
  bool writes_json_ = false;
  std::vector<std::size_t> filters_;
};

class Template {
 public:
  // Throws FieldError with the byte offset of what is wrong.
  static Template Parse(std::string_view text, const FilterSet& filters);

  std::string Render(const FieldScope& scope, const FilterSet& filters) const;
  // As Render, and the bytes that the placeholder of `field` fills. [0, 0) if there is none.
  struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  std::string Render(const FieldScope& scope, const FilterSet& filters, std::string_view field,
                     Span& span) const;
  // For a template that is one placeholder and nothing else, naming a list of strings: each
  // element's text.
  std::vector<std::string> RenderList(const FieldScope& scope, const FilterSet& filters) const;
  // The same where a text stands for a list of one.
  std::vector<std::string> RenderListOrText(const FieldScope& scope,
                                            const FilterSet& filters) const;

  bool is_one_placeholder() const;
  // The fields named, and how often `field` is.
  std::set<std::string> fields() const;
  std::size_t Count(std::string_view field) const;

 private:
  struct Piece {
    std::string literal;  // copied before the placeholder
    bool has_placeholder = false;
    Placeholder placeholder;
  };
  std::vector<Piece> pieces_;
};

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_RENDER_TEMPLATE_H_
