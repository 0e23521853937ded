#include "engine/kv_cache.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "kernels/check.h"

namespace meval {

KvSequence::~KvSequence() { Truncate(0); }

KvSequence::KvSequence(KvSequence&& other) noexcept
    : cache_(other.cache_),
      pages_(std::exchange(other.pages_, {})),
      length_(std::exchange(other.length_, 0)) {}

KvSequence& KvSequence::operator=(KvSequence&& other) noexcept {
  if (this == &other) return *this;
  Truncate(0);
  cache_ = other.cache_;
  pages_ = std::exchange(other.pages_, {});
  length_ = std::exchange(other.length_, 0);
  return *this;
}

KvSequence KvSequence::Fork(std::int64_t length) const {
  MEVAL_REQUIRE(length >= 0 && length <= length_,
                "length " + std::to_string(length) + " of " + std::to_string(length_));
  KvSequence fork(cache_);
  const auto full_pages = static_cast<std::size_t>(length / kKvPageTokens);
  fork.pages_.reserve(static_cast<std::size_t>(NumKvPages(length)));
  for (std::size_t i = 0; i < full_pages; ++i) {
    cache_->AddReference(pages_[i]);
    fork.pages_.push_back(pages_[i]);
  }
  fork.length_ = length - length % kKvPageTokens;  // what it gives back if there is no page left
  if (length % kKvPageTokens != 0) fork.pages_.push_back(cache_->CopyPage(pages_[full_pages]));
  fork.length_ = length;
  return fork;
}

void KvSequence::Extend(std::int64_t count) {
  MEVAL_REQUIRE(count >= 0, "count " + std::to_string(count));
  const std::int64_t needed = PagesToExtend(count);
  if (needed > cache_->num_free_pages()) {
    throw DeviceError("the KV cache is full: " + std::to_string(needed) + " more pages of " +
                      std::to_string(kKvPageTokens) + " positions are needed, " +
                      std::to_string(cache_->num_free_pages()) + " of " +
                      std::to_string(cache_->num_pages()) + " are free");
  }
  if (count > 0 && length_ % kKvPageTokens != 0 && cache_->IsShared(pages_.back())) {
    const std::int32_t copy = cache_->CopyPage(pages_.back());
    cache_->Release(pages_.back());
    pages_.back() = copy;
  }
  length_ += count;
  const auto num_pages = static_cast<std::size_t>(NumKvPages(length_));
  pages_.reserve(num_pages);
  while (pages_.size() < num_pages) pages_.push_back(cache_->Allocate());
}

void KvSequence::Truncate(std::int64_t length) {
  if (length >= length_) return;
  const auto num_pages = static_cast<std::size_t>(NumKvPages(length));
  for (std::size_t i = num_pages; i < pages_.size(); ++i) cache_->Release(pages_[i]);
  pages_.resize(num_pages);
  length_ = length;
}

std::int64_t KvSequence::PagesToExtend(std::int64_t count) const {
  const bool copies = count > 0 && length_ % kKvPageTokens != 0 && cache_->IsShared(pages_.back());
  return NumKvPages(length_ + count) - NumKvPages(length_) + (copies ? 1 : 0);
}

KvCache::KvCache(const ModelConfig& config, DType dtype, std::int64_t num_pages)
    : num_layers_(config.num_hidden_layers),
      n_kv_heads_(config.num_key_value_heads),
      head_dim_(config.head_dim),
      dtype_(dtype),
      num_pages_(num_pages) {
  MEVAL_REQUIRE(dtype == DType::kF32 || dtype == DType::kBF16, "keys and values are f32 or bf16");
  MEVAL_REQUIRE(num_pages >= 1, "at least one page, not " + std::to_string(num_pages));
  const std::size_t bytes = static_cast<std::size_t>(num_layers_ * num_pages_) * LayerPageBytes();
  keys_ = Buffer(bytes);
  values_ = Buffer(bytes);
  references_.assign(static_cast<std::size_t>(num_pages), 0);
  // Handed out from the back: the pages used first are those used most, and untouched ones stay
  // unbacked by memory.
  free_.resize(static_cast<std::size_t>(num_pages));
  for (std::size_t i = 0; i < free_.size(); ++i) {
    free_[i] = static_cast<std::int32_t>(free_.size() - 1 - i);
  }
}

std::int64_t KvCache::PageBytes(const ModelConfig& config, DType dtype) {
  return kKvPageTokens * config.KvBytesPerToken(SizeOf(dtype));
}

KvPages KvCache::Layer(std::int64_t layer) const {
  const std::size_t offset = static_cast<std::size_t>(layer * num_pages_) * LayerPageBytes();
  KvPages pages;
  pages.keys = keys_.As<std::byte>() + offset;
  pages.values = values_.As<std::byte>() + offset;
  pages.dtype = dtype_;
  pages.num_pages = num_pages_;
  pages.n_kv_heads = n_kv_heads_;
  pages.head_dim = head_dim_;
  return pages;
}

std::size_t KvCache::LayerPageBytes() const {
  return static_cast<std::size_t>(n_kv_heads_ * head_dim_ * kKvPageTokens * SizeOf(dtype_));
}

std::int32_t KvCache::Allocate() {
  if (free_.empty()) {
    throw DeviceError("the KV cache is full: all " + std::to_string(num_pages_) + " pages of " +
                      std::to_string(kKvPageTokens) + " positions are in use");
  }
  const std::int32_t page = free_.back();
  free_.pop_back();
  references_[static_cast<std::size_t>(page)] = 1;
  return page;
}

void KvCache::AddReference(std::int32_t page) { ++references_[static_cast<std::size_t>(page)]; }

void KvCache::Release(std::int32_t page) {
  // free_ never grows beyond the capacity it was built with, so releasing does not throw.
  if (--references_[static_cast<std::size_t>(page)] == 0) free_.push_back(page);
}

std::int32_t KvCache::CopyPage(std::int32_t page) {
  const std::int32_t copy = Allocate();
  const std::size_t bytes = LayerPageBytes();
  for (std::int64_t layer = 0; layer < num_layers_; ++layer) {
    const auto base = static_cast<std::size_t>(layer * num_pages_);
    const std::size_t from = (base + static_cast<std::size_t>(page)) * bytes;
    const std::size_t to = (base + static_cast<std::size_t>(copy)) * bytes;
    std::memcpy(keys_.As<std::byte>() + to, keys_.As<std::byte>() + from, bytes);
    std::memcpy(values_.As<std::byte>() + to, values_.As<std::byte>() + from, bytes);
  }
  return copy;
}

}  // namespace meval
