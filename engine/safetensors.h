#ifndef MEVAL_ENGINE_SAFETENSORS_H_
#define MEVAL_ENGINE_SAFETENSORS_H_

// Safetensors files, mapped read-only and never copied.
//
//   ┌────────────┬──────────────────────────────┬───────────────────────┐
//   │ u64 LE: n  │ n bytes of JSON: name →      │ tensor data; offsets  │
//   │            │ {dtype, shape, data_offsets} │ count from here       │
//   └────────────┴──────────────────────────────┴───────────────────────┘

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kernels/tensor.h"

namespace meval {

// A tensor inside a mapped file: row-major, little-endian. `data` need not be aligned.
struct TensorEntry {
  std::string name;
  std::string dtype;  // as written: "F32", "BF16", "F16", ...
  std::vector<std::int64_t> shape;
  const std::byte* data = nullptr;  // valid while the Checkpoint lives
  std::int64_t bytes = 0;
  std::filesystem::path file;  // for messages
};

// All tensors of a checkpoint directory: model.safetensors, or the shards named by
// model.safetensors.index.json, or, where neither is there, the authors' own
// consolidated.safetensors or its index.
class Checkpoint {
 public:
  // `path`: the directory, or a single safetensors file of any name. Throws ModelError: no weights
  // found, a shard missing, a header truncated, too long or not JSON, offsets outside the file,
  // overlapping or not covering it, a size that does not match dtype and shape, a name twice, an
  // index and its shards that disagree.
  static Checkpoint Open(const std::filesystem::path& path);
  ~Checkpoint();
  Checkpoint(Checkpoint&&) noexcept;
  Checkpoint& operator=(Checkpoint&&) noexcept;

  const std::filesystem::path& path() const;  // as given to Open
  const std::map<std::string, TensorEntry>& tensors() const;
  const std::vector<std::filesystem::path>& files() const;  // in name order
  std::int64_t total_bytes() const;                         // tensor data
  // Tells the kernel that this tensor's pages are no longer needed (after packing).
  void Release(const TensorEntry& entry) const;

 private:
  struct Impl;
  explicit Checkpoint(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace meval

#endif  // MEVAL_ENGINE_SAFETENSORS_H_
