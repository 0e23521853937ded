#ifndef MEVAL_KERNELS_CUDA_PAGE_COPY_H_
#define MEVAL_KERNELS_CUDA_PAGE_COPY_H_

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/cuda/stream.h"
#include "kernels/page_copy.h"

namespace meval::cuda {

// Copies pages of keys and values, in every layer.
struct PageCopyArgs {
  void* keys = nullptr;    // [num_layers][num_pages] pages
  void* values = nullptr;  // the same
  std::int64_t num_layers = 0;
  std::int64_t num_pages = 0;
  std::int64_t page_bytes = 0;  // keys (or values) of one page in one layer: a multiple of 16
  const PagePair* pairs =
      nullptr;  // [num_pairs], on the device; no page is written and named twice
  std::int64_t num_pairs = 0;
};
void LaunchPageCopy(StreamHandle stream, const PageCopyArgs& args);

// Where a list of copies to be made in order must be cut so that each part may be made in any
// order: the lengths of the parts. A page that is written ends up in no other pair of its part.
std::vector<std::int64_t> IndependentParts(std::span<const PagePair> pairs);

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_PAGE_COPY_H_
