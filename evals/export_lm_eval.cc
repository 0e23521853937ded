#include "evals/export_lm_eval.h"

#include <ostream>
#include <string>
#include <vector>

#include "evals/replace_file.h"
#include "evals/stored_run.h"
#include "reports/lm_eval_report.h"
#include "tasks/task_definition.h"

namespace meval {

namespace fs = std::filesystem;

namespace {

LmEvalTask DescribeTask(const TaskDefinition& definition,
                        const std::vector<SampleResult>& samples) {
  LmEvalTask task;
  task.delimiter = definition.target_delimiter;
  for (const CategoryDefinition& category : definition.categories) {
    task.categories.push_back({category.name, category.groups});
  }
  task.metrics = MetricsOfSamples(samples);
  return task;
}

}  // namespace

fs::path ExportLmEval(const fs::path& run, const RunReport& report, const fs::path& folder) {
  const fs::path results = folder / LmEvalResultsPath(report);
  MakeFolder(results.parent_path(), "--out");
  const RunRecord record = ReadRunRecord(run);
  std::vector<LmEvalTask> tasks;
  for (const TaskResult& task : report.tasks) {
    const std::vector<SampleResult> samples = ReadSampleLog(run, task.task).samples;
    const PromptParts parts = ReadStoredParts(run, task.task);
    tasks.push_back(DescribeTask(DefinitionOf(task, record, run).definition(), samples));
    for (const LmEvalLog& log : LmEvalLogs(task.task, samples)) {
      ReplaceFile(folder / LmEvalSamplesPath(report, log.name), "--out", [&](std::ostream& out) {
        WriteLmEvalSamples(task, tasks.back(), log, parts, out);
      });
    }
  }
  ReplaceFile(results, "--out", [&](std::ostream& out) { WriteLmEvalResults(report, tasks, out); });
  return results;
}

}  // namespace meval
