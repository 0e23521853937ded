#ifndef MEVAL_TASKS_RECORDS_JSON_PARSER_H_
#define MEVAL_TASKS_RECORDS_JSON_PARSER_H_

// JSON text (RFC 8259, strict: no comments, no NaN, no second value after the first) to Value, and
// back. The one place that sees the JSON library.

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tasks/records/value.h"

namespace meval::tasks {

// What is wrong with a text, and the byte at which it was noticed.
class JsonError : public std::runtime_error {
 public:
  JsonError(std::size_t offset, const std::string& message)
      : std::runtime_error(message), offset_(offset) {}
  std::size_t offset() const { return offset_; }

 private:
  std::size_t offset_;
};

// Throws JsonError: not valid UTF-8, not JSON, a name that occurs twice in one object, or nesting
// deeper than 100 levels. Value::offset counts bytes of `text`.
Value ParseJson(std::string_view text);

// The same for a text that starts on `first_line` of a file: throws DataError that names file,
// line and byte (from 1, in the line).
Value ParseJsonFile(std::string_view text, const std::string& file, std::int64_t first_line = 1);

// JSON text of a value, on one line: members in their order, numbers as they were spelled. Parsing
// it gives the value again, but for offsets.
std::string WriteJson(const Value& value);

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_RECORDS_JSON_PARSER_H_
