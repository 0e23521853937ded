#include "engine/kv_cache.h"

#include <cstring>

#include "kernels/check.h"

namespace meval {

KvCache::KvCache(const ModelConfig& config, DType dtype, std::int64_t num_pages)
    : num_layers_(config.num_hidden_layers),
      n_kv_heads_(config.num_key_value_heads),
      head_dim_(config.head_dim),
      dtype_(dtype),
      pool_(num_pages, [this](std::int32_t from, std::int32_t to) { CopyPage(from, to); }) {
  MEVAL_REQUIRE(dtype == DType::kF32 || dtype == DType::kBF16, "keys and values are f32 or bf16");
  const std::size_t bytes = static_cast<std::size_t>(num_layers_ * num_pages) * LayerPageBytes();
  keys_ = Buffer(bytes);
  values_ = Buffer(bytes);
}

std::int64_t KvCache::PageBytes(const ModelConfig& config, DType dtype) {
  return kKvPageTokens * config.KvBytesPerToken(SizeOf(dtype));
}

KvPages KvCache::Layer(std::int64_t layer) const {
  const std::size_t offset = static_cast<std::size_t>(layer * num_pages()) * LayerPageBytes();
  KvPages pages;
  pages.keys = keys_.As<std::byte>() + offset;
  pages.values = values_.As<std::byte>() + offset;
  pages.dtype = dtype_;
  pages.num_pages = num_pages();
  pages.n_kv_heads = n_kv_heads_;
  pages.head_dim = head_dim_;
  return pages;
}

std::size_t KvCache::LayerPageBytes() const {
  return static_cast<std::size_t>(n_kv_heads_ * head_dim_ * kKvPageTokens * SizeOf(dtype_));
}

void KvCache::CopyPage(std::int32_t from, std::int32_t to) {
  const std::size_t bytes = LayerPageBytes();
  for (std::int64_t layer = 0; layer < num_layers_; ++layer) {
    const auto base = static_cast<std::size_t>(layer * num_pages());
    const std::size_t source = (base + static_cast<std::size_t>(from)) * bytes;
    const std::size_t target = (base + static_cast<std::size_t>(to)) * bytes;
    std::memcpy(keys_.As<std::byte>() + target, keys_.As<std::byte>() + source, bytes);
    std::memcpy(values_.As<std::byte>() + target, values_.As<std::byte>() + source, bytes);
  }
}

}  // namespace meval
