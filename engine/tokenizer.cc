#include "engine/tokenizer.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <string>
#include <utility>

#include <sentencepiece_processor.h>

#include "engine/error.h"
#include "engine/loading/json_file.h"
#include "engine/text/added_tokens.h"
#include "engine/text/piece_decoder.h"
#include "engine/text/segment_encoder.h"
#include "engine/text/sentencepiece_model.h"
#include "engine/text/utf8.h"
#include "kernels/check.h"

namespace meval {

std::string TokenizerLibrary() {
  return std::string("sentencepiece ") + MEVAL_SENTENCEPIECE_VERSION;
}

namespace {

using Path = std::filesystem::path;

// The largest published vocabularies have models of a few MB.
constexpr std::int64_t kMaxModelBytes = std::int64_t{64} << 20;

// tokenizer.model, or the one tokenizer.model.vN of the authors' own releases.
Path FindModelFile(const Path& directory) {
  const Path usual = directory / "tokenizer.model";
  if (std::filesystem::exists(usual)) return usual;
  std::vector<Path> versioned;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().filename().string().starts_with("tokenizer.model.v")) {
      versioned.push_back(entry.path());
    }
  }
  if (versioned.size() == 1) return versioned.front();
  const std::string expected = directory.string() + ": expected tokenizer.model, found ";
  if (versioned.size() > 1) {
    throw ModelError(expected + std::to_string(versioned.size()) +
                     " versions of it; name the file of this model as the tokenizer");
  }
  if (std::filesystem::exists(directory / "tokenizer.json")) {
    throw ModelError(expected +
                     "tokenizer.json only; this program reads SentencePiece models: fetch "
                     "tokenizer.model from the model's repository (or from the base model it was "
                     "fine-tuned from) into this directory, or name such a file as the tokenizer");
  }
  throw ModelError(expected +
                   "no such file; fetch tokenizer.model from the model's repository into this "
                   "directory, or name such a file as the tokenizer");
}

std::string MessageOf(const sentencepiece::util::Status& status) { return status.ToString(); }

}  // namespace

struct Tokenizer::Impl {
  Impl(Path model_file, const SentencePieceModel& model)
      : file(std::move(model_file)),
        table(model),
        encoder(model, [this](std::string_view text) { return EncodeWhole(text); }) {}

  Path file;
  PieceTable table;
  std::vector<std::string> pieces;  // as stored; then the added tokens
  sentencepiece::SentencePieceProcessor processor;
  SegmentEncoder encoder;

  void LoadProcessor(const std::string& bytes) {
    std::string problem;
    try {
      const auto status = processor.LoadFromSerializedProto(bytes);
      if (!status.ok()) problem = MessageOf(status);
    } catch (const std::exception& error) {
      problem = error.what();
    }
    if (problem.empty() && processor.GetPieceSize() != static_cast<int>(pieces.size())) {
      problem = std::to_string(processor.GetPieceSize()) + " pieces where the file has " +
                std::to_string(pieces.size());
    }
    if (!problem.empty()) {
      throw ModelError(file.string() +
                       ": expected a model that the SentencePiece library accepts, found: " +
                       problem + "; the file is damaged, fetch it again");
    }
  }

  std::vector<TokenId> EncodeWhole(std::string_view text) const {
    std::vector<int> ids;
    const auto status = processor.Encode({text.data(), text.size()}, &ids);
    if (!status.ok()) {
      throw ModelError(file.string() + ": expected to encode a text of " +
                       std::to_string(text.size()) + " bytes, found: " + MessageOf(status) +
                       "; the file is damaged, fetch it again");
    }
    return ids;
  }

  void AddTokens(const std::map<TokenId, AddedToken>& tokens) {
    for (const auto& [id, token] : tokens) {
      const auto size = static_cast<std::size_t>(id) + 1;
      pieces.resize(size);
      table.entries.resize(size);  // ids in between have no text
      pieces.back() = token.text;
      if (!token.special) {
        table.entries.back() = {PieceTable::Kind::kText, token.text, false};
      }
    }
  }

