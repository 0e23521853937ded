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

enum class FileFormat { kJsonl, kJson, kCsv, kTsv, kText };
// "jsonl", "json", "csv", "tsv", "text", or nothing for another word.
std::optional<FileFormat> ParseFileFormat(std::string_view name);

struct RecordFile {
  std::vector<Record> records;
  std::string sha256;  // of the file's bytes
};

struct ReadOptions {
  // Without one the name's ending decides: .jsonl and .ndjson, .csv, .tsv, .txt, .json (a list of
  // objects, or one object a line, whichever the file's first byte tells).
  std::optional<FileFormat> format = {};
  std::vector<std::string> columns = {};  // CSV or TSV without a header row
  TextSplit split = TextSplit::kWhole;    // plain text
  const BlockSplit* blocks = nullptr;     // plain text: in place of `split`
  // JSON that is no list: the file is one object, and this member of it holds the records.
  std::string records_at = {};
};
// A whole data file. Throws DataError.
RecordFile ReadRecordFile(const std::filesystem::path& path, const ReadOptions& options = {});

// A file's bytes. Throws DataError if it cannot be read or is a directory.
std::string ReadFileBytes(const std::filesystem::path& path);
// The same in blocks of at most a megabyte, for files of any size: calls `take` with one after the
// other.
void ReadFileBlocks(const std::filesystem::path& path,
                    const std::function<void(std::string_view)>& take);

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_RECORDS_RECORD_FILE_H_
