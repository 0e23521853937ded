#include "evals/store_verdicts.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "evals/aggregate_groups.h"
#include "evals/run_files.h"
#include "evals/sample_log.h"
#include "evals/stored_run.h"
#include "reports/run_directory.h"
#include "tasks/task_registry.h"

namespace meval {
namespace {

bool HasNews(const RescoredTask& task) { return task.executed.has_value(); }

void AddNote(RescoredRun& rescored, const std::string& note) {
  for (RescoredTask& task : rescored.tasks) {
    if (task.executed) task.notes.push_back(note);
  }
}

// Groups that a run names but this build does not know, such as a user's own, stay as they were.
void UpdateGroups(RunReport& report) {
  const TaskRegistry registry;
  std::vector<TaskGroup> known;
  for (const GroupResult& group : report.groups) {
    for (const TaskGroup& candidate : registry.groups()) {
      if (candidate.name == group.group) known.push_back(candidate);
    }
  }
  for (GroupResult& updated : AggregateGroups(known, report.tasks)) {
    for (GroupResult& group : report.groups) {
      if (group.group == updated.group) group = updated;
    }
  }
}

}  // namespace

void StoreVerdicts(const std::filesystem::path& directory, RescoredRun& rescored) {
  if (std::none_of(rescored.tasks.begin(), rescored.tasks.end(), HasNews)) return;
  if (!rescored.IsEqual()) {
    AddNote(rescored, "not written into the run, since not everything else in it is equal");
    return;
  }
  RunReport report = ReadRunReport(directory);
  const RunDirectory run = RunDirectory::Open(directory, report);
  for (std::size_t i = 0; i < rescored.tasks.size(); ++i) {
    if (!rescored.tasks[i].executed) continue;
    ExecutedTask& executed = *rescored.tasks[i].executed;
    WriteSampleLog(run, executed.samples, executed.result);
    report.tasks[i] = executed.result;
  }
  UpdateGroups(report);
  WriteReportFiles(run, report);
  WritePageFile(run, report, StoredPages(directory, report));
  AddNote(rescored,
          "verdicts and scores are now in the run: its sample log, results.json and reports");
}

}  // namespace meval
