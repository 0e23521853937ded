#include "tasks/records/csv_reader.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "tasks/error.h"
#include "tasks/records/jsonl_reader.h"
#include "tasks/records/require_utf8.h"

namespace meval::tasks {
namespace {

struct Row {
  std::vector<std::string> fields;
  std::int64_t line = 0;
};

// What lies between fields, and whether one may stand in quotes.
struct Dialect {
  char separator = ',';
  bool has_quotes = true;
};

class Scanner {
 public:
  Scanner(std::string_view text, const std::string& file, Dialect dialect)
      : text_(text), file_(file), dialect_(dialect), field_ends_{dialect.separator, '\n'} {}

  // The next record, or nothing at the end of the text.
  std::optional<Row> Next() {
    if (at_ == text_.size()) return std::nullopt;
    Row row;
    row.line = line_;
    do {
      row.fields.push_back(dialect_.has_quotes && At('"') ? QuotedField(row) : PlainField());
    } while (Take(dialect_.separator));
    if (!TakeLineEnd() && at_ != text_.size()) {
      Fail(line_, "field " + std::to_string(row.fields.size()) +
                      ": text after the closing quote; write a quote inside a quoted field "
                      "twice, and put a comma between fields");
    }
    return row;
  }

  [[noreturn]] void Fail(std::int64_t line, const std::string& what) const {
    throw DataError(file_ + ":" + std::to_string(line) + ": " + what);
  }

 private:
  bool At(char c) const { return at_ < text_.size() && text_[at_] == c; }

  bool Take(char c) {
    if (!At(c)) return false;
    ++at_;
    return true;
  }

  bool TakeLineEnd() {
    if (text_.substr(at_, 2) == "\r\n") {
      at_ += 2;
    } else if (!Take('\n')) {
      return false;
    }
    ++line_;
    return true;
  }

  std::string PlainField() {
    std::size_t end = std::min(text_.find_first_of(field_ends_, at_), text_.size());
    if (end < text_.size() && text_[end] == '\n' && end > at_ && text_[end - 1] == '\r') --end;
    std::string field(text_.substr(at_, end - at_));
    at_ = end;
    return field;
  }

  std::string QuotedField(const Row& row) {
    const std::int64_t opened_on = line_;
    std::string field;
    ++at_;
    for (;;) {
      const std::size_t quote = text_.find('"', at_);
      if (quote == text_.npos) {
        Fail(opened_on, "field " + std::to_string(row.fields.size() + 1) +
                            ": the quote opened here is never closed");
      }
      const std::string_view part = text_.substr(at_, quote - at_);
      field += part;
      line_ += std::count(part.begin(), part.end(), '\n');
      at_ = quote + 1;
      if (!Take('"')) return field;
      field += '"';
    }
  }

  std::string_view text_;
  const std::string& file_;
  Dialect dialect_;
  std::string field_ends_;
  std::size_t at_ = 0;
  std::int64_t line_ = 1;
};

bool IsBlank(const Row& row) { return row.fields.size() == 1 && row.fields[0].empty(); }

void CheckColumns(const std::vector<std::string>& columns, const Scanner& scanner) {
  std::vector<std::string> sorted = columns;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) {
    scanner.Fail(1, "the column name " + Quoted(*twice) + " occurs twice");
  }
}

std::vector<Record> ReadTable(std::string_view text, const std::string& file,
                              const std::vector<std::string>& columns, Dialect dialect) {
  text = WithoutByteOrderMark(text);
  RequireUtf8(text, file);
  Scanner scanner(text, file, dialect);
  std::vector<std::string> names = columns;
  if (names.empty()) {
    std::optional<Row> header = scanner.Next();
    if (!header) return {};
    names = std::move(header->fields);
  }
  CheckColumns(names, scanner);

  std::vector<Record> records;
  std::optional<std::int64_t> blank_line;
  while (std::optional<Row> row = scanner.Next()) {
    if (IsBlank(*row) && names.size() != 1) {
      if (!blank_line) blank_line = row->line;
      continue;
    }
    if (blank_line) {
      scanner.Fail(*blank_line, "expected a record, found a blank line before further records");
    }
    if (row->fields.size() != names.size()) {
      scanner.Fail(row->line, "expected " + std::to_string(names.size()) + " fields, found " +
                                  std::to_string(row->fields.size()) +
                                  (dialect.has_quotes
                                       ? "; put quotes around a field that holds a comma or line "
                                         "break"
                                       : "; no field may hold a tab or line break"));
    }
    Record record;
    record.fields.kind = Value::Kind::kObject;
    for (std::size_t i = 0; i < names.size(); ++i) {
      record.fields.members.push_back({names[i], Value::String(std::move(row->fields[i]))});
    }
    record.number = static_cast<std::int64_t>(records.size()) + 1;
    record.line = row->line;
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace

std::vector<Record> ReadCsv(std::string_view text, const std::string& file,
                            const std::vector<std::string>& columns) {
  return ReadTable(text, file, columns, {.separator = ',', .has_quotes = true});
}

std::vector<Record> ReadTsv(std::string_view text, const std::string& file,
                            const std::vector<std::string>& columns) {
  return ReadTable(text, file, columns, {.separator = '\t', .has_quotes = false});
}

}  // namespace meval::tasks
