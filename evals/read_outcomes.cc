#include "evals/read_outcomes.h"

#include <cstddef>
#include <fstream>
#include <string>
#include <system_error>

#include "evals/flags.h"
#include "evals/lm_eval_samples.h"
#include "evals/run_outcomes.h"
#include "reports/baseline.h"

namespace meval {
namespace {

namespace fs = std::filesystem;

bool HasRunsBelow(const fs::path& directory) {
  for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
    if (fs::is_regular_file(entry.path() / "results.json")) return true;
  }
  return false;
}

RunOutcomes ReadOwn(const fs::path& path, OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::kRepetitions:
      return ReadRepetitions(path);
    case OutcomeKind::kBaseline:
      return ReadBaselineFile(path);
    default:
      return ReadRunOutcomes(path);
  }
}

RunOutcomes ReadLogs(const fs::path& path, const RunOutcomes& like) {
  const std::vector<fs::path> files =
      fs::is_directory(path) ? FindLmEvalSamples(path) : std::vector<fs::path>{path};
  return OutcomesLike(like, ReadLmEvalSamples(files), path.string());
}

}  // namespace

OutcomeKind KindOf(const fs::path& path) {
  std::error_code error;
  const auto fail = [&](const std::string& found) {
    throw UsageError("compare: " + path.string() +
                     ": expected a run directory, a baseline file or samples of "
                     "lm-evaluation-harness, found " +
                     found);
  };
  if (fs::is_directory(path, error)) {
    if (fs::is_regular_file(path / "results.json", error)) return OutcomeKind::kRun;
    if (fs::is_regular_file(path / "run.json", error)) {
      fail(
          "a run without a report. A run that was stopped continues with the same command and "
          "--out");
    }
    if (HasRunsBelow(path)) return OutcomeKind::kRepetitions;
    if (!FindLmEvalSamples(path).empty()) return OutcomeKind::kLmEval;
    fail("a directory with none of them");
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) fail("nothing there that can be read");
  std::string line;
  std::getline(in, line);
  return IsBaseline(line) ? OutcomeKind::kBaseline : OutcomeKind::kLmEval;
}

std::vector<RunOutcomes> ReadOutcomes(std::span<const fs::path> paths) {
  std::vector<RunOutcomes> runs(paths.size());
  std::vector<std::size_t> logs;  // of lm-evaluation-harness
  const RunOutcomes* own = nullptr;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const OutcomeKind kind = KindOf(paths[i]);
    if (kind == OutcomeKind::kLmEval) {
      logs.push_back(i);
      continue;
    }
    runs[i] = ReadOwn(paths[i], kind);
    if (runs[i].tasks.empty() || runs[i].tasks.front().records.empty()) {
      throw UsageError("compare: " + paths[i].string() + " holds no record to compare");
    }
    if (own == nullptr) own = &runs[i];
  }
  if (own == nullptr) {
    throw UsageError(
        "compare: expected a run directory or a baseline file beside samples of "
        "lm-evaluation-harness, found none");
  }
  for (const std::size_t i : logs) runs[i] = ReadLogs(paths[i], *own);
  return runs;
}

RunOutcomes ReadOutcomesLike(const fs::path& path, const RunOutcomes& like) {
  const OutcomeKind kind = KindOf(path);
  return kind == OutcomeKind::kLmEval ? ReadLogs(path, like) : ReadOwn(path, kind);
}

}  // namespace meval
