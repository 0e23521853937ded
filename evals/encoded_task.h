#ifndef MEVAL_EVALS_ENCODED_TASK_H_
#define MEVAL_EVALS_ENCODED_TASK_H_

// One task as a model is asked it: token requests, and where their results belong. Made from a plan
// and a TextEncoder, before and apart from any model.

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "evals/eval_plan.h"
#include "evals/text_encoder.h"
#include "reports/result.h"

namespace meval {

struct EncodedTask {
  // A choice of a document, or a window of its text. Those whose requests are equal token for token
  // share one request.
  struct Place {
    std::size_t sample = 0;
    std::size_t choice = 0;
    bool is_unconditional = false;  // the choice behind the document's unconditional context
  };

  // One per selected document, in order, with all that is known before the model is asked.
  std::vector<SampleResult> samples;

  // Log-likelihood and rolling tasks: distinct, in the order of their first place.
  std::vector<ScoreRequest> score_requests;
  std::vector<std::vector<Place>> places;  // per score request

  // Rolling tasks: tokens of a window; the model's length where the task says none.
  std::int64_t window_length = 0;

  // Generation tasks: one per selected document, in order.
  std::vector<GenerationRequest> generation_requests;

  std::vector<std::string> keys;  // per request: its JournalKey
  std::int64_t num_requests = 0;  // as asked: choices, windows or completions
};

// Encodes the selected documents on `num_threads` threads of its own (at least 1), so that it can
// run beside a model. What comes out does not depend on their number. Throws DataError, naming the
// first document that cannot be made to fit, or if no text of a rolling task gives a window, and
// UsageError if its windows are longer than the model allows. Once `stop` is requested it returns
// soon, with a task that is not whole.
EncodedTask EncodeTask(const EvalPlan& plan, const TextEncoder& encoder, int num_threads,
                       std::stop_token stop = {});

// Identity of a token request in the journal: a digest of everything its result depends on besides
// the model.
std::string JournalKey(const ScoreRequest& request);
std::string JournalKey(const GenerationRequest& request);
std::string JournalSampleKey(const std::string& key, std::int64_t sample);

}  // namespace meval

#endif  // MEVAL_EVALS_ENCODED_TASK_H_
