#ifndef MEVAL_ENGINE_TOKENIZER_H_
#define MEVAL_ENGINE_TOKENIZER_H_

// Text to token ids and back, by the SentencePiece model of the checkpoint.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/tensor.h"

namespace meval {

struct PieceTable;

// The text that tokens add after a context, as they come. Made by Tokenizer::Continue, which
// outlives it. Move-only.
class ContinuationText {
 public:
  ContinuationText(const PieceTable& table, std::span<const TokenId> context);
  ~ContinuationText();
  ContinuationText(ContinuationText&&) noexcept;
  ContinuationText& operator=(ContinuationText&&) noexcept;

  // Throws std::invalid_argument if the tokenizer has no such id.
  void Append(TokenId id);
  // What has been settled: an incomplete UTF-8 sequence at the end is held back, so appending
  // tokens only ever appends text.
  const std::string& text() const { return text_; }
  // The text if no token follows: bytes held back appear as U+FFFD.
  std::string Final() const;

 private:
  struct Decoder;
  std::unique_ptr<Decoder> decoder_;
  std::string text_;
};

// The library that encodes and its version: "sentencepiece 0.1.97".
std::string TokenizerLibrary();

class Tokenizer {
 public:
  // `path`: a tokenizer.model file, or a directory that holds one (tokenizer.model, or a single
  // tokenizer.model.vN). From a directory the tokens of added_tokens.json and of
  // tokenizer_config.json's added_tokens_decoder are read as well: they extend the vocabulary
  // beyond the model's pieces and can be decoded, but text is never encoded to them. Throws
  // ModelError (a directory with only tokenizer.json is told what to do).
  static Tokenizer Load(const std::filesystem::path& path);
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;

  std::int64_t vocab_size() const;  // pieces and added tokens: ids are below it
  TokenId bos_id() const;           // -1 where the model has none
  TokenId eos_id() const;
  const std::filesystem::path& file() const;

  // Ids without BOS or EOS; "<s>" in the text is text. Thread-safe. Throws ModelError on ill-formed
  // UTF-8.
  std::vector<TokenId> Encode(std::string_view text) const;
  // Ids of a chat template's text, in which the texts of control pieces and added tokens ("<s>",
  // "[INST]", "<|im_end|>") are those tokens; between them a text is encoded as it stands, without
  // the space that the model puts in front of a text of its own. Of several that begin at one place
  // the longest counts. `mark` is taken out after the tokens are found, so a text it stands in is
  // no token; "": none. Thread-safe.
  std::vector<TokenId> EncodeMarked(std::string_view text, std::string_view mark) const;
  // The texts that EncodeMarked knows.
  std::vector<std::string> MarkedTexts() const;
  // The text of a whole sequence; control pieces (BOS, EOS) give nothing. Throws ModelError if an
  // id is outside the vocabulary.
  std::string Decode(std::span<const TokenId> ids) const;
  // The piece as stored, e.g. "▁Hello" or "<0x0A>".
  std::string Piece(TokenId id) const;

  // The text that tokens will add after `context`: both are decoded together and the context's text
  // is taken off, so a first piece keeps its leading space. Ids of the context outside the
  // vocabulary give no text (a model may have more rows than its tokenizer has ids).
  ContinuationText Continue(std::span<const TokenId> context) const;

 private:
  struct Impl;
  explicit Tokenizer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace meval

#endif  // MEVAL_ENGINE_TOKENIZER_H_
