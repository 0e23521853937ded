// `mistral-eval compare`: runs side by side, and the gate.

#include <unistd.h>

#include <fstream>
#include <functional>
#include <ostream>

#include "evals/commands.h"
#include "evals/compare_runs.h"
#include "evals/jsonl_lines.h"
#include "evals/program.h"
#include "evals/read_outcomes.h"
#include "evals/terminal.h"
#include "reports/baseline.h"
#include "reports/comparison_report.h"

namespace meval {
namespace {

namespace fs = std::filesystem;

void WriteReport(const CompareCommandOptions& options, const Comparison& comparison,
                 std::ostream& out) {
  const auto most_flips = static_cast<std::size_t>(options.most_flips);
  if (options.format == "json") {
    WriteComparisonJson(comparison, out);
  } else if (options.format == "markdown") {
    WriteComparisonMarkdown(comparison, most_flips, out);
  } else {
    const bool is_stdout = options.out == "-";
    WriteComparisonConsole(comparison,
                           {.color = is_stdout && WantsColor(options.no_color),
                            .width = is_stdout ? TerminalWidth(STDOUT_FILENO) : 120,
                            .most_flips = most_flips},
                           out);
  }
}

// A file that `flag` names, replaced only once its new contents are whole: a baseline is worth more
// than a half-written one.
void ReplaceFile(const fs::path& path, const char* flag,
                 const std::function<void(std::ostream&)>& writer) {
  const fs::path temporary = path.string() + ".tmp";
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  if (out) writer(out);
  out.close();
  std::error_code error;
  if (out) fs::rename(temporary, path, error);
  if (out && !error) return;
  fs::remove(temporary, error);
  throw UsageError(std::string(flag) + ": " + path.string() +
                   " cannot be written; name another file");
}

}  // namespace

int CompareCommand(const CompareCommandOptions& options, std::ostream& out, std::ostream& err) {
  const std::vector<RunOutcomes> runs = ReadOutcomes(options.runs);
  bool passes = true;
  if (runs.size() > 1) {
    const Comparison comparison = CompareRuns(runs, options.compare);
    OutputStream output(options.out, "--out", out);
    WriteReport(options, comparison, output.stream());
    output.Close();
    if (!options.html.empty()) {
      ReplaceFile(options.html, "--html",
                  [&](std::ostream& page) { WriteComparisonHtml(comparison, page); });
    }
    passes = Passes(options.gate, comparison);
  }
  if (!options.write_baseline.empty()) {
    ReplaceFile(options.write_baseline, "--write-baseline",
                [&](std::ostream& file) { WriteBaseline(runs.back(), file); });
    err << "baseline: " << options.write_baseline.string() << " now holds "
        << options.runs.back().string() << '\n';
  }
  return passes ? kExitOk : kExitRegression;
}

}  // namespace meval
