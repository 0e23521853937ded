#ifndef MEVAL_EVALS_RUN_OUTCOMES_H_
#define MEVAL_EVALS_RUN_OUTCOMES_H_

// What a comparison needs to know of a run, read from wherever it is kept. No model, no data set.

#include <filesystem>
#include <span>

#include "reports/outcomes.h"
#include "reports/result.h"
#include "tasks/task_definition.h"

namespace meval {

// Of one task: the scores of its samples as they were logged, what its corpus metrics add up, and
// digests of all that the model answered.
TaskOutcomes OutcomesOfTask(const TaskResult& result, const TaskDefinition& definition,
                            std::span<const SampleResult> samples);

// Of a run directory. Throws DataError: a file that is missing or damaged, a sample log that is not
// the one the run wrote, documents without a result (the run was stopped).
RunOutcomes ReadRunOutcomes(const std::filesystem::path& directory);

// Of a directory that holds nothing but run directories: repetitions of one run, whose answers must
// be the same bits. All of their times are kept. Throws DataError where an answer differs.
RunOutcomes ReadRepetitions(const std::filesystem::path& directory);

// Of a baseline file. Throws DataError.
RunOutcomes ReadBaselineFile(const std::filesystem::path& file);

}  // namespace meval

#endif  // MEVAL_EVALS_RUN_OUTCOMES_H_
