#include "evals/aggregate_task.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "evals/aggregate_samples.h"
#include "evals/code_runner.h"

namespace meval {
namespace {

// Published scores are shown only where ours was computed the same way.
std::vector<PublishedComparison> Published(const EvalPlan& plan) {
  std::vector<PublishedComparison> comparisons;
  const bool is_whole_set =
      plan.selected.size() == plan.data->documents.size() && !plan.is_demonstration &&
      (!plan.definition().expected_records ||
       *plan.definition().expected_records == static_cast<std::int64_t>(plan.selected.size()));
  if (!is_whole_set) return comparisons;
  for (const PublishedScore& published : plan.definition().published) {
    if (published.shots != plan.shots) continue;
    const bool is_vote = published.score.starts_with("maj@");
    if (is_vote && published.score != HeadlineName(plan)) continue;
    comparisons.push_back(
        {published.model, published.variant, published.score, published.value, published.source});
  }
  return comparisons;
}

// A set of the expected size may still be another one. That a smaller set or pool has other bytes
// says no more than its size does.
std::vector<std::string> DataWarnings(const EvalPlan& plan) {
  const TaskData& data = *plan.data;
  std::vector<std::string> warnings = data.warnings;
  const auto size = static_cast<std::int64_t>(data.documents.size());
  if (!data.has_known_digest.value_or(true) &&
      plan.definition().expected_records.value_or(size) == size) {
    warnings.push_back(fmt::format(
        "the evaluated files are not, byte for byte, those this task was checked with (data {}): "
        "an export of the same records scores the same, other records do not",
        data.data_digest.substr(0, 16)));
  }
  if (!data.exemplars_have_known_digest.value_or(true)) {
    warnings.push_back(fmt::format(
        "the exemplars are not, byte for byte, those this task was checked with (exemplars {})",
        data.exemplar_digest.substr(0, 16)));
  }
  return warnings;
}

// Greedy completions of one prompt are one completion.
bool SamplesAreEqual(const EvalPlan& plan) {
  return plan.definition().request == RequestKind::kGeneration && plan.generation.num_samples > 1 &&
         plan.generation.temperature == 0;
}

}  // namespace

std::vector<std::string> MetricNames(const EvalPlan& plan) {
  std::vector<std::string> names;
  bool compares_texts = false;
  for (const ScoreDefinition& definition : plan.definition().scores) {
    compares_texts =
        compares_texts || definition.metric.starts_with("rouge") || definition.metric == "bleu";
    if (definition.metric == "pass_at_k" && definition.k > plan.generation.num_samples) continue;
    if (definition.metric != "maj_at_k") {
      names.push_back(definition.name);
      continue;
    }
    const std::int64_t n = plan.generation.num_samples;
    for (std::int64_t k = 1; k <= n; ++k) {
      for (const char* form : {"maj@{}", "maj@{},subsets", "pass@{}"})
        names.push_back(fmt::format(fmt::runtime(form), k));
    }
    names.push_back(fmt::format("maj@{},reference", n));
    names.push_back("sample_acc");
  }
  if (compares_texts) names.insert(names.end(), {"prediction_tokens", "prediction_words"});
  return names;
}

TaskResult AggregateTask(const EvalPlan& plan, const EvalOutcome& outcome) {
  const TaskDefinition& task = plan.definition();
  TaskResult result;
  result.task = task.name;
  result.version = task.version;
  result.title = task.title;
  result.request = Name(task.request);
  result.shots = plan.shots;
  result.num_documents = static_cast<std::int64_t>(outcome.samples.size());
  result.num_documents_total = static_cast<std::int64_t>(plan.data->documents.size());
  result.num_requests = outcome.num_requests;
  result.is_demonstration = plan.is_demonstration;
  result.published = Published(plan);
  result.counters = outcome.counters;
  result.counters.duplicate_questions = plan.data->duplicate_questions;
  // The shipped samples are announced as such; that they are fewer than the benchmark says no more.
  if (!plan.is_demonstration) result.warnings = DataWarnings(plan);
  if (SamplesAreEqual(plan)) {
    result.warnings.push_back(
        fmt::format("{} samples at temperature 0 are {} times the same completion: --temperature "
                    "says otherwise",
                    plan.generation.num_samples, plan.generation.num_samples));
  }
  SetScores scores = AggregateSamples(task, plan.generation.num_samples, outcome.samples);
  result.metrics = std::move(scores.metrics);
  result.subsets = std::move(scores.subsets);
  std::move(scores.warnings.begin(), scores.warnings.end(), std::back_inserter(result.warnings));
  result.verdicts = CountVerdicts(outcome.samples);
  if (task.execution && !HasVerdicts(outcome.samples)) {
    result.warnings.emplace_back(kProgramsNotRun);
  }
  for (const DataFile& file : plan.data->files) {
    result.inputs.push_back({file.role, file.path.string(), file.records, file.sha256, file.shape});
  }
  result.data_digest = plan.data->data_digest;
  result.exemplar_digest = plan.data->exemplar_digest;
  result.prompt_digest = outcome.prompt_digest;
  result.definition_digest = task.digest;
  return result;
}

}  // namespace meval
