#ifndef MEVAL_EVALS_CATALOGUE_METRIC_H_
#define MEVAL_EVALS_CATALOGUE_METRIC_H_

#include <memory>
#include <string>

#include "metrics/pair_metric.h"
#include "reports/result.h"
#include "tasks/task_definition.h"

namespace meval {

// The metric of metrics/pair_metric.h that a score of a generation task takes; null for a score of
// another kind.
std::unique_ptr<PairMetric> CatalogueMetric(const ScoreDefinition& score);

// An answer to a document beside what it is compared with.
AnswerPair PairOf(const std::string& answer, const SampleResult& sample);

}  // namespace meval

#endif  // MEVAL_EVALS_CATALOGUE_METRIC_H_
