#ifndef MEVAL_TESTS_REPORTS_CSV_ROWS_H_
#define MEVAL_TESTS_REPORTS_CSV_ROWS_H_

#include <string>
#include <vector>

namespace meval::testing {

// The fields of each row of RFC 4180, whose last row ends with a line end.
inline std::vector<std::vector<std::string>> CsvRows(const std::string& text) {
  std::vector<std::vector<std::string>> rows(1, std::vector<std::string>(1));
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    std::string& field = rows.back().back();
    if (is_quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      field += text[++i];
    } else if (c == '"') {
      is_quoted = !is_quoted;
    } else if (c == ',' && !is_quoted) {
      rows.back().emplace_back();
    } else if (c == '\n' && !is_quoted) {
      rows.emplace_back(1);
    } else {
      field += c;
    }
  }
  rows.pop_back();
  return rows;
}

}  // namespace meval::testing

#endif  // MEVAL_TESTS_REPORTS_CSV_ROWS_H_
