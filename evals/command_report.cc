// `mistral-eval report`: the report of an earlier run, written again.

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <vector>

#include <fmt/format.h>

#include "evals/jsonl_lines.h"
#include "evals/program.h"
#include "evals/report_options.h"
#include "evals/report_page.h"
#include "evals/run_formats.h"
#include "evals/stored_run.h"
#include "evals/task_figures.h"
#include "evals/terminal.h"

namespace meval {
namespace {

namespace fs = std::filesystem;

// Runs of earlier builds have no such file: their pages show exemplars by name.
PromptParts ReadParts(const fs::path& directory, const std::string& task) {
  const fs::path path = directory / PromptsFileName(task);
  std::ifstream in(path, std::ios::binary);
  if (!in) return {};
  return ReadPromptParts(std::string{std::istreambuf_iterator<char>(in), {}}, path.string());
}

void WritePage(const RunReport& report, const fs::path& directory, std::ostream& out) {
  std::vector<HtmlTask> tasks;
  for (const TaskResult& task : report.tasks) {
    tasks.push_back(MakeHtmlTask(task, ReadSampleLog(directory, task.task).samples,
                                 ReadParts(directory, task.task)));
  }
  WriteHtmlReport(report, RunFigures(report), tasks, out);
}

}  // namespace

int ReportCommand(const ReportCommandOptions& options, std::ostream& out, std::ostream& err) {
  const RunReport report = ReadRunReport(options.run);
  const bool is_page = options.format == "html";
  std::string path = options.out;
  if (path.empty()) path = is_page ? (options.run / "report.html").string() : "-";
  OutputStream output(path, "--out", out);
  if (is_page) {
    WritePage(report, options.run, output.stream());
  } else {
    WriteRunFormat(options.format, report,
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
