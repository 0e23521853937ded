#ifndef MEVAL_EVALS_SCORE_CHOICES_H_
#define MEVAL_EVALS_SCORE_CHOICES_H_

#include "reports/result.h"
#include "tasks/task_definition.h"

namespace meval {

// Fills metrics, margin and gold_probability of a sample whose choices have their
// log-probabilities.
void ScoreChoices(const TaskDefinition& task, SampleResult& sample);

}  // namespace meval

#endif  // MEVAL_EVALS_SCORE_CHOICES_H_
