#ifndef MEVAL_EVALS_SCORE_CHOICES_H_
#define MEVAL_EVALS_SCORE_CHOICES_H_

#include <cstddef>

#include "reports/result.h"
#include "tasks/task_definition.h"

namespace meval {

// Fills metrics, margin and gold_probability of a sample whose choices have their
// log-probabilities.
void ScoreChoices(const TaskDefinition& task, SampleResult& sample);

// The place of the choice with the largest log-probability, the first of several.
std::size_t LikeliestChoice(const SampleResult& sample);

}  // namespace meval

#endif  // MEVAL_EVALS_SCORE_CHOICES_H_
