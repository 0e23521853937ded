#ifndef MEVAL_TASKS_RECORDS_RECORD_FILE_H_
#define MEVAL_TASKS_RECORDS_RECORD_FILE_H_

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tasks/records/record.h"
#include "tasks/records/text_reader.h"

namespace meval::tasks {

enum class FileFormat { kJsonl, kJson, kCsv, kText };
// "jsonl", "json", "csv", "text", or nothing for another word.
std::optional<FileFormat> ParseFileFormat(std::string_view name);

struct RecordFile {
  std::vector<Record> records;
  std::string sha256;  // of the file's bytes
};

// A whole data file. Without `format` the name's ending decides: .jsonl and .ndjson, .csv, .txt,
// .json (a list of objects, or one object a line, whichever the file's first byte tells).
// `columns` are for CSV, `split` is for plain text. Throws DataError.
RecordFile ReadRecordFile(const std::filesystem::path& path, std::optional<FileFormat> format,
                          const std::vector<std::string>& columns,
                          TextSplit split = TextSplit::kWhole);

// A file's bytes. Throws DataError if it cannot be read or is a directory.
std::string ReadFileBytes(const std::filesystem::path& path);
// The same in blocks of at most a megabyte, for files of any size: calls `take` with one after the
// other.
void ReadFileBlocks(const std::filesystem::path& path,
                    const std::function<void(std::string_view)>& take);

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_RECORDS_RECORD_FILE_H_
