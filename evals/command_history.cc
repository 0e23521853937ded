// `mistral-eval history`: scores over time.

#include <unistd.h>

#include <ostream>

#include "evals/commands.h"
#include "evals/history_of_runs.h"
#include "evals/jsonl_lines.h"
#include "evals/program.h"
#include "evals/terminal.h"

namespace meval {

int HistoryCommand(const HistoryOptions& options, std::ostream& out) {
  const History history = HistoryOfRuns(options.directory, options.compare);
  OutputStream output(options.out, "--out", out);
  if (options.format == "json") {
    WriteHistoryJson(history, output.stream());
  } else {
    const bool is_stdout = options.out == "-";
    WriteHistoryConsole(history, is_stdout ? TerminalWidth(STDOUT_FILENO) : 120,
                        is_stdout && WantsColor(options.no_color), output.stream());
  }
  output.Close();
  if (!options.html.empty()) {
    OutputStream page(options.html.string(), "--html", out);
    WriteHistoryHtml(history, page.stream());
    page.Close();
  }
  return kExitOk;
}

}  // namespace meval
