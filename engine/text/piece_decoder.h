#ifndef MEVAL_ENGINE_TEXT_PIECE_DECODER_H_
#define MEVAL_ENGINE_TEXT_PIECE_DECODER_H_

// From pieces to text, one at a time: the rules of SentencePiece's Decode, as a machine whose state
// is small enough to start from the end of a long prompt.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/text/sentencepiece_model.h"
#include "kernels/tensor.h"

namespace meval {

// What each id gives to a text.
struct PieceTable {
  enum class Kind : std::uint8_t { kText, kByte, kSilent };
  struct Entry {
    Kind kind = Kind::kSilent;
    std::string text;                // kText: U+2581 already replaced by a blank; kByte: that byte
    bool begins_with_space = false;  // kText: the piece began with U+2581
  };

  explicit PieceTable(const SentencePieceModel& model);

  std::vector<Entry> entries;
  // The first blank of a text is the dummy prefix and is not shown; with every_leading_space none
  // of the leading blanks of pieces is.
  bool strip_leading_space = true;
  bool every_leading_space = false;
};

// Appends what pieces add to a text. Runs of byte pieces are read as UTF-8: a character appears
// with its last byte, a byte that can no longer become part of one appears as U+FFFD. What has been
// appended never changes.
class PieceDecoder {
 public:
  explicit PieceDecoder(const PieceTable& table) : table_(table) {}

  // The state after `context`, at the cost of its first pieces and its last run of bytes only.
  static PieceDecoder After(const PieceTable& table, std::span<const TokenId> context);

  // `id` must be in the table.
  void Append(TokenId id, std::string& text);
  // No more bytes follow: those held back appear as U+FFFD.
  void Finish(std::string& text);

 private:
  void AppendByte(char byte, std::string& text);

  const PieceTable& table_;
  bool at_start_ = true;  // nothing has been shown, and no blank has been taken off
  std::string pending_;   // at most 3 bytes that may begin a character
};

}  // namespace meval

#endif  // MEVAL_ENGINE_TEXT_PIECE_DECODER_H_
