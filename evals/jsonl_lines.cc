#include "evals/jsonl_lines.h"

#include <cstdint>
#include <istream>
#include <ostream>
#include <utility>

#include <fmt/format.h>

#include "evals/flags.h"
#include "metrics/unicode_text.h"
#include "reports/utf8.h"
#include "tasks/error.h"
#include "tasks/nearest_name.h"

namespace meval {
namespace {

using Json = nlohmann::ordered_json;

// Levels of nesting; no field of a command needs more than a few.
constexpr int kMaxDepth = 100;
// Of what was found, in a message.
constexpr std::size_t kMaxShownBytes = 200;

JsonLine ParseLine(const std::string& text, std::string where) {
  JsonLine line = {std::move(where), {}};
  if (const auto bad = FindInvalidUtf8(text)) {
    throw DataError(fmt::format("{}: expected UTF-8, found an ill-formed sequence at byte {}",
                                line.where, *bad));
  }
  // The JSON library takes a NUL byte for the end of the text and looks no further.
  if (const std::size_t nul = text.find('\0'); nul != text.npos) {
    throw DataError(
        fmt::format("{}: expected a JSON object, found a NUL byte at byte {}", line.where, nul));
  }
  const auto check_depth = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > kMaxDepth) {
      throw DataError(fmt::format("{}: expected JSON of at most {} levels, found deeper nesting",
                                  line.where, kMaxDepth));
    }
    return true;
  };
  try {
    line.fields = Json::parse(text, check_depth);
  } catch (const nlohmann::json::parse_error& error) {
    throw DataError(fmt::format("{}: expected a JSON object, found something else at byte {}",
                                line.where, error.byte));
  } catch (const nlohmann::json::out_of_range&) {
    throw DataError(fmt::format(
        "{}: expected numbers that a double can hold, found one that is too large", line.where));
  }
  if (!line.fields.is_object()) {
    throw DataError(line.where + ": expected a JSON object, found " + line.fields.type_name());
  }
  return line;
}

}  // namespace

std::vector<JsonLine> ReadJsonLines(std::istream& in, const std::string& name) {
  std::vector<JsonLine> lines;
  std::string text;
  for (std::int64_t number = 1; std::getline(in, text); ++number) {
    if (!text.empty() && text.back() == '\r') text.pop_back();
    if (text.empty()) continue;
    lines.push_back(ParseLine(text, fmt::format("{}:{}", name, number)));
  }
  return lines;
}

void ThrowField(const JsonLine& line, const std::string& field, const std::string& expected,
                const std::string& found) {
  throw DataError(fmt::format("{}: field \"{}\": expected {}, found {}", line.where, field,
                              expected, Beginning(found, kMaxShownBytes)));
}

std::string GetText(const JsonLine& line, const std::string& field) {
  const auto found = line.fields.find(field);
  if (found == line.fields.end()) {
    std::vector<std::string> names;
    for (const auto& [name, value] : line.fields.items()) names.push_back(name);
    ThrowField(line, field, "a string", "no such field" + tasks::DidYouMean(field, names));
  }
  if (!found->is_string()) ThrowField(line, field, "a string", found->dump());
  return found->get<std::string>();
}

InputStream::InputStream(const std::string& path, std::istream& standard)
    : stream_(&standard), name_("stdin") {
  if (path == "-") return;
  file_.open(path, std::ios::binary);
  if (file_) file_.peek();  // a directory opens; only reading it fails
  if (!file_.is_open() || file_.bad()) {
    throw DataError(path + ": cannot be read; expected a JSONL file");
  }
  file_.clear();
  stream_ = &file_;
  name_ = path;
}

OutputStream::OutputStream(const std::string& path, const std::string& flag, std::ostream& standard)
    : path_(path), flag_(flag), stream_(&standard) {
  if (path == "-") return;
  file_.open(path, std::ios::binary | std::ios::trunc);
  if (!file_) {
    throw UsageError(path + ": cannot be written; name another file with " + flag);
  }
  stream_ = &file_;
}

void OutputStream::Close() {
  stream_->flush();
  if (*stream_) return;
  if (path_ == "-") throw UsageError("the output could not be written (disk full or pipe closed)");
  throw UsageError(
      path_ + ": could not be written to the end (disk full?); name another file with " + flag_);
}

}  // namespace meval
