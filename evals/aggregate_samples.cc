#include "evals/aggregate_samples.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "evals/catalogue_metric.h"
#include "evals/eval_plan.h"
#include "evals/score_choices.h"
#include "evals/score_rolling.h"
#include "evals/score_signature.h"
#include "metrics/aggregate.h"
#include "metrics/bleu.h"
#include "metrics/bootstrap.h"
#include "metrics/classification.h"
#include "metrics/quac.h"

namespace meval {
namespace {

// The reference's limit for corpus metrics.
constexpr std::int64_t kSetResamples = 100;

using Samples = std::vector<const SampleResult*>;

std::string UnitOf(const std::string& name, const ScoreDefinition* definition) {
  if (name == "prediction_tokens") return "tokens";
  if (name == "prediction_words") return "words";
  if (definition != nullptr &&
      (definition->metric.starts_with("rouge") || definition->metric == "bleu"))
    return "percent";
  if (definition != nullptr) {
    if (const auto metric = CatalogueMetric(*definition)) return metric->scores()[0].unit;
  }
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

// A score of a set that is no mean over documents: `score_of` gives that of any of them, by index.
template <typename ScoreOf>
MetricValue SetMetric(const std::string& name, const std::string& unit, std::size_t num_documents,
                      const ScoreOf& score_of) {
  std::vector<std::int64_t> all(num_documents);
  std::iota(all.begin(), all.end(), 0);
  MetricValue metric;
  metric.name = name;
  metric.unit = unit;
  metric.n = static_cast<std::int64_t>(num_documents);
  metric.value = score_of(all);
  if (num_documents > 1) {
    metric.standard_error = BootstrapStderr(metric.n, kSetResamples, score_of);
    metric.standard_error_method = "bootstrap";
    SetInterval(metric, "bootstrap");
  }
  return metric;
}

MetricValue BleuMetric(const ScoreDefinition& definition, const Samples& samples) {
  std::vector<BleuStatistics> segments;
  for (const SampleResult* sample : samples) {
    segments.push_back(
        CountBleu(sample->completions.front().extracted.at("prediction"), sample->references));
  }
  return SetMetric(definition.name, "percent", samples.size(), [&](const auto& indices) {
    BleuStatistics sum = segments[static_cast<std::size_t>(*indices.begin())];
    for (auto i = std::next(indices.begin()); i != indices.end(); ++i)
      sum += segments[static_cast<std::size_t>(*i)];
    return ScoreBleu(sum).score;
  });
}

// Of the likeliest choices against the right ones, by their places.
MetricValue MacroF1Metric(const ScoreDefinition& definition, const Samples& samples) {
  std::vector<std::int64_t> gold;
  std::vector<std::int64_t> predicted;
  for (const SampleResult* sample : samples) {
    gold.push_back(sample->gold.front());
    predicted.push_back(static_cast<std::int64_t>(LikeliestChoice(*sample)));
  }
  return SetMetric(definition.name, "fraction", samples.size(), [&](const auto& indices) {
    std::vector<std::int64_t> drawn_gold;
    std::vector<std::int64_t> drawn_predicted;
    for (const std::int64_t index : indices) {
      drawn_gold.push_back(gold[static_cast<std::size_t>(index)]);
      drawn_predicted.push_back(predicted[static_cast<std::size_t>(index)]);
    }
    return MacroAverage(CountLabels(drawn_gold, drawn_predicted).classes).f1;
  });
}

// Of each dialogue, in the order of their first questions, whether no answer that counts is worse
// than people's: 1 or 0 (metrics/quac.h).
std::vector<double> GoodDialogues(const ScoreDefinition& definition, const Samples& samples) {
  std::map<std::string_view, std::size_t> places;
  std::vector<double> is_good;
  for (const SampleResult* sample : samples) {
    const auto [dialogue, is_new] = places.try_emplace(QuacDialogue(sample->id), is_good.size());
    if (is_new) is_good.push_back(1);
    const auto score = ScoreQuacOfficially(
        sample->completions.front().extracted.at(definition.name), sample->references);
    if (score && !score->equals_human) is_good[dialogue->second] = 0;
  }
  return is_good;
}

// A metric of the catalogue over the first completions' answers.
MetricValue CatalogueSetMetric(const ScoreDefinition& definition, PairMetric& metric,
                               const Samples& samples) {
  std::vector<AnswerPair> pairs;
  for (const SampleResult* sample : samples) {
    pairs.push_back(PairOf(sample->completions.front().extracted.at(definition.name), *sample));
  }
  metric.Prepare(pairs);
  const std::size_t width = metric.num_statistics();
  std::vector<double> statistics(pairs.size() * width);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    metric.Count(pairs[i], std::span(statistics).subspan(i * width, width));
  }
  return SetMetric(definition.name, metric.scores()[0].unit, pairs.size(),
                   [&](const auto& indices) {
                     std::vector<double> sums(width);
                     for (const std::int64_t index : indices) {
                       const double* row = &statistics[static_cast<std::size_t>(index) * width];
                       for (std::size_t i = 0; i < width; ++i) sums[i] += row[i];
                     }
                     return metric.Score(0, sums);
                   });
}

// Every metric of a set of samples: the headline first, then the others as the task lists them,
// then what else the samples hold.
std::vector<MetricValue> Metrics(const TaskDefinition& task, std::int64_t num_samples,
                                 const Samples& samples, std::vector<std::string>& warnings) {
  std::vector<MetricValue> metrics;
  if (samples.empty()) return metrics;
  if (task.request == RequestKind::kRolling) return RollingMetrics(task, samples, warnings);
  std::map<std::string, std::vector<double>> values;
  for (const SampleResult* sample : samples) {
    for (const auto& [name, value] : sample->metrics) values[name].push_back(value);
  }
  const std::string headline = HeadlineName(task, num_samples);
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
  for (const ScoreDefinition& definition : task.scores) {
    if (definition.metric == "bleu") {
      metrics.push_back(BleuMetric(definition, samples));
      metrics.back().is_headline = definition.is_headline;
    } else if (definition.metric == "macro_f1" && !definition.is_from_catalogue) {
      metrics.push_back(MacroF1Metric(definition, samples));
      metrics.back().is_headline = definition.is_headline;
    } else if (definition.metric == "quac_heq_d") {
      metrics.push_back(
          MeanMetric(definition.name, "fraction", GoodDialogues(definition, samples)));
      metrics.back().is_headline = definition.is_headline;
    } else if (const auto catalogue = CatalogueMetric(definition);
               catalogue && !catalogue->scores()[0].is_mean) {
      metrics.push_back(CatalogueSetMetric(definition, *catalogue, samples));
      metrics.back().is_headline = definition.is_headline;
    } else if (definition.metric == "maj_at_k") {
      add(headline, &definition, false);
      for (std::int64_t k = 1; k < num_samples; k *= 2)
        add(fmt::format("maj@{}", k), &definition, false);
      add(fmt::format("pass@{}", num_samples), &definition, false);
      add("sample_acc", &definition, false);
    } else if (definition.metric == "perplexity") {
      values.erase(definition.name);
      for (MetricValue& metric : ContinuationPerplexity(task, definition, samples, warnings)) {
        metric.is_headline = definition.is_headline;
        metrics.push_back(std::move(metric));
      }
    } else {
      add(definition.name, &definition, false);
    }
  }
  while (!values.empty()) add(std::string(values.begin()->first), nullptr, true);
  for (MetricValue& metric : metrics) {
    if (metric.signature.empty()) {
      metric.signature = ScoreSignature(task, metric.name, num_samples, samples);
    }
  }
  std::stable_partition(metrics.begin(), metrics.end(),
                        [](const MetricValue& metric) { return metric.is_headline; });
  return metrics;
}

// The signature of a metric over the whole set: groups may differ in their numbers of references.
using SignatureOf = std::function<std::string(const std::string& metric)>;

// The mean of one metric over groups, weighted by size or not, with the reference's pooled standard
// error.
MetricValue PoolMetric(const std::vector<const SubsetResult*>& groups, std::size_t index,
                       bool weighted, const SignatureOf& signature_of) {
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
  metric.standard_error_method = metric.ci_method = "";
  metric.signature =
      PooledSignature(weighted ? "documents" : "groups", groups.size(), signature_of(metric.name));
  if (has_errors) {
    metric.standard_error = PooledGroupStderr(members);
    metric.standard_error_method = "pooled";
    SetInterval(metric, "normal");
  }
  return metric;
}

SubsetResult Pool(const std::string& name, const std::string& kind,
                  const std::vector<const SubsetResult*>& groups, bool weighted,
                  const SignatureOf& signature_of) {
  SubsetResult subset = {.name = name, .kind = kind, .n = 0, .metrics = {}};
  for (const SubsetResult* group : groups) subset.n += group->n;
  for (std::size_t i = 0; i < groups.front()->metrics.size(); ++i)
    subset.metrics.push_back(PoolMetric(groups, i, weighted, signature_of));
  return subset;
}

std::vector<SubsetResult> ScoreParts(const TaskDefinition& task, std::int64_t num_samples,
                                     const std::map<std::string, Samples>& parts,
                                     const std::string& kind, std::vector<std::string>& warnings) {
  std::vector<SubsetResult> results;
  for (const auto& [name, samples] : parts) {
    results.push_back({name, kind, static_cast<std::int64_t>(samples.size()),
                       Metrics(task, num_samples, samples, warnings)});
  }
  return results;
}

// "level 5" of MATH.
std::vector<SubsetResult> Slices(const TaskDefinition& task, std::int64_t num_samples,
                                 const Samples& scored, std::vector<std::string>& warnings) {
  std::map<std::string, Samples> parts;
  for (const SampleResult* sample : scored) {
    for (const auto& [name, value] : sample->slices) parts[name + " " + value].push_back(sample);
  }
  return ScoreParts(task, num_samples, parts, "slice", warnings);
}

std::vector<SubsetResult> Groups(const TaskDefinition& task, std::int64_t num_samples,
                                 const Samples& scored, std::vector<std::string>& warnings) {
  std::map<std::string, Samples> by_group;
  for (const SampleResult* sample : scored) by_group[sample->group].push_back(sample);
  if (by_group.size() < 2 && by_group.contains("")) return {};
  return ScoreParts(task, num_samples, by_group, "group", warnings);
}

// The means over groups, and the categories that groups make up.
std::vector<SubsetResult> Pools(const TaskDefinition& task, const std::vector<SubsetResult>& groups,
                                const SignatureOf& signature_of) {
  std::vector<const SubsetResult*> all;
  for (const SubsetResult& group : groups) all.push_back(&group);
  std::vector<SubsetResult> subsets;
  if (!all.empty()) {
    subsets.push_back(Pool("micro", "micro", all, true, signature_of));
    subsets.push_back(Pool("macro", "macro", all, false, signature_of));
  }
  for (const CategoryDefinition& category : task.categories) {
    std::vector<const SubsetResult*> members;
    for (const SubsetResult* group : all) {
      if (std::find(category.groups.begin(), category.groups.end(), group->name) !=
          category.groups.end()) {
        members.push_back(group);
      }
    }
    if (!members.empty())
      subsets.push_back(Pool(category.name, "category", members, true, signature_of));
  }
  return subsets;
}

// Groups last, since they may be many.
std::vector<SubsetResult> Subsets(const TaskDefinition& task, std::int64_t num_samples,
                                  const Samples& scored, std::vector<std::string>& warnings) {
  const std::vector<SubsetResult> slices = Slices(task, num_samples, scored, warnings);
  const std::vector<SubsetResult> groups = Groups(task, num_samples, scored, warnings);
  std::vector<SubsetResult> subsets = Pools(task, groups, [&](const std::string& metric) {
    return ScoreSignature(task, metric, num_samples, scored);
  });
  subsets.insert(subsets.end(), slices.begin(), slices.end());
  subsets.insert(subsets.end(), groups.begin(), groups.end());
  return subsets;
}

}  // namespace

SetScores AggregateSamples(const TaskDefinition& task, std::int64_t num_samples,
                           std::span<const SampleResult> samples) {
  Samples scored;
  for (const SampleResult& sample : samples) {
    if (sample.scored) scored.push_back(&sample);
  }
  SetScores scores;
  scores.metrics = Metrics(task, num_samples, scored, scores.warnings);
  scores.subsets = Subsets(task, num_samples, scored, scores.warnings);
  return scores;
}

}  // namespace meval
