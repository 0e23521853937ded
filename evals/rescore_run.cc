#include "evals/rescore_run.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <map>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "evals/aggregate_samples.h"
#include "evals/aggregate_task.h"
#include "evals/count_samples.h"
#include "evals/flags.h"
#include "evals/rescore_samples.h"
#include "evals/score_completions.h"
#include "evals/stored_run.h"
#include "metrics/metric_error.h"
#include "reports/run_directory.h"
#include "tasks/error.h"
#include "tasks/task.h"

namespace meval {
namespace {

namespace fs = std::filesystem;

using MetricKey = std::tuple<std::string, std::string, std::string>;  // kind, subset, metric

// Every metric of a report in its order: the whole set's, then its subsets'.
std::vector<std::pair<MetricKey, const MetricValue*>> AllMetrics(
    const std::vector<MetricValue>& metrics, const std::vector<SubsetResult>& subsets) {
  std::vector<std::pair<MetricKey, const MetricValue*>> all;
  for (const MetricValue& metric : metrics) all.push_back({{"", "", metric.name}, &metric});
  for (const SubsetResult& subset : subsets) {
    for (const MetricValue& metric : subset.metrics) {
      all.push_back({{subset.kind, subset.name, metric.name}, &metric});
    }
  }
  return all;
}

bool SameBits(const std::optional<double>& a, const std::optional<double>& b) {
  if (a.has_value() != b.has_value()) return false;
  return !a || std::bit_cast<std::uint64_t>(*a) == std::bit_cast<std::uint64_t>(*b);
}

std::vector<std::string> Differences(const MetricValue& reported, const MetricValue& recomputed) {
  std::vector<std::string> differences;
  const auto compare = [&](const char* name, bool is_equal) {
    if (!is_equal) differences.emplace_back(name);
  };
  compare("value", SameBits(reported.value, recomputed.value));
  compare("standard_error", SameBits(reported.standard_error, recomputed.standard_error));
  compare("ci_low", SameBits(reported.ci_low, recomputed.ci_low));
  compare("ci_high", SameBits(reported.ci_high, recomputed.ci_high));
  compare("n", reported.n == recomputed.n);
  compare("unit", reported.unit == recomputed.unit);
  // Older builds gave most metrics no signature.
  compare("signature", reported.signature.empty() || reported.signature == recomputed.signature);
  return differences;
}

std::vector<RescoredMetric> CompareMetrics(const TaskResult& reported,
                                           const SetScores& recomputed) {
  std::map<MetricKey, const MetricValue*> open;
  for (const auto& [key, metric] : AllMetrics(recomputed.metrics, recomputed.subsets)) {
    open[key] = metric;
  }
  std::vector<RescoredMetric> compared;
  const auto describe = [](const MetricKey& key) {
    RescoredMetric pair;
    pair.subset = std::get<1>(key);
    pair.subset_kind = std::get<0>(key);
    return pair;
  };
  for (const auto& [key, metric] : AllMetrics(reported.metrics, reported.subsets)) {
    RescoredMetric pair = describe(key);
    pair.reported = *metric;
    if (const auto found = open.find(key); found != open.end()) {
      pair.recomputed = *found->second;
      pair.differences = Differences(*metric, *found->second);
      open.erase(found);
    } else {
      pair.differences = {"not computed again"};
    }
    compared.push_back(std::move(pair));
  }
  for (const auto& [key, metric] : AllMetrics(recomputed.metrics, recomputed.subsets)) {
    if (!open.contains(key)) continue;
    RescoredMetric pair = describe(key);
    pair.recomputed = *metric;
    pair.differences = {"not in the report"};
    compared.push_back(std::move(pair));
  }
  return compared;
}

void CompareCounters(const TaskCounters& reported, const TaskCounters& recomputed,
                     std::vector<std::string>& problems) {
  const auto compare = [&](const char* name, std::int64_t in_report, std::int64_t in_log) {
    if (in_report == in_log) return;
    problems.push_back(fmt::format("the counter {} is {} in the report and {} in the log", name,
                                   in_report, in_log));
  };
  compare("truncated_prompts", reported.truncated_prompts, recomputed.truncated_prompts);
  compare("boundary_merges", reported.boundary_merges, recomputed.boundary_merges);
  compare("invalid_answers", reported.invalid_answers, recomputed.invalid_answers);
  compare("empty_completions", reported.empty_completions, recomputed.empty_completions);
  compare("length_stops", reported.length_stops, recomputed.length_stops);
  compare("unscored", reported.unscored, recomputed.unscored);
}

// What must agree besides scores: that these are the documents, prompts and bytes of the run.
void CompareLog(const TaskResult& task, const TaskDefinition& definition, const SampleLog& log,
                const std::string& name, RescoredTask& rescored) {
  if (task.samples_digest.empty()) {
    rescored.notes.push_back(
        "an older build wrote this report: it has no digest of the sample log to compare with");
  } else if (task.samples_digest != log.digest) {
    rescored.problems.push_back(name + " is not the file that the run wrote: its digest is " +
                                log.digest + ", in the report " + task.samples_digest);
  }
  if (task.num_documents != rescored.num_samples) {
    rescored.problems.push_back(fmt::format("{} holds {} documents, the report {}", name,
                                            rescored.num_samples, task.num_documents));
  }
  std::vector<std::string> prompts;
  for (const SampleResult& sample : log.samples) prompts.push_back(sample.prompt_digest);
  if (PromptsDigest(prompts) != task.prompt_digest) {
    rescored.problems.push_back("the prompts of the log are not those of the report");
  }
  if (definition.digest != task.definition_digest) {
    rescored.problems.push_back("the definition in run.json is not the one of the report");
  }
}

constexpr std::int64_t kMostExamples = 5;

// Runs the programs of a task. A verdict that is another one than in the log is a problem; one that
// the log, whose samples are `logged`, lacks is news.
void RunPrograms(const TaskDefinition& task, const CodeRunner& code, const std::string& name,
                 std::span<const SampleResult> logged, std::vector<SampleResult>& samples,
                 RescoredTask& rescored) {
  code.Run(task, samples);
  const CompletionScorer scorer(task);
  std::int64_t num_changed = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (samples[i].scored) scorer.Score(samples[i]);
    for (std::size_t j = 0; j < samples[i].completions.size(); ++j) {
      const std::string& before = logged[i].completions[j].verdict;
      const std::string& now = samples[i].completions[j].verdict;
      if (before.empty() || before == now || ++num_changed > kMostExamples) continue;
      rescored.problems.push_back(
          fmt::format("{}:{}: document {}: completion {} {} in the log and "
                      "{} now{}{}",
                      name, i + 1, samples[i].id, j, before, now,
                      samples[i].completions[j].verdict_detail.empty() ? "" : ": ",
                      samples[i].completions[j].verdict_detail));
    }
  }
  if (num_changed > kMostExamples) {
    rescored.problems.push_back(fmt::format("{} verdicts in all differ", num_changed));
  }
  std::string counts;
  for (const auto& [verdict, count] : CountVerdicts(samples)) {
    counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", count, verdict);
  }
  rescored.notes.push_back(
      fmt::format("programs were run with {}: {}", code.Describe(task), counts));
}

// What the run could not say, since it ran no programs.
void AcceptNews(std::vector<RescoredMetric>& metrics) {
  for (RescoredMetric& metric : metrics) {
    if (metric.reported) continue;
    metric.is_new = true;
    metric.differences.clear();
  }
}

// The report of a task whose programs the run had left for later.
TaskResult WithVerdicts(TaskResult task, std::span<const SampleResult> samples, SetScores scores,
                        const std::string& how) {
  task.metrics = std::move(scores.metrics);
  task.subsets = std::move(scores.subsets);
  task.verdicts = CountVerdicts(samples);
  task.settings["code_execution"] = how;
  std::erase(task.warnings, kProgramsNotRun);
  return task;
}

RescoredTask RescoreTask(const TaskResult& task, const RunRecord& run, const fs::path& directory,
                         int num_threads, const CodeRunner* code) {
  const fs::path path = directory / SamplesFileName(task.task);
  const std::string name = path.filename().string();
  const Task definition = DefinitionOf(task, run, directory);
  const SampleLog log = ReadSampleLog(directory, task.task);
  RescoredSamples samples =
      RescoreSamples(definition.definition(), log.samples, path.string(), num_threads);
  RescoredTask rescored;
  rescored.task = task.task;
  rescored.num_samples = static_cast<std::int64_t>(log.samples.size());
  rescored.num_samples_changed = samples.num_changed;
  CompareLog(task, definition.definition(), log, name, rescored);
  rescored.problems.insert(rescored.problems.end(), samples.examples.begin(),
                           samples.examples.end());
  CompareCounters(task.counters, CountSamples(definition.definition(), samples.samples),
                  rescored.problems);
  const bool has_news = definition.definition().execution && !HasVerdicts(log.samples);
  if (definition.definition().execution && code != nullptr) {
    RunPrograms(definition.definition(), *code, path.string(), log.samples, samples.samples,
                rescored);
  } else if (has_news) {
    rescored.notes.push_back(
        "programs were not run, so that there is no score: --allow-code-execution runs them in a "
        "sandbox");
  }
  const std::size_t num_completions =
      log.samples.empty() ? 1 : std::max<std::size_t>(1, log.samples.front().completions.size());
  SetScores scores;
  try {
    scores = AggregateSamples(definition.definition(), static_cast<std::int64_t>(num_completions),
                              samples.samples);
  } catch (const MetricError& error) {
    throw DataError(path.string() + ": " + error.what());
  }
  rescored.metrics = CompareMetrics(task, scores);
  if (has_news && code != nullptr) {
    AcceptNews(rescored.metrics);
    TaskResult result = WithVerdicts(task, samples.samples, std::move(scores),
                                     code->Describe(definition.definition()));
    rescored.executed = ExecutedTask{std::move(samples.samples), std::move(result)};
  }
  return rescored;
}

}  // namespace

