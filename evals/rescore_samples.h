#ifndef MEVAL_EVALS_RESCORE_SAMPLES_H_
#define MEVAL_EVALS_RESCORE_SAMPLES_H_

// The scores of single documents, computed again from a sample log.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "reports/result.h"
#include "tasks/task_definition.h"

namespace meval {

struct RescoredSamples {
  std::vector<SampleResult> samples;  // as a run would have logged them
  std::int64_t num_changed = 0;       // of which the log holds another score, answer or margin
  std::vector<std::string> examples;  // sentences on the first few of them
};

// Scores what `logged` holds of each document: log-probabilities or texts. `log` names its file:
// line i + 1 is sample i. Throws DataError that names the line where a sample is not one of such a
// task: without choices, completions or windows, a gold that is no choice, another number of
// completions than the first has.
RescoredSamples RescoreSamples(const TaskDefinition& task, std::span<const SampleResult> logged,
                               const std::string& log, int num_threads);

}  // namespace meval

#endif  // MEVAL_EVALS_RESCORE_SAMPLES_H_
