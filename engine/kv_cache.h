#ifndef MEVAL_ENGINE_KV_CACHE_H_
#define MEVAL_ENGINE_KV_CACHE_H_

// Keys and values of many sequences, in pages of kKvPageTokens positions that sequences share by
// reference count (kv_pages.h keeps the count).

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/kv_pages.h"
#include "engine/model_config.h"
#include "kernels/attention.h"
#include "kernels/buffer.h"
#include "kernels/context.h"
#include "kernels/page_copy.h"

namespace meval {

class KvCache {
 public:
  // Takes all memory at once, on the context's device: num_pages pages for every layer. dtype: f32
  // | bf16, on cuda bf16 | f16. Throws DeviceError naming the bytes if the memory is not there.
  KvCache(Context& ctx, const ModelConfig& config, DType dtype, std::int64_t num_pages);
  KvCache(const KvCache&) = delete;
  KvCache& operator=(const KvCache&) = delete;

  static std::int64_t PageBytes(const ModelConfig& config,
                                DType dtype);  // all layers, keys and values
  // One layer's pages, their copies made.
  KvPages Layer(std::int64_t layer);
  // The books: sequences over them find their keys and values here.
  KvPagePool& pool() { return pool_; }
  std::int64_t num_pages() const { return pool_.num_pages(); }
  std::int64_t num_free_pages() const { return pool_.num_free_pages(); }
  // Copies keys and values of one page, in every layer: before Layer() is next called, in the order
  // of the calls, so that a device makes many copies at once.
  void CopyPage(std::int32_t from, std::int32_t to);

 private:
  std::size_t LayerPageBytes() const;  // keys (or values) of one page in one layer

  Context& ctx_;
  std::int64_t num_layers_;
  std::int64_t n_kv_heads_;
  std::int64_t head_dim_;
  DType dtype_;
  KvPagePool pool_;
  std::vector<PagePair> copies_;  // to be made
  Buffer keys_;                   // [L][num_pages][K][D][kKvPageTokens]
  Buffer values_;                 // [L][num_pages][K][kKvPageTokens][D]; as the device keeps them
};

}  // namespace meval

#endif  // MEVAL_ENGINE_KV_CACHE_H_
