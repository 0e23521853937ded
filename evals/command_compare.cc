// `mistral-eval compare`: runs side by side, and the gate.

#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <ostream>

#include "evals/commands.h"
#include "evals/compare_bench.h"
#include "evals/compare_runs.h"
#include "evals/jsonl_lines.h"
#include "evals/program.h"
#include "evals/read_outcomes.h"
#include "evals/replace_file.h"
#include "evals/step_summary.h"
#include "evals/terminal.h"
#include "reports/baseline.h"
#include "reports/comparison_report.h"

namespace meval {
namespace {

void WriteReport(const CompareCommandOptions& options, const Comparison& comparison,
                 std::ostream& out) {
  const auto most_flips = static_cast<std::size_t>(options.most_flips);
  if (options.format == "json") {
    WriteComparisonJson(comparison, out);
  } else if (options.format == "markdown") {
    WriteComparisonMarkdown(comparison, most_flips, out);
  } else if (options.format == "junit") {
    WriteComparisonJunit(comparison, ReportedGate(options.gate, most_flips), out);
  } else if (options.format == "github") {
    AppendStepSummary(
        [&](std::ostream& summary) { WriteComparisonMarkdown(comparison, most_flips, summary); });
    WriteComparisonGithub(comparison, ReportedGate(options.gate, most_flips), out);
  } else {
    const bool is_stdout = options.out == "-";
    WriteComparisonConsole(comparison,
                           {.color = is_stdout && WantsColor(options.no_color),
                            .width = is_stdout ? TerminalWidth(STDOUT_FILENO) : 120,
                            .most_flips = most_flips},
                           out);
  }
}

}  // namespace

int CompareCommand(const CompareCommandOptions& options, std::ostream& out, std::ostream& err) {
  const auto num_benches = std::count_if(options.runs.begin(), options.runs.end(), IsBench);
  if (num_benches == std::ssize(options.runs)) return CompareBenchCommand(options, out);
  if (num_benches > 0) {
    throw UsageError("compare: expected runs or benchmarks, found both");
  }
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
