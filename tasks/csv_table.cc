#include "tasks/csv_table.h"

#include <utility>

#include "tasks/records/csv_reader.h"

namespace meval {

CsvTable ReadCsvTable(std::string_view text, const std::string& file) {
  CsvTable table;
  for (tasks::Record& record : tasks::ReadCsv(text, file, {})) {
    CsvRow row = {file + ":" + std::to_string(record.line), {}};
    for (tasks::Value::Member& member : record.fields.members) {
      if (table.rows.empty()) table.columns.push_back(member.name);
      row.fields.push_back(std::move(member.value.text));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace meval
