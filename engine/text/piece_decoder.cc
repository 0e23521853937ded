#include "engine/text/piece_decoder.h"

#include "engine/text/utf8.h"

namespace meval {
namespace {

constexpr std::string_view kSpaceSymbol = "\xE2\x96\x81";           // U+2581
constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";  // U+FFFD

std::string WithBlanks(std::string_view piece) {
  std::string text;
  while (!piece.empty()) {
    if (piece.starts_with(kSpaceSymbol)) {
      text += ' ';
      piece.remove_prefix(kSpaceSymbol.size());
    } else {
      text += piece.front();
      piece.remove_prefix(1);
    }
  }
  return text;
}

PieceTable::Entry EntryOf(const ModelPiece& piece, const std::string& unk_surface) {
  switch (piece.type) {
    case PieceType::kControl:
      return {};
    case PieceType::kUnknown:
      return {PieceTable::Kind::kText, unk_surface, false};
    case PieceType::kByte:
      return {PieceTable::Kind::kByte, std::string(1, static_cast<char>(ByteOfPiece(piece.text))),
              false};
    case PieceType::kNormal:
    case PieceType::kUserDefined:
    case PieceType::kUnused:
      break;
  }
  return {PieceTable::Kind::kText, WithBlanks(piece.text), piece.text.starts_with(kSpaceSymbol)};
}

}  // namespace

PieceTable::PieceTable(const SentencePieceModel& model)
    : strip_leading_space(model.add_dummy_prefix || model.remove_extra_whitespaces),
      every_leading_space(model.remove_extra_whitespaces) {
  entries.reserve(model.pieces.size());
  for (const ModelPiece& piece : model.pieces) {
    entries.push_back(EntryOf(piece, model.unk_surface));
  }
}

PieceDecoder PieceDecoder::After(const PieceTable& table, std::span<const TokenId> context) {
  PieceDecoder decoder(table);
  std::string unused;
  std::size_t next = 0;
  while (next < context.size() && decoder.at_start_) decoder.Append(context[next++], unused);
  // From here on only a run of bytes that reaches the end leaves a trace.
  std::size_t run = context.size();
  while (run > next && table.entries[static_cast<std::size_t>(context[run - 1])].kind ==
                           PieceTable::Kind::kByte) {
    --run;
  }
  if (run > next) decoder.Finish(unused);
  for (; run < context.size(); ++run) decoder.Append(context[run], unused);
  return decoder;
}

void PieceDecoder::Append(TokenId id, std::string& text) {
  const PieceTable::Entry& entry = table_.entries[static_cast<std::size_t>(id)];
  if (entry.kind == PieceTable::Kind::kByte) {
    AppendByte(entry.text.front(), text);
    return;
  }
  Finish(text);
  if (entry.kind == PieceTable::Kind::kSilent) return;
  const bool strip = at_start_ && table_.strip_leading_space && entry.begins_with_space;
  const std::size_t before = text.size();
  text.append(entry.text, strip ? 1 : 0);
  // A piece that was nothing but its blank has used up the one blank there is to take off.
  if (text.size() > before || (strip && !table_.every_leading_space)) at_start_ = false;
}

void PieceDecoder::AppendByte(char byte, std::string& text) {
  pending_ += byte;
  while (!pending_.empty()) {
    std::size_t length = 0;
    const Utf8Start start = ClassifyUtf8(pending_, &length);
    if (start == Utf8Start::kIncomplete) return;
    if (start == Utf8Start::kInvalid) {
      text += kReplacementCharacter;
      length = 1;
    } else {
      text.append(pending_, 0, length);
    }
    pending_.erase(0, length);
    at_start_ = false;
  }
}

void PieceDecoder::Finish(std::string& text) {
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    text += kReplacementCharacter;
    at_start_ = false;
  }
  pending_.clear();
}

}  // namespace meval
