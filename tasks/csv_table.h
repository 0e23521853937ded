#ifndef MEVAL_TASKS_CSV_TABLE_H_
#define MEVAL_TASKS_CSV_TABLE_H_

#include <string>
#include <string_view>
#include <vector>

namespace meval {

// A row of a CSV file with its place, for messages: "sheet.csv:12".
struct CsvRow {
  std::string where;
  std::vector<std::string> fields;  // as many as columns
};

struct CsvTable {
  std::vector<std::string> columns;
  std::vector<CsvRow> rows;
};

// A CSV file whose first row names its columns (RFC 4180, as data files are read: with or without a
// byte order mark, "\n" or "\r\n"). Throws DataError with file and line for what is no such file.
CsvTable ReadCsvTable(std::string_view text, const std::string& file);

}  // namespace meval

#endif  // MEVAL_TASKS_CSV_TABLE_H_
