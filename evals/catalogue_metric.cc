#include "evals/catalogue_metric.h"

namespace meval {

std::unique_ptr<PairMetric> CatalogueMetric(const ScoreDefinition& score) {
  if (!score.is_from_catalogue) return nullptr;
  return MakePairMetric({.name = score.metric, .parameters = score.parameters});
}

AnswerPair PairOf(const std::string& answer, const SampleResult& sample) {
  return {.predictions = {answer}, .references = sample.references};
}

}  // namespace meval
