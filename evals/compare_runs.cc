#include "evals/compare_runs.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "evals/align_records.h"
#include "evals/compare_pair.h"
#include "evals/flags.h"
#include "metrics/multiple_testing.h"
#include "metrics/ratio_of_times.h"
#include "tasks/nearest_name.h"

namespace meval {
namespace {

const ComparedMetric* FindMetric(const TaskOutcomes& task, const std::string& name) {
  for (const ComparedMetric& metric : task.metrics) {
    if (metric.value.name == name) return &metric;
  }
  return nullptr;
}

std::vector<std::string> MetricNames(const TaskOutcomes& task) {
  std::vector<std::string> names;
  for (const ComparedMetric& metric : task.metrics) names.push_back(metric.value.name);
  return names;
}

// The metric to judge: the one asked for, or the first of the baseline's that every run has.
const ComparedMetric& ChooseMetric(const AlignedTask& aligned, const CompareOptions& options) {
  const TaskOutcomes& baseline = *aligned.tasks.front();
  const auto is_everywhere = [&](const std::string& name) {
    return std::all_of(aligned.tasks.begin(), aligned.tasks.end(), [&](const TaskOutcomes* task) {
      return FindMetric(*task, name) != nullptr;
    });
  };
  if (const auto asked = options.metrics.find(baseline.task); asked != options.metrics.end()) {
    if (is_everywhere(asked->second)) return *FindMetric(baseline, asked->second);
    throw UsageError(fmt::format("--metric: {}: expected a metric of every run, found \"{}\"{}",
                                 baseline.task, asked->second,
                                 tasks::DidYouMean(asked->second, MetricNames(baseline))));
  }
  for (const ComparedMetric& metric : baseline.metrics) {
    if (is_everywhere(metric.value.name)) return metric;
  }
  throw UsageError(
      fmt::format("compare: task \"{}\": the runs have no metric in common; the first "
                  "has {}",
                  baseline.task, fmt::join(MetricNames(baseline), ", ")));
}

// A signature without the fields that say how its interval was resampled.
std::string Definition(const std::string& signature) {
  std::string kept;
  for (std::size_t begin = 0; begin < signature.size();) {
    const std::size_t end = std::min(signature.find('|', begin), signature.size());
    const std::string field = signature.substr(begin, end - begin);
    if (!field.starts_with("resample")) kept += field + "|";
    begin = end + 1;
  }
  return kept;
}

void RequireSameDefinition(std::span<const RunOutcomes> runs, const AlignedTask& aligned,
                           const std::string& metric) {
  const std::string& first = FindMetric(*aligned.tasks.front(), metric)->value.signature;
  for (std::size_t run = 1; run < runs.size(); ++run) {
    const std::string& other = FindMetric(*aligned.tasks[run], metric)->value.signature;
    if (first.empty() || other.empty() || Definition(first) == Definition(other)) continue;
    throw UsageError(fmt::format(
        "compare: task \"{}\": {} was computed otherwise in {} than in {}: {} and {}. "
        "`mistral-eval score --samples` computes scores again",
        aligned.tasks.front()->task, metric, runs.front().name, runs[run].name, first, other));
  }
}

double MarginOf(const TaskComparison& task, const CompareOptions& options) {
  std::optional<double> margin = options.margin;
  if (const auto own = options.task_margins.find(task.task); own != options.task_margins.end()) {
    margin = own->second;
  }
  if (task.unit == "fraction") return margin.value_or(1.0) / 100;
  if (task.unit == "percent") return margin.value_or(1.0);
  return margin ? *margin : std::abs(task.scores.front()) / 100;
}

std::optional<SpeedRatio> SpeedOf(const TaskOutcomes& baseline, const TaskOutcomes& run) {
  if (baseline.model_seconds.empty() || run.model_seconds.empty()) return std::nullopt;
  const TimeRatio ratio = RatioOfTimes(baseline.model_seconds, run.model_seconds);
  const auto geometric_mean = [](std::span<const double> times) {
    return RatioOfTimes(times, std::vector<double>{1.0}).ratio;
  };
  SpeedRatio speed = {
      .ratio = ratio.ratio,
      .ci_low = std::nullopt,
      .ci_high = std::nullopt,
      .baseline_seconds = geometric_mean(baseline.model_seconds),
      .system_seconds = geometric_mean(run.model_seconds),
      .baseline_repetitions = static_cast<std::int64_t>(baseline.model_seconds.size()),
      .system_repetitions = static_cast<std::int64_t>(run.model_seconds.size())};
  if (ratio.interval) {
    speed.ci_low = ratio.interval->low;
    speed.ci_high = ratio.interval->high;
  }
  return speed;
}

// Settings that differ are no reason to refuse, since a user may ask just what they do.
void NoteSettings(std::span<const RunOutcomes> runs, const AlignedTask& aligned,
                  std::vector<std::string>& notes) {
  const auto& first = aligned.tasks.front()->settings;
  for (std::size_t run = 1; run < runs.size(); ++run) {
    for (const auto& [name, value] : aligned.tasks[run]->settings) {
      const auto found = first.find(name);
      if (found == first.end() || found->second == value) continue;
      notes.push_back(fmt::format("{} is {} in {} and {} in {}", name, found->second,
                                  runs.front().name, value, runs[run].name));
    }
  }
}

void NoteSources(std::span<const RunOutcomes> runs, const AlignedTask& aligned,
                 std::vector<std::string>& notes) {
  for (std::size_t run = 0; run < runs.size(); ++run) {
    if (aligned.tasks[run]->is_demonstration) {
      notes.push_back("the data are the shipped sample records, not the benchmark");
      break;
    }
  }
  if (aligned.num_left_out > 0) {
    notes.push_back(
        fmt::format("{} records that not every run has are left out", aligned.num_left_out));
  }
}

std::optional<BestRun> FindBest(const TaskComparison& task, const AlignedTask& aligned,
                                const ComparedMetric& metric, const PairOptions& options) {
  if (task.scores.size() < 3) return std::nullopt;
  std::vector<std::size_t> order(task.scores.size());
  for (std::size_t run = 0; run < order.size(); ++run) order[run] = run;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return task.higher_is_better ? task.scores[a] > task.scores[b]
                                 : task.scores[a] < task.scores[b];
  });
  const PairComparison pair =
      ComparePair(metric, aligned.records[order[1]], aligned.records[order[0]], options);
  return BestRun{.run = order[0],
                 .runner_up = order[1],
                 .difference = std::abs(pair.difference),
                 .p_value = pair.p_value};
}

