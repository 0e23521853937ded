#ifndef MEVAL_TASKS_RECORDS_JSONL_READER_H_
#define MEVAL_TASKS_RECORDS_JSONL_READER_H_

// JSON records: one object a line (JSONL), or a file that is one array of objects.
//
// `file` names the file in messages. A byte order mark in front is skipped. Both throw DataError
// with file, line and byte (from 1, in the line): bad UTF-8, malformed JSON, anything else than
// objects.

#include <string>
#include <string_view>
#include <vector>

#include "tasks/records/record.h"

namespace meval::tasks {

// Lines end with "\n" or "\r\n" and with nothing else: U+2028, U+0085 and a lone "\r" are ordinary
// text. Blank lines are allowed at the end only.
std::vector<Record> ReadJsonl(std::string_view text, const std::string& file);

// With a `member`, the file is one object and that member of it is the list.
std::vector<Record> ReadJsonArray(std::string_view text, const std::string& file,
                                  const std::string& member = "");

// Without a UTF-8 byte order mark.
std::string_view WithoutByteOrderMark(std::string_view text);

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_RECORDS_JSONL_READER_H_
