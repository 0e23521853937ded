#include "evals/run_files.h"

#include <ostream>
#include <sstream>

#include "evals/report_page.h"
#include "evals/stored_run.h"
#include "evals/task_figures.h"
#include "reports/json_report.h"
#include "reports/markdown_report.h"

namespace meval {

void WriteReportFiles(const RunDirectory& directory, const RunReport& report) {
  directory.Write("results.json", [&](std::ostream& out) { WriteResultsJson(report, out); });
  directory.Write("report.md", [&](std::ostream& out) { WriteMarkdownReport(report, out); });
}

std::int64_t WritePageFile(const RunDirectory& directory, const RunReport& report,
                           std::span<const HtmlTask> pages) {
  std::ostringstream page;
  WriteHtmlReport(report, RunFigures(report), pages, page);
  directory.Write("report.html", [&](std::ostream& out) { out << page.view(); });
  return static_cast<std::int64_t>(page.view().size());
}

std::vector<HtmlTask> StoredPages(const std::filesystem::path& directory, const RunReport& report) {
  std::vector<HtmlTask> pages;
  for (const TaskResult& task : report.tasks) {
    pages.push_back(MakeHtmlTask(task, ReadSampleLog(directory, task.task).samples,
                                 ReadStoredParts(directory, task.task)));
  }
  return pages;
}

}  // namespace meval
