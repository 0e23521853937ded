#include "engine/text/segment_encoder.h"

#include <algorithm>
#include <span>
#include <utility>

#include "engine/token_path.h"

namespace meval {
namespace {

constexpr std::string_view kSpaceMark = "\xE2\x96\x81";  // ▁

// Words remembered per shard: 16 x 16 384 words of a few dozen bytes stay below some 50 MB.
constexpr std::size_t kShardWords = 16384;
// A longer run without a break is not a word that will come again.
constexpr std::size_t kLongestWord = 64;

// The text a piece stands for: a space for the mark.
std::string WithSpaces(std::string text) {
  for (std::size_t at; (at = text.find(kSpaceMark)) != std::string::npos;) {
    text.replace(at, kSpaceMark.size(), " ");
  }
  return text;
}

bool IsAscii(char byte) { return static_cast<unsigned char>(byte) < 0x80; }

}  // namespace

SegmentEncoder::SegmentEncoder(const SentencePieceModel& model, Encode whole, Encode bare)
    : whole_(std::move(whole)), bare_(std::move(bare)), splits_(FindPairs(model)) {}

bool SegmentEncoder::FindPairs(const SentencePieceModel& model) {
  if (!model.is_bpe || !model.add_dummy_prefix || model.remove_extra_whitespaces) return false;
  bool has_space_piece = false;
  for (const ModelPiece& piece : model.pieces) {
    const std::string text = WithSpaces(piece.text);
    has_space_piece = has_space_piece || (piece.type == PieceType::kNormal && text == " ");
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (text[i] == ' ' && text[i - 1] != ' ') return false;
      if (IsAscii(text[i - 1]) && IsAscii(text[i])) joined_.set(PairOf(text[i - 1], text[i]));
    }
  }
  // Without byte pieces, unknown characters in a row are one unknown piece.
  for (std::size_t pair = 0; pair < joined_.size() && !model.byte_fallback; ++pair) {
    if (pair % kNumAscii != ' ') joined_.set(pair);
  }
  return has_space_piece;
}

std::size_t SegmentEncoder::PairOf(char left, char right) {
  return static_cast<unsigned char>(left) * kNumAscii + static_cast<unsigned char>(right);
}

// Between ASCII characters that no piece has side by side; behind others only at a space.
bool SegmentEncoder::BeginsWord(std::string_view text, std::size_t at) const {
  if (!IsAscii(text[at])) return false;
  if (IsAscii(text[at - 1])) return !joined_.test(PairOf(text[at - 1], text[at]));
  return text[at] == ' ' && !text.substr(0, at).ends_with(kSpaceMark);
}

std::vector<TokenId> SegmentEncoder::operator()(std::string_view text) {
  if (!splits_ || text.empty()) return whole_(text);
  std::unique_ptr<Encoded> latest = TakeLatest();
  EncodeAfter(*latest, text);
  std::vector<TokenId> ids = latest->ids;
  PutBack(std::move(latest));
  return ids;
}

// Makes `last` the encoding of `text`. A word of the last text begins in this one, too, if they
// have its first character in common: what follows does not decide where a word begins.
void SegmentEncoder::EncodeAfter(Encoded& last, std::string_view text) {
  const std::size_t common =
      CommonItems(text.data(), last.text.data(), std::min(text.size(), last.text.size()));
  while (!last.words.empty() && last.words.back().begin >= common) last.words.pop_back();
  std::size_t begin = last.words.empty() ? 0 : last.words.back().begin;
  last.ids.resize(last.words.empty() ? 0 : last.words.back().num_ids);
  last.text.replace(common, std::string::npos, text.substr(common));
  const auto append = [&](std::size_t end) {
    const std::string_view word = text.substr(begin, end - begin);
    // The model puts a space in front of every text.
    begin == 0 ? AppendWord(" " + std::string(word), last.ids) : AppendWord(word, last.ids);
  };
  for (std::size_t at = begin + 1; at < text.size(); ++at) {
    if (!BeginsWord(text, at)) continue;
    append(at);
    last.words.push_back({at, last.ids.size()});
    begin = at;
  }
  append(text.size());
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
  const auto append = [&ids](std::span<const TokenId> encoded) {
    ids.insert(ids.end(), encoded.begin(), encoded.end());
  };
  if (word.size() > kLongestWord) return append(bare_(word));
  const std::size_t hash = HashOf{}(word);
  Shard& shard = shards_[hash % shards_.size()];
  {
    const std::lock_guard lock(shard.mutex);
    if (const auto found = shard.words.find(word, hash); found != shard.words.end()) {
      return append(std::span(shard.ids).subspan(found->second.begin, found->second.count));
    }
  }
  const std::vector<TokenId> encoded = bare_(word);
  append(encoded);
  const std::lock_guard lock(shard.mutex);
  if (shard.words.size() >= kShardWords) {
    shard.words.clear();
    shard.ids.clear();
  }
  const auto begin = static_cast<std::uint32_t>(shard.ids.size());
  shard.ids.insert(shard.ids.end(), encoded.begin(), encoded.end());
  shard.words.emplace(std::string(word), Place{begin, static_cast<std::uint32_t>(encoded.size())});
}

}  // namespace meval
