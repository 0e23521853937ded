#ifndef MEVAL_EVALS_SCORE_COMPLETIONS_H_
#define MEVAL_EVALS_SCORE_COMPLETIONS_H_

#include <memory>

#include "reports/result.h"
#include "tasks/task_definition.h"

namespace meval {

// Turns completions into answers and answers into per-sample metrics, as a task's scores say.
class CompletionScorer {
 public:
  // Throws DataError if a pattern of the task is not a regular expression we can run.
  explicit CompletionScorer(const TaskDefinition& task);
  ~CompletionScorer();

  // Fills `extracted` of every completion and the sample's metrics, from its completions with their
  // verdicts, references and id alone. Without verdicts there is no pass@k. MetricError for a
  // completion that is not valid UTF-8, DataError for one that a pattern takes too much time or
  // memory on (metrics/python_regex.h).
  void Score(SampleResult& sample) const;
  // The headline metric of a scored sample as a number in 0..1, for the progress line.
  double HeadlineFraction(const SampleResult& sample) const;
  // Whether the headline score found no answer in a scored completion.
  bool IsInvalid(const CompletionResult& completion) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace meval

#endif  // MEVAL_EVALS_SCORE_COMPLETIONS_H_
