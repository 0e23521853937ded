#ifndef MEVAL_TASKS_JINJA_VALUE_H_
#define MEVAL_TASKS_JINJA_VALUE_H_

// What an expression of a chat template evaluates to, with Python's rules for the cases that chat
// templates meet.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace meval::tasks::jinja {

// A place in the template's text, counted from 1; columns in code points.
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
};

// "line 3, column 14: expected ..., found ...": who reads the file adds its name.
class TemplateError : public std::runtime_error {
 public:
  TemplateError(const Position& where, const std::string& what);
};

class Value;
using List = std::vector<Value>;
// In the order of insertion, as Python's dict.
using Members = std::vector<std::pair<std::string, Value>>;

// A name or member that is not there. It prints as nothing and is false; anything else is an error.
struct Undefined {
  std::string name;
};
struct None {};
// What namespace() makes: the one value that `set` can change from inside a loop.
struct Namespace {
  std::shared_ptr<Members> members;
};

class Value {
 public:
  static constexpr int kDeepest = 200;

  using Variant =
      std::variant<Undefined, None, bool, std::int64_t, double, std::string,
                   std::shared_ptr<const List>, std::shared_ptr<const Members>, Namespace>;

  Value() = default;
  Value(Undefined undefined) : variant_(std::move(undefined)) {}
  Value(None none) : variant_(none) {}
  Value(bool value) : variant_(value) {}
  Value(std::int64_t value) : variant_(value) {}
  Value(double value) : variant_(value) {}
  Value(std::string value) : variant_(std::move(value)) {}
  Value(const char*) = delete;  // would become a bool
  // Throw std::invalid_argument for more than kDeepest lists and mappings in each other.
  Value(List list);
  Value(Members members);
  Value(Namespace names) : variant_(std::move(names)) {}

  template <typename T>
  const T* As() const {
    return std::get_if<T>(&variant_);
  }
  bool is_undefined() const { return As<Undefined>() != nullptr; }
  bool is_none() const { return As<None>() != nullptr; }
  const std::string* string() const { return As<std::string>(); }
  const List* list() const;
  const Members* members() const;  // of a mapping or a namespace
  // An int, or a bool as one.
  const std::int64_t* integer() const { return As<std::int64_t>(); }
  bool is_number() const;
  double AsDouble() const;  // of a number

  bool IsTrue() const;
  // "a string", "an int", ...: for messages.
  std::string Kind() const;

 private:
  Variant variant_;
  int depth_ = 0;  // lists and mappings in each other, this one included
};

bool operator==(const Value& a, const Value& b);

// The member of that name; undefined where there is none.
Value Member(const Members& members, std::string_view name);

// All below throw std::invalid_argument with what is wrong, to which the caller adds a position.

// As {{ value }} prints it. Lists and mappings are refused: no chat template means Python's
// notation of them.
std::string Print(const Value& value);
// Python's json.dumps(value, ensure_ascii=False).
std::string ToJson(const Value& value);
// < 0, 0, > 0 of two numbers or two strings.
int Compare(const Value& a, const Value& b);
// Whether a list or a mapping has the element, or a string the substring.
bool Contains(const Value& container, const Value& element);
// value[key] and value.key: a member of a mapping, an element of a list, a character of a string.
// Undefined where it is not there.
Value Item(const Value& value, const Value& key);
// value[begin:end:step] of a list or a string (by code points), None standing for a part left out.
Value Slice(const Value& value, const Value& begin, const Value& end, const Value& step);
// The elements a loop visits: of a list, a mapping's names, a string's characters.
List Elements(const Value& value);

}  // namespace meval::tasks::jinja

#endif  // MEVAL_TASKS_JINJA_VALUE_H_
