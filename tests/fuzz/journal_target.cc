#include "reports/checksum.h"
#include "reports/error.h"
#include "reports/journal.h"
#include "reports/json/journal_line.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

std::string Signed(const std::string& line) {
  return line + ",\"check\":\"" + Checksum(line) + "\"}";
}

// A line of a journal, or a whole one, from: whether lines are signed here, as those of a journal
// are; whether the header is ours; whether the end of the file is cut; lines without their ends.
MEVAL_FUZZ_TARGET(journal) {
  static const testing::TempDirectory directory;
  const bool signs = input.Flag();
  const bool has_header = input.Flag();
  const bool is_cut = input.Flag();
  std::string file = has_header ? HeaderLine("run") + "\n" : "";
  for (const std::string& line : input.Texts()) {
    const std::string text = signs ? Signed(line) : line;
    JournalContents contents;
    const std::string problem = ParseLine(text, contents);
    fuzz::Require(problem.empty() == (contents.scores.size() + contents.generations.size() == 1),
                  "a journal line is one request");
    ParseHeader(text);
    file += text + "\n";
  }
  if (is_cut && !file.empty()) {
    file.pop_back();
  }
  directory.Write("journal.jsonl", file);
  try {
    const JournalContents contents = ReadJournal(directory / "journal.jsonl", "run");
    fuzz::Require(contents.dropped_bytes <= static_cast<std::int64_t>(file.size()),
                  "no more is dropped than there is");
  } catch (const ReportError& error) {
    fuzz::Require(std::string(error.what()).find("journal.jsonl") != std::string::npos,
                  "an error names the file");
  }
}

}  // namespace
}  // namespace meval
