#include "engine/error.h"
#include "engine/text/sentencepiece_model.h"
#include "engine/text/utf8.h"
#include "engine/tokenizer.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

// Whatever the model, texts become ids and ids become texts.
void CheckTokenizer(const Tokenizer& tokenizer, const std::string& text) {
  if (FindIllFormedUtf8(text) == std::string::npos) {
    const std::vector<TokenId> ids = tokenizer.Encode(text);
    for (const TokenId id : ids) {
      fuzz::Require(id >= 0 && id < tokenizer.vocab_size(), "an id is below the vocabulary's size");
    }
    fuzz::Require(FindIllFormedUtf8(tokenizer.Decode(ids)) == std::string::npos,
                  "decoded text is UTF-8");
  }
  std::vector<TokenId> ids;
  for (const char c : text) {
    ids.push_back(static_cast<unsigned char>(c) % static_cast<TokenId>(tokenizer.vocab_size()));
  }
  const std::string whole = tokenizer.Decode(ids);
  fuzz::Require(FindIllFormedUtf8(whole) == std::string::npos, "decoded text is UTF-8");
  ContinuationText continuation = tokenizer.Continue({});
  for (const TokenId id : ids) {
    const std::string before = continuation.text();
    continuation.Append(id);
    fuzz::Require(continuation.text().starts_with(before), "tokens only append text");
  }
  fuzz::Require(continuation.Final() == whole, "token by token gives the text of all at once");
}

// A tokenizer.model, and a text to encode: the text, FF, the file.
MEVAL_FUZZ_TARGET(sentencepiece_model) {
  static const testing::TempDirectory directory;
  const std::string text = input.Text();
  const std::string bytes = input.Bytes();
  try {
    const SentencePieceModel model = ParseSentencePieceModel(bytes, "file");
    fuzz::Require(!model.pieces.empty(), "a model has pieces");
    directory.Write("tokenizer.model", bytes);
    CheckTokenizer(Tokenizer::Load(directory / "tokenizer.model"), text);
  } catch (const ModelError& error) {
    fuzz::Require(!std::string(error.what()).empty(), "an error says something");
  }
}

}  // namespace
}  // namespace meval
