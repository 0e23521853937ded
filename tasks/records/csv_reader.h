#ifndef MEVAL_TASKS_RECORDS_CSV_READER_H_
#define MEVAL_TASKS_RECORDS_CSV_READER_H_

// Comma-separated values, RFC 4180:
//
//   plain,"a, b","she said ""no""","two
//   lines"
//
// - A field in quotes may hold commas, line breaks and doubled quotes. Line breaks inside keep
//   their bytes; after the closing quote only a comma or the end of the record may follow.
// - A quote inside a field that does not start with one is an ordinary character, as spreadsheet
//   programs and Python's csv module read it (one MMLU record has such a field).
// - Records end with "\n" or "\r\n", mixed freely. Blank lines are allowed at the end only.
// - Every field is text: `None`, `1.0` and the empty field stay what they are.

#include <string>
#include <string_view>
#include <vector>

#include "tasks/records/record.h"

namespace meval::tasks {

// `columns` names the fields of a file without a header row; if it is empty, the first record is
// the header. Throws DataError with file and line: bad UTF-8, an unterminated quote, text after a
// closing quote, a record with another number of fields, a column name that occurs twice.
std::vector<Record> ReadCsv(std::string_view text, const std::string& file,
                            const std::vector<std::string>& columns);

// The same with a tab between fields and no quoting, as text/tab-separated-values is registered: a
// quote is a character, and no field holds a tab or a line break.
std::vector<Record> ReadTsv(std::string_view text, const std::string& file,
                            const std::vector<std::string>& columns);

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_RECORDS_CSV_READER_H_
