#include "evals/baseline_gate.h"

#include <unistd.h>

#include <ostream>
#include <utility>

#include <fmt/format.h>

#include "evals/align_records.h"
#include "evals/compare_runs.h"
#include "evals/flags.h"
#include "evals/outcome_rows.h"
#include "evals/read_outcomes.h"
#include "evals/run_outcomes.h"
#include "evals/step_summary.h"
#include "evals/terminal.h"
#include "reports/comparison_report.h"
#include "reports/comparison_text.h"

namespace meval {
namespace {

constexpr std::size_t kMostFlips = 20;

// Fractions by which another harness' log is read, the main score first: a plan does not have them
// yet.
void AddMetrics(const TaskDefinition& definition, TaskOutcomes& task) {
  for (const ScoreDefinition& score : definition.scores) {
    const bool is_fraction = AggregateOf(definition, score.name) == Aggregate::kMean &&
                             !score.metric.starts_with("rouge");
    if (!is_fraction) continue;
    ComparedMetric metric;
    metric.value.name = score.name;
    const auto place = score.is_headline ? task.metrics.begin() : task.metrics.end();
    task.metrics.insert(place, metric);
  }
}

// What is known of the run before it begins: what will be asked.
RunOutcomes PlannedOutcomes(const RunOptions& options, const std::vector<EvalPlan>& plans) {
  RunOutcomes run;
  run.name = "this run";
  run.model = options.model.model;
  for (const EvalPlan& plan : plans) {
    TaskOutcomes task;
    task.task = plan.task->name();
    task.version = plan.definition().version;
    task.shots = plan.shots;
    task.data_digest = plan.data->data_digest;
    for (std::size_t slot = 0; slot < plan.selected.size(); ++slot) {
      RecordOutcome record;
      const Document& document = plan.data->documents[plan.selected[slot]];
      record.id = document.id;
      record.digest = ShortDigest(document.digest);
      record.prompt_digest = ShortDigest(plan.prompt_digests[slot]);
      task.records.push_back(std::move(record));
    }
    AddMetrics(plan.definition(), task);
    run.tasks.push_back(std::move(task));
  }
  return run;
}

}  // namespace

BaselineGate::BaselineGate(const RunOptions& options, const std::vector<EvalPlan>& plans)
    : options_(options), compare_(options.compare) {
  if (options.sequential) looks_.emplace(compare_.pair.alpha, plans.size());
  const RunOutcomes planned = PlannedOutcomes(options, plans);
  baseline_ = ReadOutcomesLike(options.baseline, planned);
  for (const TaskOutcomes& task : planned.tasks) {
    if (baseline_.Find(task.task) == nullptr) {
      throw UsageError(fmt::format("--baseline: {} has no task \"{}\"; --task names what to run",
                                   baseline_.name, task.task));
    }
    compare_.tasks.push_back(task.task);
    AlignRecords(std::vector{baseline_, planned}, task.task, compare_.common);
  }
}

bool BaselineGate::IsDecided(const TaskResult& result, const TaskDefinition& definition,
                             std::span<const SampleResult> samples, std::size_t look) const {
  RunOutcomes run;
  run.name = "this run";
  run.tasks = {OutcomesOfTask(result, definition, samples)};
  CompareOptions options = compare_;
  options.tasks = {result.task};
  options.common = true;
  const Comparison comparison = CompareRuns(std::vector{baseline_, run}, options);
  return looks_->IsDecided(comparison.tasks.front().pairs.front(), look);
}

Comparison BaselineGate::Compare(const RunDirectory& directory) const {
  const RunOutcomes run = ReadRunOutcomes(directory.path());
  CompareOptions options = compare_;
  // Where a look decided, the rest of the records was not evaluated.
  options.common = options.common || options_.sequential;
  Comparison comparison = CompareRuns(std::vector{baseline_, run}, options);
  for (TaskComparison& task : comparison.tasks) {
    if (const auto look = look_of_.find(task.task); look != look_of_.end()) {
      looks_->Adjust(look->second, task);
    }
  }
  return comparison;
}

std::vector<FailedLimit> BaselineGate::Failures(const Comparison& comparison) const {
  const ComparisonGate gate = ReportedGate(options_.gate, kMostFlips);
  std::vector<FailedLimit> failures;
  for (const TaskComparison& task : comparison.tasks) {
    if (!gate.Fails(task.pairs.front().verdict)) continue;
    failures.push_back({task.task, task.metric, VerdictSentence(comparison, task, 1)});
  }
  return failures;
}

bool BaselineGate::Finish(const Comparison& comparison, const RunDirectory& directory,
                          std::ostream& out, std::ostream& err) const {
  directory.Write("comparison.json",
                  [&](std::ostream& file) { WriteComparisonJson(comparison, file); });
  directory.Write("comparison.md", [&](std::ostream& file) {
    WriteComparisonMarkdown(comparison, kMostFlips, file);
  });
  directory.Write("comparison.html",
                  [&](std::ostream& file) { WriteComparisonHtml(comparison, file); });
  for (const std::string& format : options_.formats) {
    if (format == "console") {
      out << '\n';
      WriteComparisonConsole(
          comparison,
          {.color = WantsColor(options_.no_color), .width = TerminalWidth(STDOUT_FILENO)}, out);
    } else if (format == "markdown") {
      out << '\n';
      WriteComparisonMarkdown(comparison, kMostFlips, out);
    } else if (format == "github") {
      AppendStepSummary(
          [&](std::ostream& summary) { WriteComparisonMarkdown(comparison, kMostFlips, summary); });
      WriteComparisonGithub(comparison, ReportedGate(options_.gate, kMostFlips), out);
    }
  }
  const bool passes = Passes(options_.gate, comparison);
  if (!options_.quiet || !passes) {
    err << fmt::format("mistral-eval: against {}: {}{}\n", baseline_.name, Tally(comparison),
                       !options_.gate.is_on ? ""
                       : passes             ? "; the gate is open"
                                            : "; the gate is shut");
  }
  return passes;
}

}  // namespace meval
