// `mistral-eval report`: the report of an earlier run, written again.

#include <unistd.h>

#include <filesystem>
#include <ostream>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "evals/compare_runs.h"
#include "evals/draw_sheet.h"
#include "evals/export_lm_eval.h"
#include "evals/jsonl_lines.h"
#include "evals/program.h"
#include "evals/read_outcomes.h"
#include "evals/report_options.h"
#include "evals/report_page.h"
#include "evals/run_files.h"
#include "evals/run_formats.h"
#include "evals/stored_run.h"
#include "evals/task_figures.h"
#include "evals/terminal.h"

namespace meval {
namespace {

namespace fs = std::filesystem;

// Flips of each task that the baseline has too.
void AddFlips(const ReportCommandOptions& options, std::span<HtmlTask> pages,
              const RunReport& report) {
  const std::vector<RunOutcomes> runs = ReadOutcomes(std::vector{options.baseline, options.run});
  SetFlips(CompareRuns(runs, {}), report, pages);
}

void WritePage(const ReportCommandOptions& options, const RunReport& report, std::ostream& out) {
  std::vector<HtmlTask> tasks = StoredPages(options.run, report);
  if (!options.baseline.empty()) AddFlips(options, tasks, report);
  WriteHtmlReport(report, RunFigures(report), tasks, out);
}

}  // namespace

int ReportCommand(const ReportCommandOptions& options, std::ostream& out, std::ostream& err) {
  const RunReport report = ReadRunReport(options.run);
  if (options.sheet > 0) {
    const fs::path folder = options.out.empty() ? options.run : fs::path(options.out);
    const std::vector<fs::path> paths = WriteSheets(options.run, report, options.sheet, folder);
    for (const fs::path& path : paths) err << path.string() << '\n';
    if (paths.empty()) err << "mistral-eval: no task of this run has answers to rate\n";
    return kExitOk;
  }
  if (options.format == "lm-eval") {
    const fs::path folder = options.out.empty() ? options.run / "lm-eval" : fs::path(options.out);
    err << ExportLmEval(options.run, report, folder).string() << '\n';
    return kExitOk;
  }
  const bool is_page = options.format == "html";
  std::string path = options.out;
  if (path.empty()) path = is_page ? (options.run / "report.html").string() : "-";
  OutputStream output(path, "--out", out);
  if (is_page) {
    WritePage(options, report, output.stream());
  } else {
    WriteRunFormat(options.format, report, {},
                   {.color = path == "-" && WantsColor(options.no_color),
                    .all_groups = options.all_groups,
                    .width = TerminalWidth(STDOUT_FILENO)},
                   output.stream());
  }
  output.Close();
  if (is_page && path != "-") {
    err << fmt::format("{}: {:.1f} MB\n", path, static_cast<double>(fs::file_size(path)) / 1e6);
  }
  return kExitOk;
}

}  // namespace meval
