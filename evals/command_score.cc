// `mistral-eval score`: scores without a model.

#include <algorithm>
#include <exception>
#include <istream>
#include <optional>
#include <ostream>

#include "evals/code_runner.h"
#include "evals/commands.h"
#include "evals/jsonl_lines.h"
#include "evals/pair_files.h"
#include "evals/pair_report.h"
#include "evals/program.h"
#include "evals/rescore_report.h"
#include "evals/rescore_run.h"
#include "evals/score_pairs.h"
#include "evals/store_verdicts.h"
#include "metrics/parallel.h"
#include "reports/error.h"

namespace meval {
namespace {

int NumThreads(const ScoreOptions& options) {
  if (options.threads > 0) return options.threads;
  return NumHardwareThreads();
}

std::vector<PairFile> ReadFiles(const ScoreOptions& options, std::istream& in) {
  std::vector<PairFile> files;
  for (const std::string& path : options.inputs) {
    InputStream input(path, in);
    files.push_back(ReadPairFile(input.stream(), input.name()));
    if (files.size() > 1) AlignPairFile(files.front(), files.back());
  }
  return files;
}

void WriteReport(const PairReport& report, const std::string& format, std::ostream& out) {
  if (format == "json") {
    WriteJson(report, out);
  } else if (format == "csv") {
    WriteCsv(report, out);
  } else if (format == "markdown") {
    WriteMarkdown(report, out);
  } else {
    WriteConsole(report, out);
  }
}

int ScorePairFiles(const ScoreOptions& options, std::istream& in, std::ostream& out) {
  const std::vector<PairFile> files = ReadFiles(options, in);
  ScorePairsOptions pairs = options.pairs;
  pairs.num_threads = NumThreads(options);
  const PairReport report = ScorePairs(files, pairs);
  if (!options.per_sample.empty()) {
    OutputStream lines(options.per_sample, "--per-sample", out);
    WritePerSample(report, files, lines.stream());
    lines.Close();
  }
  OutputStream output(options.out, "--out", out);
  WriteReport(report, options.format, output.stream());
  output.Close();
  return kExitOk;
}

int ScoreRun(const ScoreOptions& options, std::ostream& out) {
  std::optional<CodeRunner> code;
  if (options.code.is_allowed) code.emplace(options.code, NumThreads(options));
  RescoredRun rescored = RescoreRun(options.samples, NumThreads(options), code ? &*code : nullptr);
  std::exception_ptr failure;  // thrown once what was found has been shown
  try {
    StoreVerdicts(options.samples, rescored);
  } catch (const ReportError&) {
    failure = std::current_exception();
  }
  OutputStream output(options.out, "--out", out);
  const std::string run = options.samples.string();
  if (options.format == "json") {
    WriteJson(rescored, run, output.stream());
  } else {
    WriteConsole(rescored, run, output.stream());
  }
  output.Close();
  if (failure) std::rethrow_exception(failure);
  return rescored.IsEqual() ? kExitOk : kExitRegression;
}

int ListMetrics(const ScoreOptions& options, std::ostream& out) {
  OutputStream output(options.out, "--out", out);
  if (options.format == "json") {
    WriteCatalogueJson(output.stream());
  } else {
    WriteCatalogue(output.stream());
  }
  output.Close();
  return kExitOk;
}

}  // namespace

int ScoreCommand(const ScoreOptions& options, std::istream& in, std::ostream& out) {
  if (options.list) return ListMetrics(options, out);
  if (!options.samples.empty()) return ScoreRun(options, out);
  return ScorePairFiles(options, in, out);
}

}  // namespace meval
