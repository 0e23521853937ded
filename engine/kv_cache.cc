#include "engine/kv_cache.h"

#include <string>

#include "kernels/check.h"

namespace meval {

KvCache::KvCache(Context& ctx, const ModelConfig& config, DType dtype, std::int64_t num_pages)
    : ctx_(ctx),
      num_layers_(config.num_hidden_layers),
      n_kv_heads_(config.num_key_value_heads),
      head_dim_(config.head_dim),
      dtype_(dtype),
      pool_(num_pages, [this](std::int32_t from, std::int32_t to) { CopyPage(from, to); }) {
  const DType other = ctx.device() == Device::kCpu ? DType::kF32 : DType::kF16;
  MEVAL_REQUIRE(dtype == other || dtype == DType::kBF16,
                std::string("keys and values are ") + Name(other) + " or bf16");
  const std::size_t bytes = static_cast<std::size_t>(num_layers_ * num_pages) * LayerPageBytes();
  keys_ = ctx.Allocate(bytes);
  values_ = ctx.Allocate(bytes);
}

std::int64_t KvCache::PageBytes(const ModelConfig& config, DType dtype) {
  return kKvPageTokens * config.KvBytesPerToken(SizeOf(dtype));
}

KvPages KvCache::Layer(std::int64_t layer) {
  if (!copies_.empty()) {
    const PageStore store = {.keys = keys_.data(),
                             .values = values_.data(),
                             .num_layers = num_layers_,
                             .num_pages = num_pages(),
                             .page_bytes = static_cast<std::int64_t>(LayerPageBytes())};
    CopyPages(ctx_, store, copies_);
    copies_.clear();
  }
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

void KvCache::CopyPage(std::int32_t from, std::int32_t to) { copies_.push_back({from, to}); }

}  // namespace meval
