#ifndef MEVAL_KERNELS_CUDA_STAGING_H_
#define MEVAL_KERNELS_CUDA_STAGING_H_

// Copies between the host and the device through pinned memory, in the order of one stream.

#include <cstddef>
#include <functional>
#include <memory>

#include "kernels/cuda/stream.h"

namespace meval::cuda {

class Staging {
 public:
  // Calls task(i) for i in [0, count), on any threads; returns when all are done.
  using ParallelFor =
      std::function<void(std::int64_t count, const std::function<void(std::int64_t)>& task)>;

  explicit Staging(StreamHandle stream);
  ~Staging();
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  // Enqueues the copy of `bytes` to the device; `from` has been read when it returns. Large copies
  // are cut into pieces that several threads bring to pinned memory while the device fetches those
  // before: a checkpoint's pages are read from its file by as many threads.
  void Upload(const void* from, void* to, std::size_t bytes, const ParallelFor& parallel_for = {});
  // Copies to the host and waits.
  void Download(const void* from, void* to, std::size_t bytes);

 private:
  struct Blocks;
  // Room for up to `wanted` bytes, one at least, in the block at hand or the next.
  std::byte* Take(std::size_t wanted, std::size_t& taken);

  StreamHandle stream_;
  std::unique_ptr<Blocks> blocks_;
};

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_STAGING_H_
