#include "tasks/render/template.h"

#include <utility>

#include "tasks/nearest_name.h"
#include "tasks/records/json_parser.h"

namespace meval::tasks {
namespace {

constexpr std::string_view kTextFilter = "text";
constexpr std::string_view kNullFilter = "null_as_empty";
constexpr std::string_view kJsonFilter = "json";

[[noreturn]] void FailAt(std::size_t offset, const std::string& what) {
  throw FieldError("byte " + std::to_string(offset + 1) + ": " + what);
}

}  // namespace

Placeholder Placeholder::Parse(std::string_view text, const FilterSet& filters) {
  Placeholder placeholder;
  const std::size_t bar = text.find('|');
  placeholder.path_ = FieldPath::Parse(text.substr(0, bar));
  if (placeholder.path_.gathers()) {
    throw FieldError("field path " + Quoted(placeholder.path_.text()) +
                     " gathers a list; only the fields of a shape may, under a name of their own");
  }
  std::size_t at = bar;
  bool is_first = true;
  while (at != text.npos) {
    const std::size_t next = text.find('|', at + 1);
    const std::string_view name =
        text.substr(at + 1, next == text.npos ? text.npos : next - at - 1);
    if (name == kTextFilter && is_first) {
      placeholder.accepts_scalars_ = true;
    } else if (name == kNullFilter && is_first) {
      placeholder.accepts_null_ = true;
    } else if (name == kJsonFilter && is_first) {
      placeholder.writes_json_ = true;
    } else if (const auto index = filters.Find(name)) {
      placeholder.filters_.push_back(*index);
    } else {
      std::vector<std::string> known = filters.names();
      if (is_first) {
        for (const std::string_view first : {kTextFilter, kNullFilter, kJsonFilter}) {
          known.emplace_back(first);
        }
      }
      throw FieldError("unknown filter " + Quoted(name) + DidYouMean(name, known) +
                       "; there are: " + JoinNames(known));
    }
    is_first = false;
    at = next;
  }
  return placeholder;
}

const Value& Placeholder::Resolve(const FieldScope& scope) const {
  return path_.Follow(scope.Get(path_.root()));
}

std::string Placeholder::Text(const Value& value, const FilterSet& filters) const {
  const bool is_scalar = value.kind == Value::Kind::kInteger ||
                         value.kind == Value::Kind::kNumber || value.kind == Value::Kind::kBoolean;
  const bool is_empty = accepts_null_ && value.kind == Value::Kind::kNull;
  if (!writes_json_ && !value.is_string() && !(accepts_scalars_ && is_scalar) && !is_empty) {
    throw FieldError(
        "field \"" + path_.text() + "\": expected a string" +
        (accepts_scalars_ ? ", number or boolean" : "") + ", found " + value.Describe() +
        (is_scalar ? "; {" + path_.text() + "|text} lets it in as it is spelled" : ""));
  }
  std::string text = writes_json_ ? WriteJson(value) : is_empty ? "" : value.text;
  for (const std::size_t index : filters_) {
    try {
      text = filters.at(index).Apply(std::move(text));
    } catch (const FieldError& error) {
      throw FieldError("field \"" + path_.text() + "\": " + error.what());
    }
  }
  return text;
}

Template Template::Parse(std::string_view text, const FilterSet& filters) {
  Template result;
  Piece piece;
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    const bool is_doubled = at + 1 < text.size() && text[at + 1] == c;
    if (c == '{' && !is_doubled) {
      const std::size_t close = text.find('}', at);
      if (close == text.npos) FailAt(at, "the brace opened here is never closed; write {{ for {");
      try {
        piece.placeholder = Placeholder::Parse(text.substr(at + 1, close - at - 1), filters);
      } catch (const FieldError& error) {
        FailAt(at, error.what());
      }
      piece.has_placeholder = true;
      result.pieces_.push_back(std::exchange(piece, Piece()));
      at = close + 1;
    } else if (c == '}' && !is_doubled) {
      FailAt(at, "a closing brace without an opening one; write }} for }");
    } else {
      piece.literal += c;
      at += c == '{' || c == '}' ? 2 : 1;
    }
  }
  if (!piece.literal.empty()) result.pieces_.push_back(std::move(piece));
  return result;
}

std::string Template::Render(const FieldScope& scope, const FilterSet& filters) const {
  Span unused;
  return Render(scope, filters, "", unused);
}

std::string Template::Render(const FieldScope& scope, const FilterSet& filters,
                             std::string_view field, Span& span) const {
  span = Span();
  std::string out;
  for (const Piece& piece : pieces_) {
    out += piece.literal;
    if (!piece.has_placeholder) continue;
    const std::size_t begin = out.size();
    out += piece.placeholder.Text(piece.placeholder.Resolve(scope), filters);
    if (piece.placeholder.path().root() == field) span = {begin, out.size()};
  }
  return out;
}

std::vector<std::string> Template::RenderList(const FieldScope& scope,
                                              const FilterSet& filters) const {
  const Placeholder& placeholder = pieces_.front().placeholder;
  const Value& list = placeholder.Resolve(scope);
  if (list.kind != Value::Kind::kArray) {
    throw FieldError("field \"" + placeholder.path().text() + "\": expected a list, found " +
                     list.Describe());
  }
  std::vector<std::string> texts;
  for (const Value& item : list.items) texts.push_back(placeholder.Text(item, filters));
  return texts;
}

std::vector<std::string> Template::RenderListOrText(const FieldScope& scope,
                                                    const FilterSet& filters) const {
  const Placeholder& placeholder = pieces_.front().placeholder;
  const Value& value = placeholder.Resolve(scope);
  if (value.is_string()) return {placeholder.Text(value, filters)};
  return RenderList(scope, filters);
}

bool Template::is_one_placeholder() const {
  return pieces_.size() == 1 && pieces_[0].has_placeholder && pieces_[0].literal.empty();
}

std::set<std::string> Template::fields() const {
  std::set<std::string> names;
  for (const Piece& piece : pieces_) {
    if (piece.has_placeholder) names.insert(piece.placeholder.path().root());
  }
  return names;
}

std::size_t Template::Count(std::string_view field) const {
  std::size_t count = 0;
  for (const Piece& piece : pieces_) {
    if (piece.has_placeholder && piece.placeholder.path().root() == field) ++count;
  }
  return count;
}

}  // namespace meval::tasks
