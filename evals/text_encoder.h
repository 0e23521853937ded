#ifndef MEVAL_EVALS_TEXT_ENCODER_H_
#define MEVAL_EVALS_TEXT_ENCODER_H_

// What turning prompts into token requests needs of a model. Its weights are not among it, so
// requests can be made, counted and planned before they are read.

#include <cstdint>
#include <string_view>
#include <vector>

#include "kernels/tensor.h"

namespace meval {

class TextEncoder {
 public:
  virtual ~TextEncoder() = default;

  // Token ids of a text, without BOS or EOS. Thread-safe.
  virtual std::vector<TokenId> Encode(std::string_view text) const = 0;
  // Of a chat template's text, in which special tokens stand by their texts
  // (Tokenizer::EncodeMarked with kLiteralMark). Thread-safe.
  virtual std::vector<TokenId> EncodeChat(std::string_view text) const = 0;
  virtual TokenId bos_id() const = 0;
  // The longest sequence: context + continuation - 1 tokens, or prompt + new tokens.
  virtual std::int64_t max_length() const = 0;
};

}  // namespace meval

#endif  // MEVAL_EVALS_TEXT_ENCODER_H_
