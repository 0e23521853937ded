#ifndef MEVAL_ENGINE_KV_CACHE_H_
#define MEVAL_ENGINE_KV_CACHE_H_

// Keys and values of many sequences, in pages of kKvPageTokens positions that sequences share by
// reference count (kv_pages.h keeps the count).

#include <cstddef>
#include <cstdint>

#include "engine/kv_pages.h"
#include "engine/model_config.h"
#include "kernels/attention.h"
#include "kernels/buffer.h"

namespace meval {

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
  // The books: sequences over them find their keys and values here.
  KvPagePool& pool() { return pool_; }
  std::int64_t num_pages() const { return pool_.num_pages(); }
  std::int64_t num_free_pages() const { return pool_.num_free_pages(); }
  // Copies keys and values of one page, in every layer.
  void CopyPage(std::int32_t from, std::int32_t to);

 private:
  std::size_t LayerPageBytes() const;  // keys (or values) of one page in one layer

  std::int64_t num_layers_;
  std::int64_t n_kv_heads_;
  std::int64_t head_dim_;
  DType dtype_;
  KvPagePool pool_;
  Buffer keys_;    // [L][num_pages][K][D][kKvPageTokens]
  Buffer values_;  // [L][num_pages][K][kKvPageTokens][D]
};

}  // namespace meval

#endif  // MEVAL_ENGINE_KV_CACHE_H_
