#ifndef MEVAL_EVALS_SCORE_CHOICES_H_
#define MEVAL_EVALS_SCORE_CHOICES_H_

#include <cstddef>
#include <vector>

#include "metrics/multiple_choice.h"
#include "reports/result.h"
#include "tasks/task_definition.h"

namespace meval {

// A sample's choices as the metric takes them.
std::vector<ScoredChoice> ScoredChoices(const SampleResult& sample);

// Fills metrics, margin and gold_probability of a sample whose choices have their
// log-probabilities.
void ScoreChoices(const TaskDefinition& task, SampleResult& sample);

// The place of the choice with the largest log-probability, the first of several.
std::size_t LikeliestChoice(const SampleResult& sample);

}  // namespace meval

#endif  // MEVAL_EVALS_SCORE_CHOICES_H_
