#include "engine/text/sentencepiece_model.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <unordered_set>

#include "engine/error.h"
#include "engine/text/utf8.h"

namespace meval {
namespace {

constexpr std::uint64_t kModelTypeUnigram = 1;
constexpr std::uint64_t kModelTypeBpe = 2;

// One field of a protocol buffer message.
struct Field {
  enum class Kind { kVarint, kFixed64, kBytes, kFixed32 };
  std::uint64_t number = 0;
  Kind kind = Kind::kVarint;
  std::uint64_t value = 0;  // kVarint, kFixed64, kFixed32
  std::string_view bytes;   // kBytes
};

// Walks the fields of a message. The wire format is that of the protocol buffers documentation
// ("Encoding"): a varint of (number << 3 | wire type), then the value.
class MessageReader {
 public:
  MessageReader(std::string_view bytes, const std::filesystem::path& file)
      : bytes_(bytes), file_(file) {}

  std::optional<Field> Next() {
    if (offset_ == bytes_.size()) return std::nullopt;
    const std::uint64_t tag = Varint();
    Field field;
    field.number = tag >> 3;
    switch (tag & 7U) {
      case 0:
        field.value = Varint();
        break;
      case 1:
        field.kind = Field::Kind::kFixed64;
        field.value = Fixed(8);
        break;
      case 2:
        field.kind = Field::Kind::kBytes;
        field.bytes = Take(Varint());
        break;
      case 5:
        field.kind = Field::Kind::kFixed32;
        field.value = Fixed(4);
        break;
      default:
        Refuse("a field of an unknown kind");
    }
    if (field.number == 0 || field.number >= std::uint64_t{1} << 29) {
      Refuse("a field with the number " + std::to_string(field.number));
    }
    return field;
  }

  [[noreturn]] void Refuse(const std::string& found) const {
    throw ModelError(file_.string() + ": expected a SentencePiece model, found " + found +
                     "; the file is damaged, incomplete or of another kind, fetch it again");
  }

  void Require(const Field& field, Field::Kind kind) const {
    if (field.kind != kind) {
      Refuse("field " + std::to_string(field.number) + " with a value of another type");
    }
  }
  std::string Text(const Field& field) const {
    Require(field, Field::Kind::kBytes);
    return std::string(field.bytes);
  }
  bool Flag(const Field& field) const {
    Require(field, Field::Kind::kVarint);
    return field.value != 0;
  }

 private:
  std::uint64_t Varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (offset_ == bytes_.size()) Refuse("an end in the middle of a number");
      const auto byte = static_cast<unsigned char>(bytes_[offset_++]);
      value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
      if (byte < 0x80) return value;
    }
    Refuse("a number of more than ten bytes");
  }

  std::string_view Take(std::uint64_t count) {
    if (count > bytes_.size() - offset_) {
      Refuse("a field of " + std::to_string(count) + " bytes where " +
             std::to_string(bytes_.size() - offset_) + " are left");
    }
    const std::string_view taken = bytes_.substr(offset_, static_cast<std::size_t>(count));
    offset_ += taken.size();
    return taken;
  }

  std::uint64_t Fixed(std::size_t count) {
    const std::string_view taken = Take(count);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(taken[i])) << (8 * i);
    }
    return value;
  }

  std::string_view bytes_;
  const std::filesystem::path& file_;
  std::size_t offset_ = 0;
};

class ModelReader {
 public:
  ModelReader(std::string_view bytes, const std::filesystem::path& file)
      : bytes_(bytes), file_(file) {}

  SentencePieceModel Read() {
    MessageReader message(bytes_, file_);
    while (const std::optional<Field> field = message.Next()) {
      if (field->number > 5) continue;
      message.Require(*field, Field::Kind::kBytes);
      if (field->number == 1) ReadPiece(field->bytes);
      if (field->number == 2) ReadTrainer(field->bytes);
      if (field->number == 3) ReadNormalizer(field->bytes);
      if (field->number == 5) ReadDenormalizer(field->bytes);
    }
    CheckPieces();
    return std::move(model_);
  }

 private:
  // What is well-formed, but not of the models this program evaluates.
  [[noreturn]] void RefuseKind(const std::string& expected, const std::string& found) const {
    throw ModelError(file_.string() + ": expected " + expected + ", found " + found +
                     "; use the tokenizer.model of a Mistral or Llama 2 model, or train one with "
                     "--normalization_rule_name=identity");
  }

  [[noreturn]] void RefusePiece(std::size_t id, const std::string& expected,
                                const std::string& found) const {
    throw ModelError(file_.string() + ": piece " + std::to_string(id) + ": expected " + expected +
                     ", found " + found + "; the file is damaged, fetch it again");
  }

  void ReadPiece(std::string_view bytes) {
    MessageReader message(bytes, file_);
    ModelPiece piece;
    while (const std::optional<Field> field = message.Next()) {
      if (field->number == 1) piece.text = message.Text(*field);
      if (field->number == 2) {
        message.Require(*field, Field::Kind::kFixed32);
        piece.score = std::bit_cast<float>(static_cast<std::uint32_t>(field->value));
      }
      if (field->number == 3) {
        message.Require(*field, Field::Kind::kVarint);
        if (field->value < 1 || field->value > 6) {
          RefusePiece(model_.pieces.size(), "a type from 1 to 6", std::to_string(field->value));
        }
        piece.type = static_cast<PieceType>(field->value);
      }
    }
    model_.pieces.push_back(std::move(piece));
  }

