#include "metrics/pair_metric.h"

#include <algorithm>

#include "metrics/metric_error.h"
#include "metrics/pairs/families.h"
#include "metrics/signature.h"

namespace meval {
namespace {

const std::vector<pairs::Family>& Families() {
  static const std::vector<pairs::Family> kFamilies = [] {
    std::vector<pairs::Family> all;
    for (auto* const part : {pairs::OverlapFamilies, pairs::RougeFamilies, pairs::AnswerFamilies,
                             pairs::QuestionFamilies, pairs::MathFamilies, pairs::LabelFamilies,
                             pairs::DialogueFamilies, pairs::InstructionFamilies}) {
      for (pairs::Family& family : part()) all.push_back(std::move(family));
    }
    return all;
  }();
  return kFamilies;
}

}  // namespace

PairMetric::PairMetric(std::vector<PairScore> scores) : scores_(std::move(scores)) {}
PairMetric::~PairMetric() = default;

void PairMetric::Prepare(std::span<const AnswerPair> /*pairs*/) {}

std::optional<double> PairMetric::ScoreOfPair(std::size_t score,
                                              std::span<const double> statistics) const {
  return Score(score, statistics);
}

void PairMetric::Count(const AnswerPair& pair, std::span<double> statistics) const {
  const std::string& metric = scores_.front().name;
  if (pair.predictions.empty()) {
    throw MetricError(metric, "", "no prediction: expected one");
  }
  if (pair.predictions.size() > 1 && !TakesSeveralPredictions()) {
    throw MetricError(metric, "",
                      std::to_string(pair.predictions.size()) + " predictions: expected one");
  }
  if (!pair.span_references.empty() && !TakesSpans()) {
    throw MetricError(metric, "", "references that are lists: expected texts");
  }
  if (pair.num_references() == 0 && !TakesNoReferences()) {
    throw MetricError(metric, "", "no references: expected at least one");
  }
  CountPair(pair, statistics);
}

const std::vector<PairMetricEntry>& PairMetricCatalogue() {
  static const std::vector<PairMetricEntry> kCatalogue = [] {
    std::vector<PairMetricEntry> entries;
    for (const pairs::Family& family : Families()) entries.push_back(family.entry);
    return entries;
  }();
  return kCatalogue;
}

std::unique_ptr<PairMetric> MakePairMetric(const PairMetricRequest& request) {
  std::vector<std::string_view> names;
  for (const pairs::Family& family : Families()) {
    if (family.entry.name == request.name) {
      return family.make(pairs::Parameters(family.entry, request));
    }
    names.push_back(family.entry.name);
  }
  throw MetricError(request.name, "", "unknown metric: expected one of " + JoinNames(names));
}

namespace pairs {

std::string ReferenceField(std::span<const AnswerPair> pairs) {
  std::vector<std::size_t> counts;
  for (const AnswerPair& pair : pairs) counts.push_back(pair.num_references());
  return ReferenceCount(counts);
}

}  // namespace pairs
}  // namespace meval
