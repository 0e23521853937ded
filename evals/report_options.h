#ifndef MEVAL_EVALS_REPORT_OPTIONS_H_
#define MEVAL_EVALS_REPORT_OPTIONS_H_

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <span>
#include <string>

namespace meval {

// `mistral-eval report`: the report of an earlier run, written again from its directory.
struct ReportCommandOptions {
  std::filesystem::path run;
  std::string format = "html";  // html, lm-eval or one of RunFormatNames()
  std::string out;  // "": report.html or lm-eval in the run directory, or stdout; "-": stdout
  std::filesystem::path baseline;  // whose flips the page marks; "": none
  std::int64_t sheet = 0;  // records of a rating sheet of each task, written instead; 0: none
  bool all_groups = false;
  bool no_color = false;
};

// Throws UsageError.
ReportCommandOptions ParseReport(std::span<const std::string> arguments);

// Returns an exit code. Throws DataError for a file of the run that is missing or damaged.
int ReportCommand(const ReportCommandOptions& options, std::ostream& out, std::ostream& err);

}  // namespace meval

#endif  // MEVAL_EVALS_REPORT_OPTIONS_H_
