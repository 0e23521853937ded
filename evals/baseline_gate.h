#ifndef MEVAL_EVALS_BASELINE_GATE_H_
#define MEVAL_EVALS_BASELINE_GATE_H_

// `run --baseline`: a run that is compared with another one as soon as it is finished.

#include <cstddef>
#include <iosfwd>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evals/eval_plan.h"
#include "evals/run_options.h"
#include "evals/sequential_looks.h"
#include "reports/comparison.h"
#include "reports/failed_limit.h"
#include "reports/outcomes.h"
#include "reports/run_directory.h"

namespace meval {

class BaselineGate {
 public:
  // Reads the baseline, and refuses before any model time is spent what cannot be compared: tasks
  // the baseline lacks, other records or prompts (UsageError, as evals/align_records.h says), a
  // damaged file (DataError). Samples of lm-evaluation-harness are read here too.
  BaselineGate(const RunOptions& options, const std::vector<EvalPlan>& plans);

  // Compares a finished run's directory with the baseline.
  Comparison Compare(const RunDirectory& directory) const;

  // What a run's JUnit report shows as failed: the scores whose verdict fails the gate.
  std::vector<FailedLimit> Failures(const Comparison& comparison) const;

  // Writes comparison.json, comparison.md and comparison.html into the run directory, and shows the
  // comparison in the formats of the options. False where the gate fails.
  bool Finish(const Comparison& comparison, const RunDirectory& directory, std::ostream& out,
              std::ostream& err) const;

  // Of a sequential run: when its tasks are looked at, whether a task is decided at a look, and at
  // which look it ended.
  const SequentialLooks& looks() const { return *looks_; }
  bool IsDecided(const TaskResult& result, const TaskDefinition& definition,
                 std::span<const SampleResult> samples, std::size_t look) const;
  void SetLook(const std::string& task, std::size_t look) { look_of_[task] = look; }

 private:
  const RunOptions& options_;
  CompareOptions compare_;
  RunOutcomes baseline_;
  std::optional<SequentialLooks> looks_;        // of a sequential run
  std::map<std::string, std::size_t> look_of_;  // by task
};

}  // namespace meval

#endif  // MEVAL_EVALS_BASELINE_GATE_H_
