#include "tasks/files/line_files.h"

#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "tasks/digest.h"
#include "tasks/error.h"
#include "tasks/records/record_file.h"
#include "tasks/records/require_utf8.h"

namespace meval::tasks {
namespace {

std::filesystem::path Beside(const std::filesystem::path& path, std::string name) {
  const std::size_t star = name.find('*');
  if (star != name.npos) name.replace(star, 1, path.stem().string());
  if (name.find('.') == name.npos) name += path.extension().string();
  return path.parent_path() / name;
}

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
  }
  return lines;
}

DataFile AddField(const std::string& field, const std::filesystem::path& file,
                  std::vector<Record>& records) {
  const std::string text = ReadFileBytes(file);
  RequireUtf8(text, file.string());
  std::vector<std::string> lines = Lines(text);
  if (lines.size() != records.size()) {
    throw DataError(file.string() + ": expected a line for each of the " +
                    std::to_string(records.size()) + " records beside it, found " +
                    std::to_string(lines.size()));
  }
  DataFile result;
  result.path = file;
  result.records = static_cast<std::int64_t>(lines.size());
  result.sha256 = Sha256(text);
  result.shape = "lines";
  for (std::size_t i = 0; i < records.size(); ++i) {
    records[i].fields.members.push_back({field, Value::String(std::move(lines[i]))});
  }
  return result;
}

}  // namespace

std::vector<DataFile> AddLineFields(const SetRecipe& set, const std::filesystem::path& path,
                                    std::vector<Record>& records) {
  std::vector<DataFile> files;
  for (const auto& [field, name] : set.line_files) {
    if (records.empty() || records.front().fields.Find(field) != nullptr) continue;
    const std::filesystem::path file = Beside(path, name);
    std::error_code error;
    if (!std::filesystem::exists(file, error)) {
      throw DataError(path.string() + ": the records have no field \"" + field + "\", and " +
                      file.string() + ", which would hold it line by line, is not there");
    }
    files.push_back(AddField(field, file, records));
  }
  return files;
}

}  // namespace meval::tasks
