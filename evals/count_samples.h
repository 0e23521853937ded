#ifndef MEVAL_EVALS_COUNT_SAMPLES_H_
#define MEVAL_EVALS_COUNT_SAMPLES_H_

#include <span>

#include "reports/result.h"
#include "tasks/task_definition.h"

namespace meval {

// What can be counted from a task's samples alone: prompts that were cut, merged boundaries,
// documents without a result, and of the scored ones the completions that are empty, were cut by
// the token limit or hold no answer for the headline score. `duplicate_questions` is not among
// them: it is of the whole set, whatever part of it was asked.
TaskCounters CountSamples(const TaskDefinition& task, std::span<const SampleResult> samples);

}  // namespace meval

#endif  // MEVAL_EVALS_COUNT_SAMPLES_H_
