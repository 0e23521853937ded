#include "engine/text/segment_encoder.h"

#include <algorithm>
#include <utility>

namespace meval {
namespace {

constexpr std::string_view kSpaceMark = "\xE2\x96\x81";  // ▁

// Words remembered per shard: 16 x 16 384 words of a few dozen bytes stay below some 50 MB.
constexpr std::size_t kShardWords = 16384;
// A longer run without spaces is not a word that will come again.
constexpr std::size_t kLongestWord = 64;

// Whether some character other than the mark stands in front of a mark.
bool HasInnerSpace(std::string_view piece) {
  std::size_t at = 0;
  while (piece.substr(at).starts_with(kSpaceMark)) at += kSpaceMark.size();
  return piece.find(kSpaceMark, at) != std::string_view::npos;
}

bool WordsAreIndependent(const SentencePieceModel& model) {
  if (!model.is_bpe || !model.add_dummy_prefix || model.remove_extra_whitespaces) return false;
  bool has_space_piece = false;
  for (const ModelPiece& piece : model.pieces) {
    if (HasInnerSpace(piece.text)) return false;
    has_space_piece =
        has_space_piece || (piece.type == PieceType::kNormal && piece.text == kSpaceMark);
  }
  return has_space_piece;
}

// A word begins at a space behind another character. The last character of a text begins none: a
// lone space cannot be encoded as an empty text.
bool BeginsWord(std::string_view text, std::size_t at) {
  return text[at] == ' ' && at + 1 < text.size() && text[at - 1] != ' ' &&
         !text.substr(0, at).ends_with(kSpaceMark);
}

}  // namespace

SegmentEncoder::SegmentEncoder(const SentencePieceModel& model, Encode encode)
    : encode_(std::move(encode)), splits_words_(WordsAreIndependent(model)) {}

std::vector<TokenId> SegmentEncoder::operator()(std::string_view text) {
  if (!splits_words_) return encode_(text);
  std::unique_ptr<Encoded> latest = TakeLatest();
  EncodeAfter(*latest, text);
  std::vector<TokenId> ids = latest->ids;
  PutBack(std::move(latest));
  return ids;
}

// Makes `last` the encoding of `text`. A word of the last text begins in this one, too, if it
// begins in what they have in common and is not this one's last character.
void SegmentEncoder::EncodeAfter(Encoded& last, std::string_view text) {
  const auto differs = std::mismatch(text.begin(), text.end(), last.text.begin(), last.text.end());
  const auto common = static_cast<std::size_t>(differs.first - text.begin());
  while (!last.words.empty() &&
         (last.words.back().begin >= common || last.words.back().begin + 1 >= text.size())) {
    last.words.pop_back();
  }
  const Encoded::Word word = last.words.empty() ? Encoded::Word{} : last.words.back();
  std::size_t begin = last.words.empty() ? 0 : word.begin + 1;
  last.ids.resize(word.num_ids);
  last.text.replace(common, std::string::npos, text.substr(common));
  for (std::size_t at = begin + (begin == 0 ? 1 : 0); at < text.size(); ++at) {
    if (!BeginsWord(text, at)) continue;
    AppendWord(text.substr(begin, at - begin), last.ids);
    last.words.push_back({at, last.ids.size()});
    begin = at + 1;  // the model puts this space back in front
  }
  AppendWord(text.substr(begin), last.ids);
}

std::unique_ptr<SegmentEncoder::Encoded> SegmentEncoder::TakeLatest() {
  const std::lock_guard lock(latest_mutex_);
  if (latest_.empty()) return std::make_unique<Encoded>();
  std::unique_ptr<Encoded> latest = std::move(latest_.back());
  latest_.pop_back();
  return latest;
}

void SegmentEncoder::PutBack(std::unique_ptr<Encoded> latest) {
  const std::lock_guard lock(latest_mutex_);
  latest_.push_back(std::move(latest));
}

void SegmentEncoder::AppendWord(std::string_view word, std::vector<TokenId>& ids) {
  if (word.size() > kLongestWord) {
    const std::vector<TokenId> encoded = encode_(word);
    ids.insert(ids.end(), encoded.begin(), encoded.end());
    return;
  }
  std::string key(word);
  Shard& shard = shards_[std::hash<std::string>{}(key) % shards_.size()];
  {
    const std::lock_guard lock(shard.mutex);
    if (const auto found = shard.words.find(key); found != shard.words.end()) {
      ids.insert(ids.end(), found->second.begin(), found->second.end());
      return;
    }
  }
  std::vector<TokenId> encoded = encode_(word);
  ids.insert(ids.end(), encoded.begin(), encoded.end());
  const std::lock_guard lock(shard.mutex);
  if (shard.words.size() >= kShardWords) shard.words.clear();
  shard.words.emplace(std::move(key), std::move(encoded));
}

}  // namespace meval
