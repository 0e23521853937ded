#ifndef MEVAL_EVALS_RESCORE_RUN_H_
#define MEVAL_EVALS_RESCORE_RUN_H_

// The scores of an earlier run, computed again from its directory alone: no model, no data set.
//
// From run.json comes the definition of each task, from samples_<task>.jsonl what the model
// answered: log-probabilities of choices and windows, texts of completions. Answers are extracted
// and compared again, and the scores go the way they went in the run (score_choices.h,
// score_completions.h, score_rolling.h, aggregate_samples.h). Doubles are compared bit by bit.
// Programs that a model wrote are not run again for that: how each of them ended is in the log.
// Where it is asked for they are run, and what the log lacks is computed.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "evals/code_runner.h"
#include "reports/result.h"

namespace meval {

// One metric of a report beside what was computed now; one of the two may be missing.
struct RescoredMetric {
  std::string subset;       // "" for the whole task
  std::string subset_kind;  // as SubsetResult::kind
  std::optional<MetricValue> reported;
  std::optional<MetricValue> recomputed;
  // Which of "value", "standard_error", "ci_low", ... differ; all of them where one is missing.
  std::vector<std::string> differences;
  bool is_new = false;  // the run had left programs for later, and they were run now

  const std::string& name() const { return reported ? reported->name : recomputed->name; }
};

// A task of the run as it is once its programs have been run for the first time.
struct ExecutedTask {
  std::vector<SampleResult> samples;  // with verdicts
  TaskResult result;                  // with scores; its samples_digest is that of the old log
};

struct RescoredTask {
  std::string task;
  std::int64_t num_samples = 0;          // lines of the sample log
  std::int64_t num_samples_changed = 0;  // whose logged scores are not those computed now
  std::vector<RescoredMetric> metrics;   // of the whole task, then of its subsets
  std::vector<std::string> problems;     // sentences: what else does not agree
  std::vector<std::string> notes;        // what could not be checked
  std::optional<ExecutedTask> executed;  // where the run had left programs for later

  bool IsEqual() const;
};

struct RescoredRun {
  std::string version;  // of mistral-eval, which wrote the report
  std::vector<RescoredTask> tasks;
  std::vector<std::string> problems;

  bool IsEqual() const;
};

// `num_threads` scores documents; no number depends on it. Throws UsageError if `directory` is not
// one, DataError if a file is missing or damaged, with its line, or if a task's definition is not
// to be had. `code` runs the programs of tasks that have some; null: they are not run.
RescoredRun RescoreRun(const std::filesystem::path& directory, int num_threads,
                       const CodeRunner* code = nullptr);

}  // namespace meval

#endif  // MEVAL_EVALS_RESCORE_RUN_H_
