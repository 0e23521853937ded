#ifndef MEVAL_REPORTS_JSON_JSON_CURSOR_H_
#define MEVAL_REPORTS_JSON_JSON_CURSOR_H_

// A value of a JSON file with the way that led to it, so that whatever is wrong is said with its
// place. Private to reports/: it shows nlohmann's type.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/json/strict_json.h"

namespace meval {

// A file's text, parsed, with what its messages say of it. Lives as long as cursors into it.
class JsonFile {
 public:
  // `name` begins every message ("x/run.json", "samples_mmlu.jsonl:12"), `advice` ends it. Throws
  // ReportError for text that is not JSON.
  JsonFile(std::string_view text, std::string name, std::string advice);

  const OrderedJson& root() const { return root_; }
  // Throws ReportError "NAME: field "FIELD": expected EXPECTED, found FOUND; ADVICE".
  [[noreturn]] void Fail(const std::string& field, const std::string& expected,
                         const std::string& found) const;

 private:
  std::string name_;
  std::string advice_;
  OrderedJson root_;
};

// All functions that read throw ReportError where the value is of another type.
class JsonCursor {
 public:
  explicit JsonCursor(const JsonFile& file) : JsonCursor(file, file.root(), "") {}

  // A member of this object; an error if there is none.
  JsonCursor At(const std::string& key) const;
  // The same, or nothing: for keys that are written only sometimes, or that old files lack.
  std::optional<JsonCursor> Find(const std::string& key) const;
  // The elements of this array.
  std::vector<JsonCursor> Items() const;
  // The members of this object, in the order of the file.
  std::vector<std::pair<std::string, JsonCursor>> Members() const;

  std::string Text() const;
  std::int64_t Integer() const;
  double Number() const;
  bool Boolean() const;
  bool IsNull() const { return value_->is_null(); }

  [[noreturn]] void Fail(const std::string& expected, const std::string& found) const {
    file_->Fail(field_, expected, found);
  }

 private:
  JsonCursor(const JsonFile& file, const OrderedJson& value, std::string field)
      : file_(&file), value_(&value), field_(std::move(field)) {}
  const OrderedJson& Object() const;
  JsonCursor Member(const std::string& key, const OrderedJson& value) const;

  const JsonFile* file_;
  const OrderedJson* value_;
  std::string field_;  // "identity.tasks[]"
};

}  // namespace meval

#endif  // MEVAL_REPORTS_JSON_JSON_CURSOR_H_
