// Every file of the shared data directory is read by the program's own readers, whether a task asks
// for it or not: its SOURCES.md has a line for each with the number of its records.
//
//   - dataset | file | records | bytes | ...

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tasks/files/unfold.h"
#include "tasks/records/record_file.h"
#include "tests/support/shared_data.h"

namespace meval::tasks {
namespace {

namespace fs = std::filesystem;

struct Source {
  fs::path file;
  std::size_t records = 0;
};

std::vector<std::string> Columns(const std::string& line) {
  std::vector<std::string> columns;
  for (std::size_t at = 0; at <= line.size();) {
    const std::size_t end = std::min(line.find(" | ", at), line.size());
    columns.push_back(line.substr(at, end - at));
    at = end + 3;
  }
  return columns;
}

// Those of one file each; of the sets that are folders of CSV files the tasks' tests tell.
std::vector<Source> ReadSources(const fs::path& directory) {
  std::ifstream in(directory / "SOURCES.md");
  std::vector<Source> sources;
  for (std::string line; std::getline(in, line);) {
    const std::vector<std::string> columns = Columns(line);
    if (!line.starts_with("- ") || columns.size() < 5) continue;
    const fs::path file = directory / columns[0].substr(2) / columns[1];
    Source source = {file};
    const char* end = columns[2].data() + columns[2].size();
    const auto parsed = std::from_chars(columns[2].data(), end, source.records);
    if (parsed.ec == std::errc() && parsed.ptr == end && fs::exists(file))
      sources.push_back(source);
  }
  return sources;
}

std::size_t CountText(const fs::path& file, TextSplit split) {
  return ReadRecordFile(file, {.format = FileFormat::kText, .split = split}).records.size();
}

std::size_t CountBlocks(const fs::path& file, const std::string& separator) {
  const BlockSplit blocks = {separator, PythonRegex("(?s)(.*)"), {"block"}};
  return ReadRecordFile(file, {.format = FileFormat::kText, .blocks = &blocks}).records.size();
}

std::size_t CountAt(const fs::path& file, const std::string& member) {
  return ReadRecordFile(file, {.records_at = member}).records.size();
}

std::size_t CountQuestions(const fs::path& file) {
  const std::vector<Record> dialogues = ReadRecordFile(file, {.records_at = "data"}).records;
  return UnfoldRecords(dialogues, FieldPath::Parse("paragraphs[0].qas"), file).size();
}

using Count = std::function<std::size_t(const fs::path&)>;

// How the records of a file are counted whose name does not tell how it is read.
Count CountOf(const fs::path& file) {
  static const std::map<std::string, Count> kCounts = {
      {"hellaswag_val_full.txt",  // six lines each
       [](const fs::path& text) { return CountText(text, TextSplit::kLines) / 6; }},
      {"hellaswag_train_val_2000.abstainqa.json",
       [](const fs::path& json) { return CountAt(json, "dev") + CountAt(json, "test"); }},
      {"triviaqa_sample.json", [](const fs::path& json) { return CountAt(json, "Data"); }},
      {"quac_sample.json", CountQuestions},
      {"mmlu_flan_cot_prompts.json",  // one object with a prompt for each subject
       [](const fs::path& json) {
         return ReadRecordFile(json).records.at(0).fields.members.size();
       }},
      {"gsm8k_cot_8shot.txt", [](const fs::path& text) { return CountBlocks(text, "Q: "); }},
      {"minerva_math_4shot.txt",
       [](const fs::path& text) { return CountBlocks(text, "Problem:\n"); }},
      {"tora_cot_gsm8k.md", [](const fs::path& text) { return CountBlocks(text, "Question: "); }},
      {"tora_cot_math.md", [](const fs::path& text) { return CountBlocks(text, "Question: "); }},
  };
  const auto known = kCounts.find(file.filename());
  if (known != kCounts.end()) return known->second;
  if (file.parent_path().filename() == "bbh") {
    return [](const fs::path& json) { return CountAt(json, "examples"); };
  }
  const std::string ending = file.extension();
  if (ending.empty()) {
    return [](const fs::path& text) { return CountText(text, TextSplit::kWhole); };
  }
  if (ending == ".lst" || ending == ".raw" || ending.starts_with(".dev")) {
    return [](const fs::path& text) { return CountText(text, TextSplit::kLines); };
  }
  return [](const fs::path& records) { return ReadRecordFile(records).records.size(); };
}

TEST(SharedFiles, HoldTheRecordsThatTheirSourcesCount) {
  MEVAL_SHARED_OR_SKIP(directory, "data");
  const std::vector<Source> sources = ReadSources(directory);
  EXPECT_GE(sources.size(), 100U);
  for (const Source& source : sources) {
    EXPECT_EQ(CountOf(source.file)(source.file), source.records) << source.file;
  }
}

}  // namespace
}  // namespace meval::tasks
