// `mistral-eval arena`: ratings of models from battles.

#include <istream>
#include <ostream>

#include <fmt/format.h>

#include "evals/arena_report.h"
#include "evals/commands.h"
#include "evals/jsonl_lines.h"
#include "evals/program.h"
#include "metrics/metric_error.h"
#include "tasks/error.h"
#include "tasks/nearest_name.h"

namespace meval {
namespace {

BattleOutcome OutcomeOf(const JsonLine& line) {
  const std::string winner = GetText(line, "winner");
  try {
    return ParseBattleOutcome(winner);
  } catch (const MetricError&) {
    ThrowField(line, "winner", "model_a, model_b, tie or tie (bothbad)", "\"" + winner + "\"");
  }
}

std::string NameOf(const JsonLine& line, const std::string& field) {
  const std::string name = GetText(line, field);
  if (name.empty()) ThrowField(line, field, "a model's name", "an empty string");
  return name;
}

BattleLog ReadBattles(std::istream& in, const std::string& name) {
  BattleLog log;
  for (const JsonLine& line : ReadJsonLines(in, name)) {
    const std::string a = NameOf(line, "model_a");
    const std::string b = NameOf(line, "model_b");
    if (a == b) {
      ThrowField(line, "model_b", "another model than model_a", "\"" + b + "\" in both");
    }
    log.Add(a, b, OutcomeOf(line));
  }
  if (log.battles().empty()) {
    throw DataError(name + ": expected at least one battle, found none");
  }
  return log;
}

void RequireAnchor(const ArenaOptions& options, const BattleLog& log) {
  if (options.anchor && !log.Find(options.anchor->model)) {
    throw UsageError(fmt::format("--anchor: expected a model of the battles, found \"{}\"{}",
                                 options.anchor->model,
                                 tasks::DidYouMean(options.anchor->model, log.models())));
  }
}

}  // namespace

int ArenaCommand(const ArenaOptions& options, std::istream& in, std::ostream& out) {
  InputStream input(options.input, in);
  const BattleLog log = ReadBattles(input.stream(), input.name());
  RequireAnchor(options, log);
  const ArenaReport report = BuildArenaReport(log, options);
  OutputStream output(options.output, "--out", out);
  if (options.format == "json") {
    WriteArenaJson(report, output.stream());
  } else if (options.format == "csv") {
    WriteArenaCsv(report, output.stream());
  } else if (options.format == "markdown") {
    WriteArenaMarkdown(report, output.stream());
  } else {
    WriteArenaConsole(report, output.stream());
  }
  output.Close();
  return kExitOk;
}

}  // namespace meval