// As the runs report them; of a part of their records they say nothing.
std::vector<std::optional<ScoreInterval>> IntervalsOf(const AlignedTask& aligned,
                                                      const std::string& name) {
  std::vector<std::optional<ScoreInterval>> intervals(aligned.tasks.size());
  if (aligned.num_left_out > 0) return intervals;
  for (std::size_t run = 0; run < intervals.size(); ++run) {
    const MetricValue& value = FindMetric(*aligned.tasks[run], name)->value;
    if (value.ci_low && value.ci_high)
      intervals[run] = ScoreInterval{*value.ci_low, *value.ci_high};
  }
  return intervals;
}

TaskComparison CompareTask(std::span<const RunOutcomes> runs, const std::string& name,
                           const CompareOptions& options) {
  const AlignedTask aligned = AlignRecords(runs, name, options.common);
  const ComparedMetric& metric = ChooseMetric(aligned, options);
  RequireSameDefinition(runs, aligned, metric.value.name);
  TaskComparison task;
  task.task = name;
  task.version = aligned.tasks.front()->version;
  task.shots = aligned.tasks.front()->shots;
  task.metric = metric.value.name;
  task.unit = metric.value.unit;
  task.higher_is_better = metric.value.higher_is_better;
  task.signature = metric.value.signature;
  task.n = static_cast<std::int64_t>(aligned.records.front().size());
  task.num_left_out = aligned.num_left_out;
  for (std::size_t run = 0; run < runs.size(); ++run) {
    task.scores.push_back(ScoreOfRecords(metric, aligned.records[run]));
    if (std::isfinite(task.scores.back())) continue;
    throw UsageError(fmt::format(
        "compare: task \"{}\": {} of {} is beyond the largest floating-point number. --metric {}="
        "NAME compares another score",
        name, metric.value.name, runs[run].name, name));
  }
  task.intervals = IntervalsOf(aligned, task.metric);
  for (std::size_t run = 1; run < runs.size(); ++run) {
    task.pairs.push_back(
        ComparePair(metric, aligned.records.front(), aligned.records[run], options.pair));
    task.pairs.back().margin = MarginOf(task, options);
    // The times of runs that did not do the same work say nothing.
    if (aligned.num_left_out == 0) {
      task.pairs.back().speed = SpeedOf(*aligned.tasks.front(), *aligned.tasks[run]);
    }
  }
  task.best = FindBest(task, aligned, metric, options.pair);
  if (const std::string& headline = aligned.tasks.front()->metrics.front().value.name;
      headline != task.metric && !options.metrics.contains(name)) {
    task.notes.push_back(fmt::format("not every run has {}, the main score of {}: {} is compared",
                                     headline, runs.front().name, task.metric));
  }
  NoteSources(runs, aligned, task.notes);
  NoteSettings(runs, aligned, task.notes);
  return task;
}

