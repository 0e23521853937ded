#include "evals/sheet_command.h"

#include <algorithm>
#include <istream>
#include <iterator>
#include <ostream>
#include <utility>

#include "evals/command_line/common_flags.h"
#include "evals/jsonl_lines.h"
#include "evals/program.h"
#include "evals/score_sheets.h"

namespace meval {

using command_line::Describe;
using command_line::Parse;
using command_line::RequireWord;

bool IsSheetCall(std::span<const std::string> arguments) {
  return std::any_of(arguments.begin(), arguments.end(), [](const std::string& argument) {
    return argument == "--sheet" || argument.starts_with("--sheet=");
  });
}

SheetOptions ParseSheet(std::span<const std::string> arguments) {
  SheetOptions options;
  CLI::App app;
  Describe(app, "score", "mistral-eval score --sheet ann.csv ben.csv",
           "What people thought of the answers in sheets that `mistral-eval report RUN --sheet N` "
           "wrote and they filled in:\n"
           "means with intervals, and how far the raters agree.");
  app.add_option("--sheet", options.sheets, "Filled sheets, CSV; one for each rater")->required();
  app.add_option("--format", options.format, "console or json")->capture_default_str();
  app.add_option("--out", options.out, "File to write; - is stdout")->capture_default_str();
  Parse(app, arguments);
  RequireWord("--format", options.format, {"console", "json"});
  return options;
}

int SheetCommand(const SheetOptions& options, std::istream& in, std::ostream& out) {
  std::vector<SheetFile> files;
  for (const std::string& path : options.sheets) {
    InputStream input(path, in);
    std::string text{std::istreambuf_iterator<char>(input.stream()), {}};
    files.push_back({input.name(), std::move(text)});
  }
  const SheetScores scores = ScoreSheets(files);
  OutputStream output(options.out, "--out", out);
  if (options.format == "json") {
    WriteJson(scores, output.stream());
  } else {
    WriteConsole(scores, output.stream());
  }
  output.Close();
  return kExitOk;
}

}  // namespace meval
