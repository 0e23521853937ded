#ifndef MEVAL_EVALS_PROMPT_ENCODER_H_
#define MEVAL_EVALS_PROMPT_ENCODER_H_

// From prompts to token requests that fit the model: BOS, the boundary rule, truncation. With
// encode_pair.h and rolling_eval.cc the only place that sees both text and token ids.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "evals/encode_pair.h"
#include "evals/text_encoder.h"
#include "reports/result.h"
#include "tasks/document.h"

namespace meval {

// What to do with a prompt that is longer than the model allows (docs/scoring.md, "Truncation").
enum class TruncationPolicy {
  kShots,  // drop whole shots from the front, then cut the document field from the left; BOS and
           // description stay
  kLeft,   // keep the last tokens, as lm-evaluation-harness does: BOS and description go first
  kError   // stop with a DataError
};
const char* Name(TruncationPolicy policy);

struct EncodeOptions {
  TruncationPolicy truncation = TruncationPolicy::kShots;
  BoundaryRule boundary = BoundaryRule::kLength;
};

struct EncodedChoices {
  std::vector<ScoreRequest> requests;  // one per continuation
  std::vector<bool> boundary_merges;   // per continuation
  std::optional<Truncation> truncated;
};

struct EncodedPrompt {
  std::vector<TokenId> tokens;  // with BOS
  std::optional<Truncation> truncated;
};

// The scored pairs of one document: every continuation after the same, possibly shortened, context.
// Throws DataError that names the document if it cannot be made to fit, or if the policy is kError
// and it does not fit. Only kShots looks at what of the document may be cut: with another policy
// the prompt may ask a question that is not the document's.
EncodedChoices EncodeChoices(const TextEncoder& model, const Document& document,
                             const Prompt& prompt, std::span<const std::string> continuations,
                             const EncodeOptions& options);

// The prompt of one document with room for max_new_tokens behind it. Throws DataError likewise.
EncodedPrompt EncodeGenerationPrompt(const TextEncoder& model, const Document& document,
                                     const Prompt& prompt, std::int64_t max_new_tokens,
                                     const EncodeOptions& options);

}  // namespace meval

#endif  // MEVAL_EVALS_PROMPT_ENCODER_H_
