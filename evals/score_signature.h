#ifndef MEVAL_EVALS_SCORE_SIGNATURE_H_
#define MEVAL_EVALS_SCORE_SIGNATURE_H_

#include <cstdint>
#include <span>
#include <string>

#include "metrics/signature.h"
#include "reports/result.h"
#include "tasks/task_definition.h"

namespace meval {

// How a metric of a task's report is computed, in sacrebleu's manner (docs/report-schema.md,
// "Signatures"): what is extracted, what is ignored, how ties go, how many references there are.
// `name`: a score of the task, or one that comes with it, such as "pass@8" or "prediction_words".
// `num_samples`: completions of each document.
std::string ScoreSignature(const TaskDefinition& task, const std::string& name,
                           std::int64_t num_samples, std::span<const SampleResult* const> samples);

// A perplexity's, ready for the number of units that were resampled.
Signature PerplexitySignature(const TaskDefinition& task, const ScoreDefinition& score);

// That of a mean over groups: "pool:documents|groups:57|" before the metric's own. `by`: what
// weighs equally, "documents" or "groups".
std::string PooledSignature(const std::string& by, std::size_t num_groups,
                            const std::string& signature);

}  // namespace meval

#endif  // MEVAL_EVALS_SCORE_SIGNATURE_H_
