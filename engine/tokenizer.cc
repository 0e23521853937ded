#include "engine/tokenizer.h"

#include <algorithm>
#include <array>
#include <exception>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
using std::literals::operator""sv;

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

// The library would replace ill-formed bytes without a word, and score another text than asked.
void RequireUtf8(std::string_view text) {
  const std::size_t bad = FindIllFormedUtf8(text);
  if (bad == std::string_view::npos) return;
  throw ModelError("text to encode: expected UTF-8, found an ill-formed byte at offset " +
                   std::to_string(bad) + " of " + std::to_string(text.size()) +
                   "; convert the data to UTF-8");
}

}  // namespace

struct Tokenizer::Impl {
  Impl(Path model_file, const SentencePieceModel& model)
      : file(std::move(model_file)),
        table(model),
        encoder(
            model, [this](std::string_view text) { return EncodeBy(processor, text); },
            [this](std::string_view text) { return EncodeBy(bare_processor, text); }) {}

  Path file;
  PieceTable table;
  std::vector<std::string> pieces;  // as stored; then the added tokens
  sentencepiece::SentencePieceProcessor processor;
  SegmentEncoder encoder;
  // Without the space in front; used for the parts of chat prompts.
  sentencepiece::SentencePieceProcessor bare_processor;
  bool adds_space = true;
  std::vector<std::pair<std::string, TokenId>> marked;  // longest first
  std::array<bool, 256> begins_marked{};                // by the first byte of their texts

  // A message that occurs twice in a serialised protocol buffer is merged, so what is appended
  // overrides the model's own normalizer_spec.add_dummy_prefix.
  static std::string WithoutSpaceInFront(const std::string& bytes) {
    constexpr std::string_view kNoDummyPrefix = "\x1A\x02\x18\x00"sv;
    return bytes + std::string(kNoDummyPrefix);
  }

  void LoadProcessor(const std::string& bytes) {
    std::string problem;
    try {
      const auto status = processor.LoadFromSerializedProto(bytes);
      if (!status.ok()) problem = MessageOf(status);
      const auto bare = bare_processor.LoadFromSerializedProto(WithoutSpaceInFront(bytes));
      if (problem.empty() && !bare.ok()) problem = MessageOf(bare);
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

  std::vector<TokenId> EncodeBy(const sentencepiece::SentencePieceProcessor& by,
                                std::string_view text) const {
    std::vector<int> ids;
    const auto status = by.Encode({text.data(), text.size()}, &ids);
    if (!status.ok()) {
      throw ModelError(file.string() + ": expected to encode a text of " +
                       std::to_string(text.size()) + " bytes, found: " + MessageOf(status) +
                       "; the file is damaged, fetch it again");
    }
    return ids;
  }

  // A part behind a token. One that begins with a space is what the rest of it is as a text of its
  // own, which the encoder remembers word by word.
  void AppendPart(std::string_view part, std::vector<TokenId>& ids) {
    const bool has_own_space = adds_space && part.size() > 1 && part.front() == ' ';
    const std::vector<TokenId> of_part =
        has_own_space ? encoder(part.substr(1)) : EncodeBy(bare_processor, part);
    ids.insert(ids.end(), of_part.begin(), of_part.end());
  }

  void AddMarked(const std::string& text, TokenId id) {
    if (text.empty()) return;
    marked.emplace_back(text, id);
    begins_marked[static_cast<unsigned char>(text.front())] = true;
  }

  void SortMarked() {
    std::stable_sort(marked.begin(), marked.end(),
                     [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
  }

  // The token that begins here, or null.
  const std::pair<std::string, TokenId>* MarkedAt(std::string_view text) const {
    if (!begins_marked[static_cast<unsigned char>(text.front())]) return nullptr;
    const auto found = std::find_if(marked.begin(), marked.end(), [&](const auto& token) {
      return text.starts_with(token.first);
    });
    return found == marked.end() ? nullptr : &*found;
  }

  void AddTokens(const std::map<TokenId, AddedToken>& tokens) {
    for (const auto& [id, token] : tokens) {
      AddMarked(token.text, id);
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
  impl->adds_space = model.add_dummy_prefix && !model.remove_extra_whitespaces;
  for (const ModelPiece& piece : model.pieces) {
    const auto id = static_cast<TokenId>(impl->pieces.size());
    impl->pieces.push_back(piece.text);
    if (piece.type == PieceType::kControl || piece.type == PieceType::kUnknown) {
      impl->AddMarked(piece.text, id);
    }
  }
  impl->LoadProcessor(bytes);
  if (is_directory) impl->AddTokens(ReadAddedTokens(path, model));
  impl->SortMarked();
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
  RequireUtf8(text);
  return impl_->encoder(text);
}

std::vector<TokenId> Tokenizer::EncodeMarked(std::string_view text, std::string_view mark) const {
  RequireUtf8(text);
  std::vector<TokenId> ids;
  std::string part;
  bool is_first = true;
  const auto finish_part = [&] {
    if (!part.empty() && is_first) {
      ids = impl_->encoder(part);
    } else if (!part.empty()) {
      impl_->AppendPart(part, ids);
    }
    part.clear();
    is_first = false;
  };
  while (!text.empty()) {
    if (const auto* token = impl_->MarkedAt(text)) {
      finish_part();
      ids.push_back(token->second);
      text.remove_prefix(token->first.size());
    } else if (!mark.empty() && text.starts_with(mark)) {
      text.remove_prefix(mark.size());
    } else {
      part += text.front();
      text.remove_prefix(1);
    }
  }
  finish_part();
  return ids;
}

std::vector<std::string> Tokenizer::MarkedTexts() const {
  std::vector<std::string> texts;
  for (const auto& token : impl_->marked) texts.push_back(token.first);
  return texts;
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
