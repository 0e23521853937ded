#include "engine/continuation_text.h"

namespace meval {
namespace {

// Tokens decoded again for each new one, at most, and tokens of context before them. A character
// spans at most four byte pieces, so eight tokens of context are more than enough.
constexpr std::size_t kWindowTokens = 16;
constexpr std::size_t kContextTokens = 8;

}  // namespace

ContinuationText::ContinuationText(const Tokenizer& tokenizer, std::span<const TokenId> prompt)
    : tokenizer_(&tokenizer) {
  for (const TokenId id : prompt) {
    if (id < tokenizer.vocab_size()) ids_.push_back(id);
  }
  prompt_size_ = ids_.size();
  SetWindow();
}

// Begins a window at the end of ids_. Its context must hold some text, since the decoder drops the
// space before the first word it sees.
void ContinuationText::SetWindow() {
  settled_ = text_;
  window_begin_ = ids_.size();
  context_begin_ = window_begin_;
  std::size_t size = kContextTokens;
  const std::span<const TokenId> ids = ids_;
  do {
    context_begin_ = window_begin_ > size ? window_begin_ - size : 0;
    size *= 2;
  } while (context_begin_ > 0 &&
           tokenizer_->Decode(ids.subspan(context_begin_, window_begin_ - context_begin_)).empty());
}

void ContinuationText::Append(TokenId token) {
  if (token >= tokenizer_->vocab_size()) return;
  ids_.push_back(token);
  const std::span<const TokenId> ids = ids_;
  const auto context = ids.subspan(context_begin_, window_begin_ - context_begin_);
  const auto window = ids.subspan(window_begin_);
  text_ = settled_ + tokenizer_->DecodeContinuation(context, window, false);
  // The window moves on where no character is open.
  if (window.size() >= kWindowTokens &&
      text_.size() == settled_.size() +
                          tokenizer_->DecodeContinuation(context, window, true).size()) {
    SetWindow();
  }
}

std::string ContinuationText::Final() const {
  const std::span<const TokenId> ids = ids_;
  return tokenizer_->DecodeContinuation(ids.first(prompt_size_), ids.subspan(prompt_size_), true);
}

}  // namespace meval