bool RescoredTask::IsEqual() const {
  if (num_samples_changed > 0 || !problems.empty()) return false;
  return std::all_of(metrics.begin(), metrics.end(),
                     [](const RescoredMetric& metric) { return metric.differences.empty(); });
}

bool RescoredRun::IsEqual() const {
  return problems.empty() && std::all_of(tasks.begin(), tasks.end(),
                                         [](const RescoredTask& task) { return task.IsEqual(); });
}

RescoredRun RescoreRun(const fs::path& directory, int num_threads, const CodeRunner* code) {
  std::error_code error;
  if (!fs::is_directory(directory, error)) {
    throw UsageError("--samples: " + directory.string() +
                     ": expected the directory of a run, found " +
                     (fs::exists(directory, error) ? "a file" : "nothing there"));
  }
  const RunRecord record = ReadRunRecord(directory);
  const RunReport report = ReadRunReport(directory);
  RescoredRun rescored;
  rescored.version = report.version;
  if (ToText(record.identity) != ToText(report.identity)) {
    rescored.problems.push_back("run.json and results.json are not of the same run");
  }
  for (const TaskResult& task : report.tasks) {
    rescored.tasks.push_back(RescoreTask(task, record, directory, num_threads, code));
  }
  return rescored;
}

}  // namespace meval
