#ifndef MEVAL_EVALS_JSONL_LINES_H_
#define MEVAL_EVALS_JSONL_LINES_H_

// JSONL that a user hands to a command: every line an object, every message with its place.

#include <fstream>
#include <iosfwd>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace meval {

// One line with its place, for messages: "pairs.jsonl:12".
struct JsonLine {
  std::string where;
  nlohmann::ordered_json fields;  // an object
};

// The lines of `in` in order; empty ones are passed over. `name` is the file's. Throws DataError
// that names the line: not UTF-8, not JSON, not an object.
std::vector<JsonLine> ReadJsonLines(std::istream& in, const std::string& name);

// Throws DataError `WHERE: field "FIELD": expected EXPECTED, found FOUND`.
[[noreturn]] void ThrowField(const JsonLine& line, const std::string& field,
                             const std::string& expected, const std::string& found);

// A field that must be there and be text; where it is missing, the nearest name there is.
std::string GetText(const JsonLine& line, const std::string& field);

// A file to read, or a command's stdin for "-". Throws DataError if it cannot be read.
class InputStream {
 public:
  InputStream(const std::string& path, std::istream& standard);
  std::istream& stream() { return *stream_; }
  const std::string& name() const { return name_; }  // "stdin" for "-"

 private:
  std::ifstream file_;
  std::istream* stream_;
  std::string name_;
};

// A file to write, or a command's stdout for "-". Throws UsageError, naming `flag`, if it cannot be
// written, at once or at Close.
class OutputStream {
 public:
  OutputStream(const std::string& path, const std::string& flag, std::ostream& standard);
  std::ostream& stream() { return *stream_; }
  void Close();

 private:
  std::string path_;
  std::string flag_;
  std::ofstream file_;
  std::ostream* stream_;
};

}  // namespace meval

#endif  // MEVAL_EVALS_JSONL_LINES_H_
