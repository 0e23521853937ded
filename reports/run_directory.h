#ifndef MEVAL_REPORTS_RUN_DIRECTORY_H_
#define MEVAL_REPORTS_RUN_DIRECTORY_H_

// The folder a run leaves behind: run.json, journal.jsonl, results.json, samples_<task>.jsonl.

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string>

#include "reports/result.h"

namespace meval {

class RunDirectory {
 public:
  // Creates `path`, or continues it if its run.json has the same identity. Throws ReportError: not
  // writable, not a run directory, or another identity (the differing keys are named).
  static RunDirectory Open(const std::filesystem::path& path, const RunReport& run);

  const std::filesystem::path& path() const { return path_; }
  bool is_continued() const { return is_continued_; }
  std::filesystem::path journal() const { return path_ / "journal.jsonl"; }
  // Writes `name` through a temporary file that is synced and renamed, so a reader never sees half
  // of it.
  void Write(const std::string& name, const std::function<void(std::ostream&)>& writer) const;

 private:
  RunDirectory(std::filesystem::path path, bool is_continued);
  std::filesystem::path path_;
  bool is_continued_;
};

}  // namespace meval

#endif  // MEVAL_REPORTS_RUN_DIRECTORY_H_
