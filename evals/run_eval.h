#ifndef MEVAL_EVALS_RUN_EVAL_H_
#define MEVAL_EVALS_RUN_EVAL_H_

// `mistral-eval run` from options to report, in the order a person would do it: tasks, data,
// prompts, model, requests, scores.

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "evals/eval.h"
#include "evals/model_loader.h"
#include "evals/run_options.h"
#include "reports/result.h"
#include "tasks/task_registry.h"

namespace meval {

// Where data is looked for, in order: --data alone if given, else $MISTRAL_EVAL_DATA, ./data, the
// shipped samples.
std::vector<std::filesystem::path> DataDirectories(const DataSelection& data);
// Where and how one task's data is read under a data selection. The shipped samples may be of any
// size.
DataOptions TaskDataOptions(const Task& task, const DataSelection& selection, bool needs_exemplars);
// Throws UsageError if a data file is given for a task that is not among `tasks`: a slip of the
// user's. `where` says what they are: "this run".
void RequireDataFilesAreUsed(const DataSelection& data, std::span<const Task> tasks,
                             const std::string& where);
// Whether a directory is the one of the shipped samples.
bool IsSamplesDir(const std::filesystem::path& directory);

// The tasks of a run with their records and prompts; owns what the plans point to.
class PlannedTasks {
 public:
  // Reads every record and builds every prompt before any model is loaded, so that bad data costs
  // no time. `chat`: how the model is addressed. Throws UnknownTaskError, DataError or UsageError.
  explicit PlannedTasks(const RunOptions& options,
                        const std::shared_ptr<const ChatFormat>& chat = nullptr)
      : PlannedTasks(TaskRegistry(options.data.include_paths), options, chat) {}

  const std::vector<EvalPlan>& plans() const { return plans_; }
  // The groups that were asked for by name, and those that they are made of.
  const std::vector<TaskGroup>& groups() const { return groups_; }

 private:
  PlannedTasks(const TaskRegistry& registry, const RunOptions& options,
               const std::shared_ptr<const ChatFormat>& chat);

  std::vector<Task> tasks_;
  std::vector<TaskGroup> groups_;
  std::vector<std::unique_ptr<TaskData>> data_;
  std::vector<EvalPlan> plans_;
};

// What makes the run comparable with another: model, arithmetic, tasks, data, prompts, seed and
// semantic flags.
RunIdentity IdentityOf(const RunOptions& options, const std::vector<EvalPlan>& plans,
                       const LoadedModel& model);

// A report with all that is known before the first request is answered.
RunReport StartReport(RunIdentity identity, const std::vector<EvalPlan>& plans,
                      const std::vector<std::string>& command, const LoadedModel& model);

// Runs one plan, whose requests are `encoded`, and says what came out; samples go to `samples`.
TaskResult RunTask(const EvalPlan& plan, EncodedTask encoded, const EvalEnvironment& environment,
                   std::vector<SampleResult>& samples, bool& is_complete);

}  // namespace meval

#endif  // MEVAL_EVALS_RUN_EVAL_H_
