#ifndef MEVAL_METRICS_TEXT_NGRAMS_H_
#define MEVAL_METRICS_TEXT_NGRAMS_H_

// Token sequences as numbers, so that n-grams are counted and compared without texts.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace meval::text {

using NgramIds = std::vector<std::uint32_t>;  // one id for each n-gram, in order of position

// Multiplying by 2^64 over the golden ratio spreads neighbouring numbers over the upper bits of the
// product (Knuth, TAOCP 3, section 6.4), which are the ones a table uses.
inline constexpr std::uint64_t kHashFactor = 0x9E3779B97F4A7C15u;

inline std::uint64_t HashOf(std::uint64_t key) { return key * kHashFactor; }

// Eight bytes at a time; the last eight may overlap those before, so that no byte is left over.
inline std::uint64_t HashOf(std::string_view text) {
  const auto load = [&](std::size_t at, auto word) {
    std::memcpy(&word, text.data() + at, sizeof(word));
    return std::uint64_t{word};
  };
  const std::size_t size = text.size();
  std::uint64_t hash = size;
  const auto mix = [&hash](std::uint64_t word) {
    hash = (hash ^ word) * kHashFactor;
    hash ^= hash >> 32;
  };
  if (size >= 8) {
    for (std::size_t at = 0; at + 8 < size; at += 8) {
      mix(load(at, std::uint64_t{}));
    }
    mix(load(size - 8, std::uint64_t{}));
  } else if (size >= 4) {
    mix(load(0, std::uint32_t{}) << 32 | load(size - 4, std::uint32_t{}));
  } else if (size > 0) {
    mix(load(0, std::uint8_t{}) << 16 | load(size / 2, std::uint8_t{}) << 8 |
        load(size - 1, std::uint8_t{}));
  }
  return hash * kHashFactor;
}

// Numbers keys 0, 1, 2, ... in order of first appearance. A flat table at most half full, probed in
// line; keys are compared whole, so equal hashes never merge two of them.
template <typename Key>
class Numbering {
 public:
  static constexpr std::uint32_t kUnknown = ~std::uint32_t{0};

  // The number of `key`, a new one if it has none.
  std::uint32_t Number(const Key& key) {
    if (2 * (keys_.size() + 1) > slots_.size()) {
      MakeRoom(2 * keys_.size() + 1);
    }
    std::uint32_t& slot = slots_[SlotOf(key)];
    if (slot == kUnknown) {
      slot = static_cast<std::uint32_t>(keys_.size());
      keys_.push_back(key);
    }
    return slot;
  }
  // The number of `key`, or kUnknown.
  std::uint32_t Find(const Key& key) const {
    return slots_.empty() ? kUnknown : slots_[SlotOf(key)];
  }
  // Forgets every key and makes room for `num_keys`; reuses memory.
  void Reset(std::size_t num_keys) {
    keys_.clear();
    MakeRoom(num_keys);
  }
  std::size_t size() const { return keys_.size(); }

 private:
  // The slot that holds `key`, or the empty one where it belongs.
  std::size_t SlotOf(const Key& key) const {
    auto at = static_cast<std::size_t>(HashOf(key) >> shift_);
    while (slots_[at] != kUnknown && keys_[slots_[at]] != key) {
      at = (at + 1) & (slots_.size() - 1);
    }
    return at;
  }
  void MakeRoom(std::size_t num_keys) {
    const std::size_t num_slots = std::max(kMinSlots, std::bit_ceil(2 * num_keys));
    shift_ = 64 - std::countr_zero(num_slots);
    slots_.assign(num_slots, kUnknown);
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      slots_[SlotOf(keys_[i])] = static_cast<std::uint32_t>(i);
    }
  }

  static constexpr std::size_t kMinSlots = 64;
  std::vector<std::uint32_t> slots_;  // numbers, or kUnknown; a power of two
  std::vector<Key> keys_;             // by number
  int shift_ = 0;                     // leaves as many bits as a slot's index has
};

// The name of an (n+1)-gram: two neighbouring n-grams overlap in n-1 tokens, so their pair is one.
inline std::uint64_t PairKey(std::uint32_t first, std::uint32_t second) {
  return (std::uint64_t{first} << 32) | second;
}

// Gives equal tokens equal ids, over all sequences it has seen. The texts must outlive it.
class TokenNumbering {
 public:
  template <typename Tokens>
  NgramIds Number(const Tokens& tokens) {
    NgramIds ids;
    ids.reserve(tokens.size());
    for (const auto& token : tokens) {
      ids.push_back(numbers_.Number(std::string_view(token)));
    }
    return ids;
  }
  std::size_t size() const { return numbers_.size(); }  // distinct tokens

 private:
  Numbering<std::string_view> numbers_;
};

// How often each id below `num_ids` occurs.
inline std::vector<std::int64_t> CountIds(const NgramIds& ids, std::size_t num_ids) {
  std::vector<std::int64_t> counts(num_ids, 0);
  for (const std::uint32_t id : ids) {
    ++counts[id];
  }
  return counts;
}

}  // namespace meval::text

#endif  // MEVAL_METRICS_TEXT_NGRAMS_H_
