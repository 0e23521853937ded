#ifndef MEVAL_ENGINE_TEXT_SEGMENT_ENCODER_H_
#define MEVAL_ENGINE_TEXT_SEGMENT_ENCODER_H_

// Encoding by words, each remembered: the same ids as encoding the text whole, many times faster on
// text that repeats. What a text has in common with the one before it is not even looked at word by
// word: the prompts of a task begin with the same exemplars.
//
// Why it is the same: BPE joins neighbours only into pieces of the vocabulary. If no piece has a
// space (▁) behind another character, no join crosses a place where a word begins, so the words of
// a text are encoded independently of each other. A later word " x" is what encoding "x" alone
// gives, since the model puts a space in front of every text.

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/text/sentencepiece_model.h"
#include "kernels/tensor.h"

namespace meval {

class SegmentEncoder {
 public:
  using Encode = std::function<std::vector<TokenId>(std::string_view)>;

  // `encode` encodes a whole text. Where the model does not have the property above every text is
  // passed to it whole.
  SegmentEncoder(const SentencePieceModel& model, Encode encode);

  // Thread-safe, if `encode` is.
  std::vector<TokenId> operator()(std::string_view text);

  bool splits_words() const { return splits_words_; }

 private:
  // A text, where its words begin, and how many ids stand in front of each.
  struct Encoded {
    struct Word {
      std::size_t begin = 0;  // of the space in front
      std::size_t num_ids = 0;
    };
    std::string text;
    std::vector<TokenId> ids;
    std::vector<Word> words;  // but the first
  };

  // A part of the memory with its own lock, so that threads seldom wait for each other.
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::string, std::vector<TokenId>> words;
  };

  void EncodeAfter(Encoded& last, std::string_view text);
  void AppendWord(std::string_view word, std::vector<TokenId>& ids);
  std::unique_ptr<Encoded> TakeLatest();
  void PutBack(std::unique_ptr<Encoded> latest);

  Encode encode_;
  bool splits_words_ = false;
  std::array<Shard, 16> shards_;
  std::mutex latest_mutex_;
  std::vector<std::unique_ptr<Encoded>> latest_;  // as many as threads were here at once
};

}  // namespace meval

#endif  // MEVAL_ENGINE_TEXT_SEGMENT_ENCODER_H_
