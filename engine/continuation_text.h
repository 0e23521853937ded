#ifndef MEVAL_ENGINE_CONTINUATION_TEXT_H_
#define MEVAL_ENGINE_CONTINUATION_TEXT_H_

// The text of a continuation while its tokens arrive one by one. A token costs the decoding of a
// short window, not of everything before it.

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "engine/tokenizer.h"

namespace meval {

class ContinuationText {
 public:
  // Ids that the tokenizer does not know (added tokens, padding of the embedding) give no text.
  ContinuationText(const Tokenizer& tokenizer, std::span<const TokenId> prompt);

  void Append(TokenId token);
  // The text so far; an incomplete UTF-8 sequence at its end is held back, so it only ever grows.
  const std::string& text() const { return text_; }
  // The text of the whole continuation, decoded in one go with the whole prompt; nothing is held
  // back.
  std::string Final() const;

 private:
  void SetWindow();

  const Tokenizer* tokenizer_;
  std::vector<TokenId> ids_;       // prompt and continuation, known ids only
  std::size_t prompt_size_ = 0;    // of ids_
  std::size_t context_begin_ = 0;  // ids_[context_begin_, window_begin_) is the window's context
  std::size_t window_begin_ = 0;   // ids_ before it are settled
  std::string settled_;            // text of ids_[prompt_size_, window_begin_)
  std::string text_;
};

}  // namespace meval

#endif  // MEVAL_ENGINE_CONTINUATION_TEXT_H_