// Pairs of which nothing is tested, being the same bit by bit, do not count as tests.
void AdjustAndJudge(double alpha, std::vector<TaskComparison>& tasks) {
  std::vector<PairComparison*> tested;
  std::vector<double> p_values;
  for (TaskComparison& task : tasks) {
    for (PairComparison& pair : task.pairs) {
      pair.adjusted_p = pair.p_value;
      if (Judge(pair, task.higher_is_better, alpha) == Verdict::kIdentical) continue;
      tested.push_back(&pair);
      p_values.push_back(pair.p_value);
    }
  }
  const std::vector<double> adjusted = BenjaminiHochberg(p_values);
  for (std::size_t i = 0; i < tested.size(); ++i) tested[i]->adjusted_p = adjusted[i];
  for (TaskComparison& task : tasks) {
    for (PairComparison& pair : task.pairs) {
      pair.verdict = Judge(pair, task.higher_is_better, alpha);
    }
  }
}

ComparedRun Describe(const RunOutcomes& run) {
  return {.name = run.name,
          .source = Name(run.source),
          .model = run.model,
          .model_digest = run.model_digest,
          .dtype = run.dtype,
          .version = run.version,
          .started_at = run.started_at,
          .machine = run.machine,
          .numbers = run.numbers};
}

std::vector<std::string> NotesOnRuns(std::span<const RunOutcomes> runs) {
  std::vector<std::string> notes;
  const RunOutcomes& first = runs.front();
  for (const RunOutcomes& run : runs) {
    if (run.is_demonstration_model) {
      notes.push_back(run.name +
                      (run.model.starts_with("random:")
                           ? ": random weights, whose scores mean nothing"
                           : ": the shipped model, which knows the small invented world of "
                             "the shipped sample records and nothing else"));
    }
    if (run.source == OutcomeSource::kLmEval) {
      notes.push_back(run.name +
                      ": how lm-evaluation-harness computed its scores is not in its log, nor "
                      "which bits it scored");
    }
    if (!run.machine.empty() && !first.machine.empty() && run.machine != first.machine) {
      notes.push_back(
          fmt::format("{} ran on {} and {} on {}: their speeds are also those of the "
                      "machines",
                      first.name, first.machine, run.name, run.machine));
    }
  }
  return notes;
}

std::vector<std::string> TaskNames(std::span<const RunOutcomes> runs, const CompareOptions& options,
                                   std::vector<std::string>& notes) {
  std::vector<std::string> names;
  for (const TaskOutcomes& task : runs.front().tasks) names.push_back(task.task);
  const auto require = [&](const char* flag, const std::string& task) {
    if (std::find(names.begin(), names.end(), task) != names.end()) return;
    throw UsageError(fmt::format("{}: expected a task of {}, found \"{}\"{}", flag,
                                 runs.front().name, task, tasks::DidYouMean(task, names)));
  };
  for (const auto& [task, margin] : options.task_margins) require("--margin", task);
  for (const auto& [task, metric] : options.metrics) require("--metric", task);
  for (const std::string& task : options.tasks) require("--task", task);
  if (!options.tasks.empty()) return options.tasks;
  std::set<std::string> others;
  for (const RunOutcomes& run : runs.subspan(1)) {
    for (const TaskOutcomes& task : run.tasks) {
      if (runs.front().Find(task.task) == nullptr) others.insert(task.task);
    }
  }
  if (!others.empty()) {
    notes.push_back(
        fmt::format("not in {}, so not compared: {}", runs.front().name, fmt::join(others, ", ")));
  }
  return names;
}

// Every run must have the number that scores are plotted over.
void RequireNumber(std::span<const RunOutcomes> runs, const std::string& name) {
  for (const RunOutcomes& run : runs) {
    if (run.numbers.contains(name)) continue;
    std::vector<std::string> known;
    for (const auto& [other, number] : run.numbers) known.push_back(other);
    throw UsageError(fmt::format(
        "--against: {} has no number \"{}\"; it has {}{}. `run --number {}=VALUE` records one",
        run.name, name, known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", ")),
        tasks::DidYouMean(name, known), name));
  }
}

}  // namespace

Comparison CompareRuns(std::span<const RunOutcomes> runs, const CompareOptions& options) {
  Comparison comparison;
  comparison.alpha = options.pair.alpha;
  comparison.power = options.pair.power;
  if (!options.against.empty()) RequireNumber(runs, options.against);
  comparison.against = options.against;
  comparison.notes = NotesOnRuns(runs);
  for (const RunOutcomes& run : runs) comparison.runs.push_back(Describe(run));
  for (const std::string& task : TaskNames(runs, options, comparison.notes)) {
    comparison.tasks.push_back(CompareTask(runs, task, options));
  }
  AdjustAndJudge(options.pair.alpha, comparison.tasks);
  return comparison;
}

ComparisonGate ReportedGate(const GateOptions& gate, std::size_t most_flips) {
  return {.fails_inconclusive = gate.fail_on == "inconclusive", .most_flips = most_flips};
}

bool Passes(const GateOptions& gate, const Comparison& comparison) {
  if (!gate.is_on) return true;
  const bool fails_inconclusive = gate.fail_on == "inconclusive";
  return !HasVerdict(comparison, Verdict::kRegressed) &&
         !(fails_inconclusive && HasVerdict(comparison, Verdict::kInconclusive));
}

}  // namespace meval
