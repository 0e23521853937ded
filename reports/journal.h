#ifndef MEVAL_REPORTS_JOURNAL_H_
#define MEVAL_REPORTS_JOURNAL_H_

// journal.jsonl: one line per finished request, keyed by the digest of what was asked, appended and
// synced in batches. A run that was killed reads it and asks only for the rest; a torn last line is
// dropped. docs/report-schema.md describes the lines.
//
// What is read back is what was added, to the bit: doubles in their shortest exact form, text in
// any bytes. One process writes at a time; a second one is refused while the first holds the file.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace meval {

struct JournalScore {
  double logprob = 0;
  bool is_greedy = false;
  std::int64_t num_tokens = 0;
};

struct JournalGeneration {
  std::string text;
  std::string stop_reason;
  std::int64_t num_tokens = 0;
};

// What an existing journal holds. Later lines win over earlier ones of the same key.
struct JournalContents {
  std::unordered_map<std::string, JournalScore> scores;  // key -> score
  std::unordered_map<std::string, JournalGeneration>
      generations;                 // key + "#" + sample -> generation
  std::int64_t dropped_bytes = 0;  // of a torn last line
};

// An absent file gives empty contents. A last line that has no line end or is not a journal line is
// torn. Throws ReportError (path:line) if any other line is not a journal line.
JournalContents ReadJournal(const std::filesystem::path& path);

class JournalWriter {
 public:
  // Opens for appending, creating the file, first cutting off a torn last line. Throws ReportError:
  // cannot be written, not a regular file, or held by another process.
  explicit JournalWriter(const std::filesystem::path& path);
  ~JournalWriter();  // flushes; never throws
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;

  // Throw std::logic_error if the key is not UTF-8 or a logprob is not finite, and what Sync
  // throws.
  void Add(std::string_view key, const JournalScore& score);
  void Add(std::string_view key, std::int64_t sample, const JournalGeneration& generation);
  // Writes and fsyncs what is buffered. Called by itself every 512 lines or 2 seconds. Throws
  // ReportError; what was not written stays buffered, so a later call goes on where this one
  // failed.
  void Sync();

 private:
  void Append(std::string line);
  std::filesystem::path path_;
  int file_ = -1;
  std::string buffer_;
  std::int64_t buffered_lines_ = 0;
  std::chrono::steady_clock::time_point last_sync_;
};

}  // namespace meval

#endif  // MEVAL_REPORTS_JOURNAL_H_
