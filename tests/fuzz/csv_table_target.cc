#include <string>

#include "tasks/csv_table.h"
#include "tasks/error.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

std::string Quoted(const std::string& field) {
  std::string quoted = "\"";
  for (const char c : field) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

// A table that somebody filled in, from: one field, the file.
MEVAL_FUZZ_TARGET(csv_table) {
  const std::string field = input.Text();
  const std::string file = input.Bytes();
  try {
    const CsvTable one = ReadCsvTable("a,b\n" + Quoted(field) + ",1\n", "one.csv");
    fuzz::Require(one.rows.size() == 1 && one.rows[0].fields[0] == field,
                  "a quoted field is read back");
  } catch (const DataError&) {  // no UTF-8
  }
  try {
    const CsvTable table = ReadCsvTable(file, "fuzz.csv");
    for (const CsvRow& row : table.rows) {
      fuzz::Require(row.fields.size() == table.columns.size(), "a row has every column");
    }
  } catch (const DataError&) {
  }
}

}  // namespace
}  // namespace meval
