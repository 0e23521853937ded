#ifndef MEVAL_TASKS_RECORDS_VALUE_H_
#define MEVAL_TASKS_RECORDS_VALUE_H_

// A JSON value as it stands in a file. Nothing is converted: a number keeps its spelling ("1.0"
// stays "1.0"), an object keeps the order of its members. A CSV field is a string.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace meval::tasks {

struct Value {
  enum class Kind { kNull, kBoolean, kInteger, kNumber, kString, kArray, kObject };
  struct Member;

  Kind kind = Kind::kNull;
  std::string text;             // kString: the text; scalars: as spelled in the file
  std::vector<Value> items;     // kArray
  std::vector<Member> members;  // kObject, in file order; names are unique
  std::size_t offset = 0;       // of the value's first or last byte in the parsed text

  static Value String(std::string text);

  bool is_string() const { return kind == Kind::kString; }
  // The member of that name, or null; null also where this is no object.
  const Value* Find(std::string_view name) const;
  // For messages: `the integer 5`, `"Bob"`, `a list of 4`, `null`.
  std::string Describe() const;
};

struct Value::Member {
  std::string name;
  Value value;
};

// "a string", "an integer", ...
const char* Describe(Value::Kind kind);
// In double quotes, control characters escaped, cut after some sixty bytes: for messages.
std::string Quoted(std::string_view text);
// A canonical spelling, object members sorted by name: equal for two values exactly when they are
// equal.
std::string Canonical(const Value& value);

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_RECORDS_VALUE_H_
