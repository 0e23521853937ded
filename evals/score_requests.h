#ifndef MEVAL_EVALS_SCORE_REQUESTS_H_
#define MEVAL_EVALS_SCORE_REQUESTS_H_

#include <cstdint>
#include <functional>
#include <optional>

#include "evals/eval.h"

namespace meval {

// Has the model score what `environment.finished` lacks of the task's score requests. Calls `set`
// once for every place of every request: from here for those of an earlier attempt, then, in the
// order in which the model is done, from one other thread, after the journal has the result.
// tokens_fed: of the task so far, nothing for a result of an earlier attempt. The counts of
// `outcome` that concern requests are added to. The task's requests are gone afterwards. Throws as
// LoglikelihoodEval.
using SetScore = std::function<void(const EncodedTask::Place& place, const JournalScore& score,
                                    std::optional<std::int64_t> tokens_fed)>;
void ScoreRequests(EncodedTask& task, const EvalEnvironment& environment, EvalOutcome& outcome,
                   const SetScore& set);

}  // namespace meval

#endif  // MEVAL_EVALS_SCORE_REQUESTS_H_
