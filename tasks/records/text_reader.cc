#include "tasks/records/text_reader.h"

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <utility>

#include "metrics/unicode_text.h"
#include "tasks/error.h"
#include "tasks/records/jsonl_reader.h"
#include "tasks/records/require_utf8.h"

namespace meval::tasks {
namespace {

Record TextRecord(std::string text, std::size_t number, std::int64_t line) {
  Record record;
  record.fields.kind = Value::Kind::kObject;
  record.fields.members.push_back({"text", Value::String(std::move(text))});
  record.number = static_cast<std::int64_t>(number);
  record.line = line;
  return record;
}

bool OpensPage(std::string_view line) {
  const std::string merged = ReplaceAll(ReplaceAll(line, "= = =", "==="), "= =", "==");
  const std::string_view heading = Strip(merged);
  return heading.starts_with("= ") && heading.ends_with(" =");
}

class PageCollector {
 public:
  // A line without its end; what follows the last line end is a line too, mostly an empty one.
  void Add(std::string_view line, std::int64_t number) {
    if (OpensPage(line)) Close();
    if (num_lines_++ == 0) {
      first_line_ = number;
    } else {
      page_ += '\n';
    }
    page_ += line;
  }
  std::vector<Record> Take() {
    Close();
    return std::move(pages_);
  }

 private:
  void Close() {
    if (!Strip(page_).empty()) pages_.push_back(TextRecord(page_, pages_.size() + 1, first_line_));
    page_.clear();
    num_lines_ = 0;
  }

  std::vector<Record> pages_;
  std::string page_;
  std::int64_t first_line_ = 1;
  std::int64_t num_lines_ = 0;
};

std::vector<Record> Pages(std::string_view text) {
  PageCollector pages;
  std::int64_t line = 1;
  for (std::size_t end = text.find('\n'); end != text.npos; end = text.find('\n'), ++line) {
    pages.Add(text.substr(0, end), line);
    text.remove_prefix(end + 1);
  }
  pages.Add(text, line);
  return pages.Take();
}

std::string JoinRows(std::string_view text) {
  std::string joined;
  for (bool is_first = true; !text.empty(); is_first = false) {
    const std::size_t end = text.find('\n');
    const std::string_view row = text.substr(0, end == text.npos ? end : end + 1);
    text.remove_prefix(row.size());
    if (!is_first) joined += "\n\n";
    if (!Strip(row).empty()) joined += row;
  }
  return joined;
}

std::vector<Record> LineRecords(std::string_view text) {
  std::vector<Record> records;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::size_t number = records.size() + 1;
    records.push_back(
        TextRecord(std::string(text.substr(0, end)), number, static_cast<std::int64_t>(number)));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return records;
}

// What is wrong with one block, without saying where it stands.
class BlockError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

Record BlockRecord(const std::string& block, const BlockSplit& split) {
  const std::vector<PythonRegex::Match> matches = split.pattern->FindAll(block);
  if (matches.empty() || matches[0].begin != 0 || matches[0].end != block.size()) {
    throw BlockError("the pattern " + Quoted(split.pattern->pattern()) +
                     " does not match all of the example " + Quoted(block));
  }
  Record record;
  record.fields.kind = Value::Kind::kObject;
  for (std::size_t i = 0; i < split.names.size(); ++i) {
    record.fields.members.push_back({split.names[i], Value::String(matches[0].groups[i + 1])});
  }
  return record;
}

std::vector<Record> ReadLineBlocks(std::string_view text, const std::string& file,
                                   const std::vector<std::string>& names) {
  std::vector<Record> lines = LineRecords(std::string(text));
  std::vector<Record> records;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i % names.size() == 0) {
      records.emplace_back().fields.kind = Value::Kind::kObject;
      records.back().number = static_cast<std::int64_t>(records.size());
      records.back().line = lines[i].line;
    }
    Value& line = lines[i].fields.members.front().value;
    records.back().fields.members.push_back({names[i % names.size()], std::move(line)});
  }
  if (lines.size() % names.size() != 0) {
    throw DataError(file + ":" + std::to_string(records.back().line) + ": expected records of " +
                    std::to_string(names.size()) + " lines each, found only " +
                    std::to_string(lines.size() % names.size()) + " in the last one");
  }
  return records;
}

}  // namespace

std::optional<TextSplit> ParseTextSplit(std::string_view name) {
  if (name == "whole") return TextSplit::kWhole;
  if (name == "wikitext_pages") return TextSplit::kWikitextPages;
  if (name == "wikitext_rows") return TextSplit::kWikitextRows;
  if (name == "lines") return TextSplit::kLines;
  return std::nullopt;
}

std::vector<Record> ReadText(std::string_view text, const std::string& file, TextSplit split) {
  text = WithoutByteOrderMark(text);
  RequireUtf8(text, file);
  if (text.empty()) throw DataError(file + ": expected some text, found an empty file");
  if (split == TextSplit::kWhole) return {TextRecord(std::string(text), 1, 1)};
  if (Strip(text).empty()) throw DataError(file + ": expected some text, found only whitespace");
  const std::string unix_text = ReplaceAll(text, "\r\n", "\n");
  if (split == TextSplit::kLines) return LineRecords(unix_text);
  if (split == TextSplit::kWikitextRows) return {TextRecord(JoinRows(unix_text), 1, 1)};
  return Pages(unix_text);
}

std::vector<Record> ReadBlocks(std::string_view text, const std::string& file,
                               const BlockSplit& split) {
  text = WithoutByteOrderMark(text);
  RequireUtf8(text, file);
  const std::string unix_text = ReplaceAll(text, "\r\n", "\n");
  if (!split.pattern) return ReadLineBlocks(unix_text, file, split.names);
  std::string_view rest = unix_text;
  std::size_t at = rest.find(split.separator);
  const std::string preamble(rest.substr(0, at));
  std::vector<Record> records;
  std::int64_t line = 1;
  while (at != rest.npos) {
    const std::size_t begin = at + split.separator.size();
    line += std::count(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(begin), '\n');
    rest.remove_prefix(begin);
    at = rest.find(split.separator);
    try {
      records.push_back(BlockRecord(std::string(rest.substr(0, at)), split));
    } catch (const BlockError& error) {
      throw DataError(file + ":" + std::to_string(line) + ": " + error.what());
    }
    Record& record = records.back();
    record.fields.members.push_back({"preamble", Value::String(preamble)});
    record.number = static_cast<std::int64_t>(records.size());
    record.line = line;
  }
  if (records.empty()) {
    throw DataError(file + ": expected examples after " + Quoted(split.separator) + ", found none");
  }
  return records;
}

}  // namespace meval::tasks
