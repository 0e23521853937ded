#ifndef MEVAL_EVALS_ENCODE_PAIR_H_
#define MEVAL_EVALS_ENCODE_PAIR_H_

// The one boundary rule between text and tokens (docs/scoring.md, "The boundary").

#include <functional>
#include <string_view>
#include <vector>

#include "kernels/tensor.h"

namespace meval {

// How the tokens of context + continuation are split.
enum class BoundaryRule {
  kLength,  // behind the first len(encode(context)) tokens, as lm-evaluation-harness does
  kLongestCommonPrefix  // behind the longest common prefix of encode(context) and the whole
};

using EncodeText = std::function<std::vector<TokenId>(std::string_view)>;

struct EncodedPair {
  std::vector<TokenId> context;       // with BOS in front
  std::vector<TokenId> continuation;  // at least one token
  bool boundary_merge = false;  // encode(context) is not a prefix of encode(context + continuation)
};

// Moves trailing whitespace of the context to the continuation, encodes context + continuation as
// one string, and splits it. Where the split by length would leave nothing to score, the longest
// common prefix is used. An empty context is BOS alone. Throws std::invalid_argument if the
// continuation gives no token.
EncodedPair EncodePair(const EncodeText& encode, TokenId bos, std::string_view context,
                       std::string_view continuation, BoundaryRule rule = BoundaryRule::kLength);

}  // namespace meval

#endif  // MEVAL_EVALS_ENCODE_PAIR_H_
