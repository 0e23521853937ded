#include "tasks/records/text_reader.h"

#include <cstddef>
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

}  // namespace

std::optional<TextSplit> ParseTextSplit(std::string_view name) {
  if (name == "whole") return TextSplit::kWhole;
  if (name == "wikitext_pages") return TextSplit::kWikitextPages;
  if (name == "wikitext_rows") return TextSplit::kWikitextRows;
  return std::nullopt;
}

std::vector<Record> ReadText(std::string_view text, const std::string& file, TextSplit split) {
  text = WithoutByteOrderMark(text);
  RequireUtf8(text, file);
  if (text.empty()) throw DataError(file + ": expected some text, found an empty file");
  if (split == TextSplit::kWhole) return {TextRecord(std::string(text), 1, 1)};
  if (Strip(text).empty()) throw DataError(file + ": expected some text, found only whitespace");
  const std::string unix_text = ReplaceAll(text, "\r\n", "\n");
  if (split == TextSplit::kWikitextRows) return {TextRecord(JoinRows(unix_text), 1, 1)};
  return Pages(unix_text);
}

}  // namespace meval::tasks
