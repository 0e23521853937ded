#include "tasks/import/field_template.h"

#include <cctype>

#include "tasks/records/value.h"
#include "tasks/render/field_path.h"

namespace meval::tasks {
namespace {

bool IsNameStart(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool IsNamePart(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool IsBareName(std::string_view text) {
  if (text.empty() || !IsNameStart(text.front())) return false;
  for (const char c : text) {
    if (!IsNamePart(c)) return false;
  }
  return true;
}

// One expression between {{ and }}, read from the left.
class ExpressionReader {
 public:
  explicit ExpressionReader(std::string_view text) : whole_(text), rest_(text) {}

  ConvertedExpression Read() {
    ConvertedExpression result;
    if (Take("[")) {
      std::vector<std::string> items = ReadList();
      if (Take(".index(")) {
        result.index_in.emplace(std::move(items), ReadPlaceholder());
        if (!Take(")")) Fail("expected )");
      } else {
        result.list = std::move(items);
      }
    } else {
      result.placeholder = ReadPlaceholder();
      if (Take(".index(")) {
        result.index_of.emplace(std::move(result.placeholder), ReadPlaceholder());
        result.placeholder.clear();
        if (!Take(")")) Fail("expected )");
      }
    }
    SkipSpaces();
    if (!rest_.empty()) Fail("there is more in it than a field");
    return result;
  }

 private:
  [[noreturn]] void Fail(const std::string& what) const {
    throw FieldError("the expression " + Quoted(whole_) + " is not plain: " + what);
  }

  void SkipSpaces() {
    while (!rest_.empty() && std::isspace(static_cast<unsigned char>(rest_.front())) != 0) {
      rest_.remove_prefix(1);
    }
  }

  bool Take(std::string_view word) {
    SkipSpaces();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  std::string ReadName() {
    SkipSpaces();
    std::size_t end = 0;
    while (end < rest_.size() && IsNamePart(rest_[end])) ++end;
    if (end == 0 || !IsNameStart(rest_.front())) Fail("expected the name of a field");
    const std::string name(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return name;
  }

  std::string ReadQuoted() {
    const char quote = rest_.front();
    const std::size_t end = rest_.find(quote, 1);
    if (end == rest_.npos) Fail("a quote is never closed");
    const std::string_view text = rest_.substr(1, end - 1);
    if (text.find('\\') != text.npos) Fail("a text with escapes");
    rest_.remove_prefix(end + 1);
    return std::string(text);
  }

  bool AtQuote() {
    SkipSpaces();
    return rest_.starts_with('\'') || rest_.starts_with('"');
  }

  // Behind "[": templates of texts and fields, up to "]".
  std::vector<std::string> ReadList() {
    std::vector<std::string> items;
    do {
      items.push_back(AtQuote() ? AsLiteral(ReadQuoted()) : ReadPlaceholder());
    } while (Take(","));
    if (!Take("]")) Fail("expected ]");
    return items;
  }

  // A field's path with what is done to its text: "{question.stem|strip}".
  std::string ReadPlaceholder() {
    std::string path = ReadName();
    std::string filters;
    while (true) {
      if (rest_.starts_with(".index(")) break;
      if (Take("[")) {
        ReadStep(path);
      } else if (rest_.starts_with('.')) {
        rest_.remove_prefix(1);
        const std::string name = ReadName();
        if (Take("()")) {
          filters +=
              Filter(name, {{"strip", "strip"}, {"lower", "lower"}, {"capitalize", "capitalize"}});
        } else if (!filters.empty() || rest_.starts_with('(')) {
          Fail("a call of " + name);
        } else {
          path += "." + name;
        }
      } else if (Take("|")) {
        filters += Filter(ReadName(),
                          {{"trim", "strip"}, {"lower", "lower"}, {"capitalize", "capitalize"}});
      } else {
        break;
      }
    }
    return "{" + path + filters + "}";
  }

  std::string Filter(const std::string& name,
                     const std::vector<std::pair<const char*, const char*>>& known) const {
    for (const auto& [theirs, ours] : known) {
      if (name == theirs) return std::string("|") + ours;
    }
    Fail(name + " has no counterpart");
  }

  // Behind "[": an index or a quoted name, and "]".
  void ReadStep(std::string& path) {
    if (AtQuote()) {
      const std::string name = ReadQuoted();
      if (name.empty() || name.find_first_of(".[]|{}") != name.npos) Fail("a field of that name");
      path += "." + name;
    } else {
      std::size_t end = 0;
      while (end < rest_.size() && std::isdigit(static_cast<unsigned char>(rest_[end])) != 0) ++end;
      if (end == 0) Fail("expected a number or a name in brackets");
      path += "[" + std::string(rest_.substr(0, end)) + "]";
      rest_.remove_prefix(end);
    }
    if (!Take("]")) Fail("expected ]");
  }

  std::string_view whole_;
  std::string_view rest_;
};

[[noreturn]] void FailMark(std::string_view mark) {
  throw FieldError("the template has " + Quoted(mark) + ": only fields in {{ }} can be imported");
}

}  // namespace

std::string AsLiteral(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c;
    if (c == '{' || c == '}') out += c;
  }
  return out;
}

std::string ConvertTemplate(std::string_view text) {
  if (IsBareName(text)) return "{" + std::string(text) + "}";
  std::string out;
  while (true) {
    for (const char* mark : {"{%", "{#", "{{-", "-}}"}) {
      if (text.find(mark) != text.npos) FailMark(mark);
    }
    const std::size_t open = text.find("{{");
    out += AsLiteral(text.substr(0, open));
    if (open == text.npos) return out;
    const std::size_t close = text.find("}}", open);
    if (close == text.npos) throw FieldError("the template has {{ without }}");
    const ConvertedExpression expression = ConvertExpression(text.substr(open, close + 2 - open));
    if (expression.placeholder.empty()) throw FieldError("the template has a list among its text");
    out += expression.placeholder;
    text.remove_prefix(close + 2);
  }
}

ConvertedExpression ConvertExpression(std::string_view text) {
  if (IsBareName(text)) {
    ConvertedExpression name;
    name.placeholder = "{" + std::string(text) + "}";
    return name;
  }
  const std::size_t close = text.find("}}");
  if (!text.starts_with("{{") || close == text.npos || close + 2 != text.size()) {
    throw FieldError("expected one expression in {{ }}, found " + Quoted(text));
  }
  return ExpressionReader(text.substr(2, close - 2)).Read();
}

}  // namespace meval::tasks