  void ReadTrainer(std::string_view bytes) {
    MessageReader message(bytes, file_);
    while (const std::optional<Field> field = message.Next()) {
      if (field->number == 3) {
        message.Require(*field, Field::Kind::kVarint);
        model_.is_bpe = field->value == kModelTypeBpe;
        if (field->value != kModelTypeBpe && field->value != kModelTypeUnigram) {
          RefuseKind("a BPE or unigram model", "model type " + std::to_string(field->value));
        }
      }
      if (field->number == 24 && message.Flag(*field)) {
        RefuseKind("whitespace at the front of pieces", "treat_whitespace_as_suffix");
      }
      if (field->number == 35) model_.byte_fallback = message.Flag(*field);
      if (field->number == 44) {
        model_.unk_surface = message.Text(*field);
        if (FindIllFormedUtf8(model_.unk_surface) != std::string_view::npos) {
          message.Refuse("an unk_surface that is not UTF-8");
        }
      }
    }
  }

  void ReadNormalizer(std::string_view bytes) {
    MessageReader message(bytes, file_);
    std::string name = "unnamed";
    while (const std::optional<Field> field = message.Next()) {
      if (field->number == 1) name = message.Text(*field);
      if (field->number == 2 && !message.Text(*field).empty()) {
        // The map is an array of offsets that the library follows unchecked.
        RefuseKind("text normalisation \"identity\"", "the rule \"" + name + "\" with a map of " +
                                                          std::to_string(field->bytes.size()) +
                                                          " bytes");
      }
      if (field->number == 3) model_.add_dummy_prefix = message.Flag(*field);
      if (field->number == 4) model_.remove_extra_whitespaces = message.Flag(*field);
      if (field->number == 5 && !message.Flag(*field)) {
        RefuseKind("spaces written as U+2581", "escape_whitespaces = false");
      }
    }
  }

  void ReadDenormalizer(std::string_view bytes) {
    MessageReader message(bytes, file_);
    while (const std::optional<Field> field = message.Next()) {
      if (field->number == 2 && !message.Text(*field).empty()) {
        RefuseKind("no denormalisation",
                   "a map of " + std::to_string(field->bytes.size()) + " bytes");
      }
    }
  }

  void CheckPieces() const {
    std::unordered_set<std::string_view> seen;
    std::array<bool, 256> has_byte{};
    std::size_t unknowns = 0;
    for (std::size_t id = 0; id < model_.pieces.size(); ++id) {
      const ModelPiece& piece = model_.pieces[id];
      CheckPiece(id, piece);
      if (!seen.insert(piece.text).second) {
        RefusePiece(id, "every piece once", "\"" + piece.text + "\" again");
      }
      if (piece.type == PieceType::kUnknown) ++unknowns;
      if (piece.type == PieceType::kByte) {
        has_byte[static_cast<std::size_t>(ByteOfPiece(piece.text))] = true;
      }
    }
    const MessageReader message(bytes_, file_);
    if (unknowns != 1) message.Refuse(std::to_string(unknowns) + " unknown pieces instead of one");
    for (const bool has : has_byte) {
      if (model_.byte_fallback && !has) message.Refuse("byte_fallback without all 256 bytes");
    }
  }

  void CheckPiece(std::size_t id, const ModelPiece& piece) const {
    if (piece.text.empty() || piece.text.find('\0') != std::string::npos) {
      RefusePiece(id, "a text without NUL", piece.text.empty() ? "none" : "one with NUL");
    }
    const std::size_t bad = FindIllFormedUtf8(piece.text);
    if (bad != std::string_view::npos) {
      RefusePiece(id, "UTF-8", "an ill-formed byte at offset " + std::to_string(bad));
    }
    if (!std::isfinite(piece.score)) {
      RefusePiece(id, "a finite score", std::to_string(piece.score));
    }
    if (piece.type == PieceType::kByte && ByteOfPiece(piece.text) < 0) {
      RefusePiece(id, "a byte written <0x00> to <0xFF>", "\"" + piece.text + "\"");
    }
  }

  std::string_view bytes_;
  const std::filesystem::path& file_;
  SentencePieceModel model_;
};

}  // namespace

SentencePieceModel ParseSentencePieceModel(std::string_view bytes,
                                           const std::filesystem::path& file) {
  return ModelReader(bytes, file).Read();
}

int ByteOfPiece(std::string_view piece) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  if (piece.size() != 6 || !piece.starts_with("<0x") || piece[5] != '>') return -1;
  const std::size_t high = kDigits.find(piece[3]);
  const std::size_t low = kDigits.find(piece[4]);
  if (high == std::string_view::npos || low == std::string_view::npos) return -1;
  return static_cast<int>(high * 16 + low);
}

}  // namespace meval
