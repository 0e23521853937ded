#include "tasks/records/jsonl_reader.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "tasks/error.h"
#include "tasks/records/json_parser.h"

namespace meval::tasks {
namespace {

bool IsBlank(std::string_view text) { return text.find_first_not_of(" \t\r") == text.npos; }

[[noreturn]] void Fail(const std::string& file, std::int64_t line, const std::string& what) {
  throw DataError(file + ":" + std::to_string(line) + ": " + what);
}

}  // namespace

std::string_view WithoutByteOrderMark(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

std::vector<Record> ReadJsonl(std::string_view text, const std::string& file) {
  text = WithoutByteOrderMark(text);
  std::vector<Record> records;
  std::int64_t line = 0;
  std::int64_t blank_line = 0;
  while (!text.empty()) {
    ++line;
    const std::size_t end = text.find('\n');
    std::string_view content = text.substr(0, end);
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
    if (content.ends_with('\r')) content.remove_suffix(1);
    if (IsBlank(content)) {
      if (blank_line == 0) blank_line = line;
      continue;
    }
    if (blank_line != 0) {
      Fail(file, blank_line, "expected a JSON object, found a blank line before further records");
    }
    Value value = ParseJsonFile(content, file, line);
    if (value.kind != Value::Kind::kObject) {
      Fail(file, line, "expected a JSON object, found " + value.Describe());
    }
    records.push_back({std::move(value), static_cast<std::int64_t>(records.size()) + 1, line});
  }
  return records;
}

std::vector<Record> ReadJsonArray(std::string_view text, const std::string& file,
                                  const std::string& member) {
  text = WithoutByteOrderMark(text);
  Value array = ParseJsonFile(text, file);
  if (!member.empty()) {
    const Value* list = array.Find(member);
    if (list == nullptr) {
      Fail(file, 1,
           "expected an object with the member " + Quoted(member) + ", found " + array.Describe());
    }
    array = Value(*list);
  }
  if (array.kind != Value::Kind::kArray) {
    Fail(file, 1, "expected a JSON list of objects, found " + array.Describe());
  }
  std::vector<Record> records;
  std::int64_t line = 1;
  std::size_t counted = 0;
  for (Value& item : array.items) {
    const std::string_view skipped = text.substr(counted, item.offset - counted);
    line += std::count(skipped.begin(), skipped.end(), '\n');
    counted = item.offset;
    if (item.kind != Value::Kind::kObject) {
      Fail(file, line,
           "element " + std::to_string(records.size() + 1) + ": expected a JSON object, found " +
               item.Describe());
    }
    records.push_back({std::move(item), static_cast<std::int64_t>(records.size()) + 1, line});
  }
  return records;
}

}  // namespace meval::tasks
