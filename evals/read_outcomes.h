#ifndef MEVAL_EVALS_READ_OUTCOMES_H_
#define MEVAL_EVALS_READ_OUTCOMES_H_

// From the paths on a command line to runs that can be compared.

#include <filesystem>
#include <span>
#include <vector>

#include "reports/outcomes.h"

namespace meval {

// What there is at a path: a run directory, a directory of repetitions of a run, a baseline file,
// sample logs of lm-evaluation-harness (a file, or a directory of them).
enum class OutcomeKind { kRun, kRepetitions, kBaseline, kLmEval };
// Throws UsageError where there is none of these.
OutcomeKind KindOf(const std::filesystem::path& path);

// The outcomes at each path; logs of lm-evaluation-harness as those of the first path that is none,
// of which there must be one. Throws as evals/run_outcomes.h and evals/lm_eval_samples.h say.
std::vector<RunOutcomes> ReadOutcomes(std::span<const std::filesystem::path> paths);

// The outcomes at one path, logs of lm-evaluation-harness as those of `like`.
RunOutcomes ReadOutcomesLike(const std::filesystem::path& path, const RunOutcomes& like);

}  // namespace meval

#endif  // MEVAL_EVALS_READ_OUTCOMES_H_
