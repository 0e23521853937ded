// `mistral-eval score`: scores without a model.

#include <algorithm>
#include <ostream>
#include <thread>

#include "evals/commands.h"
#include "evals/jsonl_lines.h"
#include "evals/program.h"
#include "evals/rescore_report.h"
#include "evals/rescore_run.h"
#include "evals/score_pairs.h"

namespace meval {
namespace {

int NumThreads(const ScoreOptions& options) {
  if (options.threads > 0) return options.threads;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

int ScoreRun(const ScoreOptions& options, std::ostream& out) {
  const RescoredRun rescored = RescoreRun(options.samples, NumThreads(options));
  OutputStream output(options.out, "--out", out);
  const std::string run = options.samples.string();
  if (options.format == "json") {
    WriteJson(rescored, run, output.stream());
  } else {
    WriteConsole(rescored, run, output.stream());
  }
  output.Close();
  return rescored.IsEqual() ? kExitOk : kExitRegression;
}

}  // namespace

int ScoreCommand(const ScoreOptions& options, std::istream& in, std::ostream& out) {
  if (options.metrics.empty()) return ScoreRun(options, out);
  return ScorePairsCommand(options, NumThreads(options), in, out);
}

}  // namespace meval
