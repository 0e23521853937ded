#ifndef MEVAL_REPORTS_RUN_DIRECTORY_H_
#define MEVAL_REPORTS_RUN_DIRECTORY_H_

// The folder a run leaves behind: run.json, journal.jsonl, results.json, samples_<task>.jsonl.

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

#include "reports/result.h"

namespace meval {

// "<kind>_<task><extension>"; characters of the task's name other than A-Z a-z 0-9 . _ - become
// "_".
std::string TaskFileName(std::string_view kind, std::string_view task, std::string_view extension);
std::string SamplesFileName(std::string_view task);  // "samples_<task>.jsonl"

// One process works in a directory at a time: it is locked for as long as this lives.
class RunDirectory {
 public:
  // Creates `path` with its parents and writes run.json, or continues it if its run.json has the
  // same identity (that file stays as it is). An empty directory counts as new. Throws ReportError:
  // not writable, in use by another process, not a run directory, or another identity (the
  // differing keys are named with both values).
  static RunDirectory Open(const std::filesystem::path& path, const RunReport& run);
  ~RunDirectory();
  RunDirectory(RunDirectory&& other) noexcept;
  RunDirectory(const RunDirectory&) = delete;
  RunDirectory& operator=(const RunDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  bool is_continued() const { return is_continued_; }
  std::filesystem::path journal() const { return path_ / "journal.jsonl"; }
  // Writes `name` through a temporary file that is synced and renamed, so a reader never sees half
  // of it, and an earlier file of that name stays whole if this one fails. Throws ReportError if it
  // cannot be written, std::invalid_argument if `name` is not a plain file name, and whatever
  // `writer` throws.
  void Write(const std::string& name, const std::function<void(std::ostream&)>& writer) const;

 private:
  explicit RunDirectory(std::filesystem::path path);  // locks
  std::filesystem::path path_;
  int lock_ = -1;  // the open directory
  bool is_continued_ = false;
};

}  // namespace meval

#endif  // MEVAL_REPORTS_RUN_DIRECTORY_H_
