#include "evals/encode_pair.h"

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>

#include "engine/token_path.h"
#include "metrics/unicode_text.h"

namespace meval {

EncodedPair EncodePair(const EncodeText& encode, TokenId bos, std::string_view context,
                       std::string_view continuation, BoundaryRule rule) {
  const std::string whole_text = std::string(context) + std::string(continuation);
  const std::vector<TokenId> whole = encode(whole_text);
  const std::string_view bare_context = StripRight(context);
  const std::vector<TokenId> alone =
      bare_context.empty() ? std::vector<TokenId>{} : encode(bare_context);

  EncodedPair pair;
  const auto common = static_cast<std::size_t>(CommonPrefix(std::span(alone), std::span(whole)));
  pair.boundary_merge = common < alone.size();
  const bool by_length = rule == BoundaryRule::kLength && alone.size() < whole.size();
  std::size_t split = by_length ? alone.size() : common;
  // The whole may be a prefix of the context's own tokens: score its last token, so that something
  // is scored.
  if (split == whole.size() && split > 0) --split;
  pair.context.push_back(bos);
  const std::vector<TokenId>& head = by_length ? alone : whole;
  pair.context.insert(pair.context.end(), head.begin(),
                      head.begin() + static_cast<std::ptrdiff_t>(split));
  pair.continuation.assign(whole.begin() + static_cast<std::ptrdiff_t>(split), whole.end());
  if (pair.continuation.empty()) {
    throw std::invalid_argument("EncodePair: the continuation \"" + std::string(continuation) +
                                "\" gives no token to score");
  }
  return pair;
}

}  // namespace meval
