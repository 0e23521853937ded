#ifndef MEVAL_REPORTS_JOURNAL_H_
#define MEVAL_REPORTS_JOURNAL_H_

// journal.jsonl: one line per finished request, keyed by the digest of what was asked, appended and
// synced in batches. A run that was killed reads it and asks only for the rest. The first line says
// which run the journal belongs to, and every line carries a checksum; a torn last line is dropped,
// a damaged one in the middle is an error that names it. docs/report-schema.md describes the lines.
//
//   JournalWriter journal(directory.journal(), Sha256(ToText(identity)));
//   for (...) if (!journal.finished().scores.contains(key)) journal.Add(key, Ask(...));
//   journal.Sync();
//
// What is read back is what was added, to the bit: doubles in their shortest exact form, text in
// any bytes. One process writes at a time; a second one is refused while the first holds the file.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>

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

// What an existing journal holds. Later lines win over earlier ones of the same key, so that a
// request that was recorded twice counts once.
struct JournalContents {
  std::unordered_map<std::string, JournalScore> scores;  // key -> score
  std::unordered_map<std::string, JournalGeneration>
      generations;                 // key + "#" + sample -> generation
  std::int64_t dropped_bytes = 0;  // of a torn last line
};

// `run`: the digest of the run's identity, which the journal's first line must name. An absent file
// gives empty contents. A last line that has no line end or is damaged is torn. Throws ReportError:
// another run's journal, one of another format, or (path:line) any other line that is damaged.
JournalContents ReadJournal(const std::filesystem::path& path, std::string_view run);

class JournalWriter {
 public:
  // Opens for appending, creating the file with its first line, or cutting off a torn last one.
  // Throws ReportError: cannot be written, not a regular file, held by another process, and what
  // ReadJournal throws.
  JournalWriter(const std::filesystem::path& path, std::string_view run);
  ~JournalWriter();  // flushes; never throws
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;

  // What the journal held when it was opened, and locked: nobody has added to it since but this.
  const JournalContents& finished() const { return finished_; }

  // Throw std::logic_error if the key is not UTF-8 or a logprob is not finite, and what Sync
  // throws.
  void Add(std::string_view key, const JournalScore& score);
  void Add(std::string_view key, std::int64_t sample, const JournalGeneration& generation);
  // Hands what is buffered to the operating system, so that a kill of this process cannot lose it,
  // and syncs if that is due. Throws as Sync.
  void Flush();
  // Writes and fsyncs what is buffered. Called by itself every 512 lines or 2 seconds. Throws
  // ReportError; what was not written stays buffered, so a later call goes on where this one
  // failed.
  void Sync();

 private:
  void Open(std::string_view run);
  void Append(const std::string& line);
  void Write();
  std::filesystem::path path_;
  int file_ = -1;
  JournalContents finished_;
  std::string buffer_;               // not yet given to the operating system
  std::int64_t unsynced_lines_ = 0;  // since the last fsync, the buffer's included
  std::chrono::steady_clock::time_point last_sync_;
};

}  // namespace meval

#endif  // MEVAL_REPORTS_JOURNAL_H_
