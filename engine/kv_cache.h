#ifndef MEVAL_ENGINE_KV_CACHE_H_
#define MEVAL_ENGINE_KV_CACHE_H_

// Keys and values of many sequences, in pages of kKvPageTokens positions that sequences share by
// reference count.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/model_config.h"
#include "kernels/attention.h"
#include "kernels/buffer.h"

namespace meval {

class KvCache;

// Pages that hold `count` positions.
constexpr std::int64_t NumKvPages(std::int64_t count) {
  return (count + kKvPageTokens - 1) / kKvPageTokens;
}

// One sequence's place in the cache: its pages and how many positions are filled. Move-only;
// releases its pages, so the cache outlives its sequences.
class KvSequence {
 public:
  KvSequence() = default;
  explicit KvSequence(KvCache* cache) : cache_(cache) {}
  ~KvSequence();
  KvSequence(KvSequence&& other) noexcept;
  KvSequence& operator=(KvSequence&& other) noexcept;

  std::int64_t length() const { return length_; }  // positions filled
  std::span<const std::int32_t> pages() const { return pages_; }

  // Another sequence with the same first `length` positions: full pages are shared, a partly filled
  // last page is copied. Throws DeviceError if the cache is full.
  KvSequence Fork(std::int64_t length) const;
  // Makes room for `count` more positions and counts them as filled; the last page is made
  // exclusive first. Throws DeviceError if the cache is full.
  void Extend(std::int64_t count);
  // Forgets positions from `length` on.
  void Truncate(std::int64_t length);
  // Free pages that Extend(count) takes: new ones, and one for a last page that is still shared.
  std::int64_t PagesToExtend(std::int64_t count) const;

 private:
  KvCache* cache_ = nullptr;
  std::vector<std::int32_t> pages_;
  std::int64_t length_ = 0;
};

class KvCache {
 public:
  // Takes all memory at once: num_pages pages for every layer. dtype: f32 | bf16.
  // Throws DeviceError naming the bytes if the memory is not there.
  KvCache(const ModelConfig& config, DType dtype, std::int64_t num_pages);
  KvCache(const KvCache&) = delete;
  KvCache& operator=(const KvCache&) = delete;

  static std::int64_t PageBytes(const ModelConfig& config,
                                DType dtype);  // all layers, keys and values
  KvPages Layer(std::int64_t layer) const;
  std::int64_t num_pages() const { return num_pages_; }
  std::int64_t num_free_pages() const { return static_cast<std::int64_t>(free_.size()); }

 private:
  friend class KvSequence;
  bool IsShared(std::int32_t page) const { return references_[static_cast<std::size_t>(page)] > 1; }
  std::int32_t Allocate();
  void AddReference(std::int32_t page);
  void Release(std::int32_t page);
  std::int32_t CopyPage(std::int32_t page);
  std::size_t LayerPageBytes() const;  // keys (or values) of one page in one layer

  std::int64_t num_layers_;
  std::int64_t n_kv_heads_;
  std::int64_t head_dim_;
  DType dtype_;
  std::int64_t num_pages_;
  Buffer keys_;    // [L][num_pages][K][D][kKvPageTokens]
  Buffer values_;  // [L][num_pages][K][kKvPageTokens][D]
  std::vector<std::int32_t> references_;
  std::vector<std::int32_t> free_;
};

}  // namespace meval

#endif  // MEVAL_ENGINE_KV_CACHE_H_
