#ifndef MEVAL_ENGINE_TEXT_ADDED_TOKENS_H_
#define MEVAL_ENGINE_TEXT_ADDED_TOKENS_H_

// Tokens that a fine-tune adds beside its SentencePiece model ("<|im_end|>" = 32000): they have ids
// and rows of the embedding, but no pieces.

#include <filesystem>
#include <map>
#include <string>

#include "engine/text/sentencepiece_model.h"
#include "kernels/tensor.h"

namespace meval {

struct AddedToken {
  std::string text;
  bool special = false;  // shown as nothing when decoding
};

// Reads added_tokens.json and the added_tokens_decoder of tokenizer_config.json in `directory`,
// where they are. Tokens that only repeat a piece of `model` are left out. Throws ModelError if an
// entry is not well-formed, or gives a piece's id to another text.
std::map<TokenId, AddedToken> ReadAddedTokens(const std::filesystem::path& directory,
                                              const SentencePieceModel& model);

}  // namespace meval

#endif  // MEVAL_ENGINE_TEXT_ADDED_TOKENS_H_
