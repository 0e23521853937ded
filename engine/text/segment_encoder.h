#ifndef MEVAL_ENGINE_TEXT_SEGMENT_ENCODER_H_
#define MEVAL_ENGINE_TEXT_SEGMENT_ENCODER_H_

// Encoding by words, each remembered: the same ids as encoding the text whole, many times faster on
// text that repeats. What a text has in common with the one before it is not even looked at word by
// word: the prompts of a task begin with the same exemplars.
//
// Why it is the same: BPE joins neighbours only into pieces of the vocabulary. Between two
// characters that no piece has side by side nothing is ever joined, so what stands before such a
// place and what stands behind it ("word", ",") are encoded independently of each other.

#include <tsl/robin_map.h>

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/text/sentencepiece_model.h"
#include "kernels/tensor.h"

namespace meval {

class SegmentEncoder {
 public:
  using Encode = std::function<std::vector<TokenId>(std::string_view)>;

  // `whole` encodes a text as the model does, with a space in front; `bare` without. Where words
  // of the model are not independent of each other every text is passed to `whole`.
  SegmentEncoder(const SentencePieceModel& model, Encode whole, Encode bare);

  // Thread-safe, if both are.
  std::vector<TokenId> operator()(std::string_view text);

 private:
  static constexpr std::size_t kNumAscii = 128;

  // A text, where its words begin, and how many ids stand in front of each.
  struct Encoded {
    struct Word {
      std::size_t begin = 0;
      std::size_t num_ids = 0;
    };
    std::string text;
    std::vector<TokenId> ids;
    std::vector<Word> words;  // but the first
  };

  struct HashOf {
    using is_transparent = void;
    std::size_t operator()(std::string_view word) const {
      return std::hash<std::string_view>{}(word);
    }
  };

  struct Place {  // in Shard::ids
    std::uint32_t begin = 0;
    std::uint32_t count = 0;
  };

  // A part of the memory with its own lock, so that threads seldom wait for each other.
  struct Shard {
    std::mutex mutex;
    tsl::robin_map<std::string, Place, HashOf, std::equal_to<>,
                   std::allocator<std::pair<std::string, Place>>, true>
        words;
    std::vector<TokenId> ids;
  };

  static std::size_t PairOf(char left, char right);
  // Fills joined_. False where words cannot be told apart: another kind of model than those of
  // Llama and Mistral, or one with a piece that holds a space behind another character.
  bool FindPairs(const SentencePieceModel& model);
  bool BeginsWord(std::string_view text, std::size_t at) const;
  void EncodeAfter(Encoded& last, std::string_view text);
  void AppendWord(std::string_view word, std::vector<TokenId>& ids);
  std::unique_ptr<Encoded> TakeLatest();
  void PutBack(std::unique_ptr<Encoded> latest);

  Encode whole_;
  Encode bare_;
  std::bitset<kNumAscii * kNumAscii> joined_;  // by PairOf: side by side in some piece
  bool splits_ = false;
  std::array<Shard, 16> shards_;
  std::mutex latest_mutex_;
  std::vector<std::unique_ptr<Encoded>> latest_;  // as many as threads were here at once
};

}  // namespace meval

#endif  // MEVAL_ENGINE_TEXT_SEGMENT_ENCODER_H_
