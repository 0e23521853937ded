#ifndef MEVAL_EVALS_RUN_FILES_H_
#define MEVAL_EVALS_RUN_FILES_H_

// The reports in a run directory, for the run itself and for commands that come after it.

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "reports/html_report.h"
#include "reports/result.h"
#include "reports/run_directory.h"

namespace meval {

// results.json and report.md. Throws ReportError.
void WriteReportFiles(const RunDirectory& directory, const RunReport& report);

// report.html, whose size in bytes it gives. `pages` are those of report.tasks, in their order.
// Throws ReportError.
std::int64_t WritePageFile(const RunDirectory& directory, const RunReport& report,
                           std::span<const HtmlTask> pages);

// What report.html shows of each task of `report`, from the sample logs and prompts in its
// directory. Throws DataError where one is missing or damaged.
std::vector<HtmlTask> StoredPages(const std::filesystem::path& directory, const RunReport& report);

}  // namespace meval

#endif  // MEVAL_EVALS_RUN_FILES_H_
