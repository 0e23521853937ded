#include "evals/aggregate_task.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "evals/score_rolling.h"
#include "metrics/aggregate.h"
#include "metrics/bleu.h"
#include "metrics/bootstrap.h"

namespace meval {
namespace {

// The reference's limit for corpus metrics.
constexpr std::int64_t kBleuResamples = 100;

using Samples = std::vector<const SampleResult*>;

std::string UnitOf(const std::string& name, const ScoreDefinition* definition) {
  if (name == "prediction_tokens") return "tokens";
  if (name == "prediction_words") return "words";
  if (definition != nullptr &&
      (definition->metric.starts_with("rouge") || definition->metric == "bleu"))
    return "percent";
  return "fraction";
}

// The normal 95 % interval of a metric with a standard error, within the metric's range.
void SetInterval(MetricValue& metric, const std::string& method) {
  const Interval interval = NormalInterval(metric.value, *metric.standard_error);
  metric.ci_low = std::max(0.0, interval.low);  // no metric of ours is negative
  metric.ci_high = interval.high;
  if (metric.unit == "fraction") metric.ci_high = std::min(1.0, interval.high);
  if (metric.unit == "percent") metric.ci_high = std::min(100.0, interval.high);
  metric.ci_method = method;
}

// A mean over documents with its standard error and interval.
MetricValue MeanMetric(const std::string& name, const std::string& unit,
                       std::span<const double> values) {
  MetricValue metric;
  metric.name = name;
  metric.unit = unit;
  metric.n = static_cast<std::int64_t>(values.size());
  metric.value = Mean(values);
  metric.standard_error = StderrOfMean(values);
  if (metric.standard_error) metric.standard_error_method = "sample";
  const bool is_binary =
      unit == "fraction" &&
      std::all_of(values.begin(), values.end(), [](double v) { return v == 0 || v == 1; });
  if (is_binary) {
    const Interval interval = WilsonInterval(metric.value, metric.n);
    metric.ci_low = interval.low;
    metric.ci_high = interval.high;
    metric.ci_method = "wilson";
  } else if (metric.standard_error) {
    SetInterval(metric, "normal");
  }
  return metric;
}

MetricValue BleuMetric(const ScoreDefinition& definition, const Samples& samples) {
  std::vector<BleuStatistics> segments;
  std::vector<BleuReferences> references;
  for (const SampleResult* sample : samples) {
    references.push_back(sample->references);
    segments.push_back(
        CountBleu(sample->completions.front().extracted.at("prediction"), sample->references));
  }
  const auto score_of = [&](const auto& indices) {
    BleuStatistics sum = segments[static_cast<std::size_t>(*indices.begin())];
    for (auto i = std::next(indices.begin()); i != indices.end(); ++i)
      sum += segments[static_cast<std::size_t>(*i)];
    return ScoreBleu(sum).score;
  };
  std::vector<std::int64_t> all(segments.size());
  std::iota(all.begin(), all.end(), 0);
  MetricValue metric;
  metric.name = definition.name;
  metric.unit = "percent";
  metric.n = static_cast<std::int64_t>(samples.size());
  metric.value = score_of(all);
  metric.signature = BleuSignature(references);
  if (segments.size() > 1) {
    metric.standard_error = BootstrapStderr(metric.n, kBleuResamples, score_of);
    metric.standard_error_method = "bootstrap";
    SetInterval(metric, "bootstrap");
  }
  return metric;
}

// Every metric of a set of samples: the headline first, then the others as the task lists them,
// then what else the samples hold.
std::vector<MetricValue> Metrics(const EvalPlan& plan, const Samples& samples,
                                 std::vector<std::string>& warnings) {
  std::vector<MetricValue> metrics;
  if (samples.empty()) return metrics;
  if (plan.definition().request == RequestKind::kRolling) {
    return RollingMetrics(plan, samples, warnings);
  }
  std::map<std::string, std::vector<double>> values;
  for (const SampleResult* sample : samples) {
    for (const auto& [name, value] : sample->metrics) values[name].push_back(value);
  }
  const std::string headline = HeadlineName(plan);
  const auto add = [&](const std::string& name, const ScoreDefinition* definition, bool is_detail) {
    const auto found = values.find(name);
    if (found == values.end()) return;
    MetricValue metric = MeanMetric(name, UnitOf(name, definition), found->second);
    metric.is_headline = name == headline;
    metric.is_detail = is_detail && !metric.is_headline;
    metric.higher_is_better = metric.unit == "fraction" || metric.unit == "percent";
    metrics.push_back(std::move(metric));
    values.erase(found);
  };
  for (const ScoreDefinition& definition : plan.definition().scores) {
    if (definition.metric == "bleu") {
      metrics.push_back(BleuMetric(definition, samples));
      metrics.back().is_headline = definition.is_headline;
    } else if (definition.metric == "maj_at_k") {
      const std::int64_t n = plan.generation.num_samples;
      add(headline, &definition, false);
      for (std::int64_t k = 1; k < n; k *= 2) add(fmt::format("maj@{}", k), &definition, false);
      add(fmt::format("pass@{}", n), &definition, false);
      add("sample_acc", &definition, false);
    } else if (definition.metric == "perplexity") {
      values.erase(definition.name);
      for (MetricValue& metric : ContinuationPerplexity(definition.name, samples, warnings)) {
        metric.is_headline = definition.is_headline;
        metrics.push_back(std::move(metric));
      }
    } else {
      add(definition.name, &definition, false);
    }
  }
  while (!values.empty()) add(std::string(values.begin()->first), nullptr, true);
  std::stable_partition(metrics.begin(), metrics.end(),
                        [](const MetricValue& metric) { return metric.is_headline; });
  return metrics;
}

// The mean of one metric over groups, weighted by size or not, with the reference's pooled standard
// error.
MetricValue PoolMetric(const std::vector<const SubsetResult*>& groups, std::size_t index,
                       bool weighted) {
  std::vector<GroupMember> members;
  bool has_errors = true;
  MetricValue metric = groups.front()->metrics[index];
  metric.n = 0;
  for (const SubsetResult* group : groups) {
    const MetricValue& of_group = group->metrics[index];
    members.push_back({of_group.value, of_group.standard_error.value_or(0), of_group.n});
    has_errors = has_errors && of_group.standard_error.has_value();
    metric.n += of_group.n;
  }
  metric.value = weighted ? WeightedGroupMean(members) : UnweightedGroupMean(members);
  metric.standard_error.reset();
  metric.ci_low.reset();
  metric.ci_high.reset();
  metric.standard_error_method = metric.ci_method = metric.signature = "";
  if (has_errors) {
    metric.standard_error = PooledGroupStderr(members);
    metric.standard_error_method = "pooled";
    SetInterval(metric, "normal");
  }
  return metric;
}

SubsetResult Pool(const std::string& name, const std::string& kind,
                  const std::vector<const SubsetResult*>& groups, bool weighted) {
  SubsetResult subset = {.name = name, .kind = kind, .n = 0, .metrics = {}};
  for (const SubsetResult* group : groups) subset.n += group->n;
  for (std::size_t i = 0; i < groups.front()->metrics.size(); ++i)
    subset.metrics.push_back(PoolMetric(groups, i, weighted));
  return subset;
}

std::vector<SubsetResult> Subsets(const EvalPlan& plan, const Samples& scored,
                                  std::vector<std::string>& warnings) {
  std::map<std::string, Samples> by_group;
  for (const SampleResult* sample : scored) by_group[sample->group].push_back(sample);
  if (by_group.size() < 2 && by_group.contains("")) return {};
  std::vector<SubsetResult> groups;
  for (const auto& [name, samples] : by_group) {
    groups.push_back({name, "group", static_cast<std::int64_t>(samples.size()),
                      Metrics(plan, samples, warnings)});
  }
  std::vector<const SubsetResult*> all;
  for (const SubsetResult& group : groups) all.push_back(&group);
  std::vector<SubsetResult> subsets;
  if (!all.empty()) {
    subsets.push_back(Pool("micro", "micro", all, true));
    subsets.push_back(Pool("macro", "macro", all, false));
  }
  for (const CategoryDefinition& category : plan.definition().categories) {
    std::vector<const SubsetResult*> members;
    for (const SubsetResult* group : all) {
      if (std::find(category.groups.begin(), category.groups.end(), group->name) !=
          category.groups.end()) {
        members.push_back(group);
      }
    }
    if (!members.empty()) subsets.push_back(Pool(category.name, "category", members, true));
  }
  subsets.insert(subsets.end(), groups.begin(), groups.end());
  return subsets;
}

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

}  // namespace

std::vector<std::string> MetricNames(const EvalPlan& plan) {
  std::vector<std::string> names;
  bool compares_texts = false;
  for (const ScoreDefinition& definition : plan.definition().scores) {
    compares_texts =
        compares_texts || definition.metric.starts_with("rouge") || definition.metric == "bleu";
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
  Samples scored;
  for (const SampleResult& sample : outcome.samples) {
    if (sample.scored) scored.push_back(&sample);
  }
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
  if (!plan.is_demonstration) result.warnings = plan.data->warnings;
  result.metrics = Metrics(plan, scored, result.warnings);
  result.subsets = Subsets(plan, scored, result.warnings);
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
