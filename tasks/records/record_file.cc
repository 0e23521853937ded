#include "tasks/records/record_file.h"

#include <cerrno>
#include <fstream>
#include <system_error>

#include "tasks/digest.h"
#include "tasks/error.h"
#include "tasks/records/csv_reader.h"
#include "tasks/records/jsonl_reader.h"

namespace meval::tasks {
namespace {

FileFormat FormatByName(const std::filesystem::path& path) {
  const std::string ending = path.extension().string();
  if (ending == ".jsonl" || ending == ".ndjson") return FileFormat::kJsonl;
  if (ending == ".json") return FileFormat::kJson;
  if (ending == ".csv") return FileFormat::kCsv;
  if (ending == ".tsv") return FileFormat::kTsv;
  if (ending == ".txt") return FileFormat::kText;
  throw DataError(path.string() +
                  ": expected a name ending in .jsonl, .json, .csv, .tsv or .txt, found " +
                  Quoted(ending) + "; give \"format\" in the task's definition");
}

std::vector<Record> ReadJson(std::string_view bytes, const std::string& file,
                             const std::string& records_at) {
  const std::string_view text = WithoutByteOrderMark(bytes);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != text.npos && text[first] == '[') return ReadJsonArray(bytes, file);
  return records_at.empty() ? ReadJsonl(bytes, file) : ReadJsonArray(bytes, file, records_at);
}

}  // namespace

std::optional<FileFormat> ParseFileFormat(std::string_view name) {
  if (name == "jsonl") return FileFormat::kJsonl;
  if (name == "json") return FileFormat::kJson;
  if (name == "csv") return FileFormat::kCsv;
  if (name == "tsv") return FileFormat::kTsv;
  if (name == "text") return FileFormat::kText;
  return std::nullopt;
}

void ReadFileBlocks(const std::filesystem::path& path,
                    const std::function<void(std::string_view)>& take) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    throw DataError(path.string() + ": expected a file, found a directory");
  }
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::string block(std::size_t{1} << 20, '\0');
  while (in) {
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    if (in.gcount() > 0) take({block.data(), static_cast<std::size_t>(in.gcount())});
  }
  if (!in.is_open() || in.bad()) {
    throw DataError(path.string() + ": cannot be read: " +
                    std::generic_category().message(errno != 0 ? errno : EIO));
  }
}

std::string ReadFileBytes(const std::filesystem::path& path) {
  std::string bytes;
  ReadFileBlocks(path, [&](std::string_view block) { bytes += block; });
  return bytes;
}

RecordFile ReadRecordFile(const std::filesystem::path& path, const ReadOptions& options) {
  const std::string bytes = ReadFileBytes(path);
  const std::string file = path.string();
  RecordFile result;
  result.sha256 = Sha256(bytes);
  switch (options.format ? *options.format : FormatByName(path)) {
    case FileFormat::kJsonl:
      result.records = ReadJsonl(bytes, file);
      break;
    case FileFormat::kJson:
      result.records = ReadJson(bytes, file, options.records_at);
      break;
    case FileFormat::kCsv:
      result.records = ReadCsv(bytes, file, options.columns);
      break;
    case FileFormat::kTsv:
      result.records = ReadTsv(bytes, file, options.columns);
      break;
    case FileFormat::kText:
      result.records = options.blocks != nullptr ? ReadBlocks(bytes, file, *options.blocks)
                                                 : ReadText(bytes, file, options.split);
      break;
  }
  return result;
}

}  // namespace meval::tasks
