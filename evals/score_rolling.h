#ifndef MEVAL_EVALS_SCORE_ROLLING_H_
#define MEVAL_EVALS_SCORE_ROLLING_H_

// From the log-likelihoods of windows to perplexities, for one document and for a set.

#include <span>
#include <string>
#include <vector>

#include "metrics/perplexity.h"
#include "reports/result.h"
#include "tasks/task_definition.h"

namespace meval {

// Sums up a sample whose windows are all scored, in their order, whatever order they were finished
// in, and fills its metrics: each of the task's scores for this document alone, at most the largest
// double.
void ScoreRolling(const TaskDefinition& task, SampleResult& sample);

// The task's scores over all scored samples, and as details how many words, bytes and tokens there
// are and how many tokens were scored. Intervals are by bootstrap over documents, or over chunks
// for protocols that cut chunks. A value beyond the largest double is left out and said in
// `warnings`.
std::vector<MetricValue> RollingMetrics(const TaskDefinition& task,
                                        std::span<const SampleResult* const> samples,
                                        std::vector<std::string>& warnings);

// exp(-mean log-likelihood) of the one continuation of every sample, under the score's name;
// nothing but a warning where it is beyond the largest double.
std::vector<MetricValue> ContinuationPerplexity(const TaskDefinition& task,
                                                const ScoreDefinition& score,
                                                std::span<const SampleResult* const> samples,
                                                std::vector<std::string>& warnings);

}  // namespace meval

#endif  // MEVAL_EVALS_SCORE_ROLLING_H_
