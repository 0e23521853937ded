#ifndef MEVAL_KERNELS_PAGE_COPY_H_
#define MEVAL_KERNELS_PAGE_COPY_H_

// Copies of whole pages of keys and values, as sequences that part ways need them.

#include <cstdint>
#include <span>

#include "kernels/context.h"

namespace meval {

struct PagePair {
  std::int32_t from = 0;
  std::int32_t to = 0;
};

// All layers' pages, on the context's device.
struct PageStore {
  void* keys = nullptr;    // [num_layers][num_pages] pages
  void* values = nullptr;  // the same
  std::int64_t num_layers = 0;
  std::int64_t num_pages = 0;
  std::int64_t page_bytes = 0;  // keys (or values) of one page in one layer: a multiple of 16
};

// Copies keys and values of page pairs[i].from to page pairs[i].to in every layer, for i in
// ascending order: a page may be written and read again. Throws std::invalid_argument if a page is
// outside the store.
void CopyPages(Context& ctx, const PageStore& store, std::span<const PagePair> pairs);

}  // namespace meval

#endif  // MEVAL_KERNELS_PAGE_COPY_H_
