#ifndef MEVAL_EVALS_OUTLINE_ENCODER_H_
#define MEVAL_EVALS_OUTLINE_ENCODER_H_

// Tokenises a run before the weights are read, with what engine/model_outline.h knows of the model.

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/model_outline.h"
#include "evals/text_encoder.h"
#include "tasks/chat_template.h"

namespace meval {

class OutlineEncoder : public TextEncoder {
 public:
  // Borrows the outline.
  explicit OutlineEncoder(const ModelOutline& outline) : outline_(outline) {}

  std::vector<TokenId> Encode(std::string_view text) const override {
    return outline_.tokenizer.Encode(text);
  }
  std::vector<TokenId> EncodeChat(std::string_view text) const override {
    return outline_.tokenizer.EncodeMarked(text, kLiteralMark);
  }
  TokenId bos_id() const override { return outline_.config.bos_token_id; }
  std::int64_t max_length() const override { return outline_.max_length; }

 private:
  const ModelOutline& outline_;
};

}  // namespace meval

#endif  // MEVAL_EVALS_OUTLINE_ENCODER_H_