  void CheckIds(std::span<const TokenId> ids) const {
    for (const TokenId id : ids) {
      if (id >= 0 && static_cast<std::size_t>(id) < pieces.size()) continue;
      throw ModelError(file.string() + ": expected token ids from 0 to " +
                       std::to_string(pieces.size() - 1) + ", found " + std::to_string(id) +
                       "; the tokenizer is not the one of this model");
    }
  }
};

Tokenizer Tokenizer::Load(const std::filesystem::path& path) {
  const bool is_directory = std::filesystem::is_directory(path);
  const Path file = is_directory ? FindModelFile(path) : path;
  const std::string bytes = ReadFile(file, kMaxModelBytes);
  const SentencePieceModel model = ParseSentencePieceModel(bytes, file);
  auto impl = std::make_unique<Impl>(file, model);
  for (const ModelPiece& piece : model.pieces) impl->pieces.push_back(piece.text);
  impl->LoadProcessor(bytes);
  if (is_directory) impl->AddTokens(ReadAddedTokens(path, model));
  return Tokenizer(std::move(impl));
}

Tokenizer::Tokenizer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

std::int64_t Tokenizer::vocab_size() const {
  return static_cast<std::int64_t>(impl_->pieces.size());
}
TokenId Tokenizer::bos_id() const { return impl_->processor.bos_id(); }
TokenId Tokenizer::eos_id() const { return impl_->processor.eos_id(); }
const std::filesystem::path& Tokenizer::file() const { return impl_->file; }

std::vector<TokenId> Tokenizer::Encode(std::string_view text) const {
  // The library would replace ill-formed bytes without a word, and score another text than asked.
  const std::size_t bad = FindIllFormedUtf8(text);
  if (bad != std::string_view::npos) {
    throw ModelError("text to encode: expected UTF-8, found an ill-formed byte at offset " +
                     std::to_string(bad) + " of " + std::to_string(text.size()) +
                     "; convert the data to UTF-8");
  }
  return impl_->encoder(text);
}

std::string Tokenizer::Decode(std::span<const TokenId> ids) const {
  impl_->CheckIds(ids);
  ContinuationText text = Continue({});
  for (const TokenId id : ids) text.Append(id);
  return text.Final();
}

std::string Tokenizer::Piece(TokenId id) const {
  impl_->CheckIds({&id, 1});
  return impl_->pieces[static_cast<std::size_t>(id)];
}

ContinuationText Tokenizer::Continue(std::span<const TokenId> context) const {
  std::vector<TokenId> known;
  known.reserve(context.size());
  std::copy_if(context.begin(), context.end(), std::back_inserter(known),
               [this](TokenId id) { return id >= 0 && id < vocab_size(); });
  return ContinuationText(impl_->table, known);
}

struct ContinuationText::Decoder {
  const PieceTable& table;
  PieceDecoder pieces;
};

ContinuationText::ContinuationText(const PieceTable& table, std::span<const TokenId> context)
    : decoder_(std::make_unique<Decoder>(Decoder{table, PieceDecoder::After(table, context)})) {}
ContinuationText::~ContinuationText() = default;
ContinuationText::ContinuationText(ContinuationText&&) noexcept = default;
ContinuationText& ContinuationText::operator=(ContinuationText&&) noexcept = default;

void ContinuationText::Append(TokenId id) {
  MEVAL_REQUIRE(id >= 0 && static_cast<std::size_t>(id) < decoder_->table.entries.size(),
                "token " + std::to_string(id) + " is outside the vocabulary");
  decoder_->pieces.Append(id, text_);
}

std::string ContinuationText::Final() const {
  std::string text = text_;
  PieceDecoder copy = decoder_->pieces;
  copy.Finish(text);
  return text;
}

}  // namespace meval
