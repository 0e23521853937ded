#include "kernels/page_copy.h"

#include <cstddef>
#include <cstring>
#include <string>

#include "kernels/check.h"
#include "kernels/device_ops.h"

namespace meval {

void CopyPages(Context& ctx, const PageStore& store, std::span<const PagePair> pairs) {
  for (const PagePair& pair : pairs) {
    MEVAL_REQUIRE(
        pair.from >= 0 && pair.from < store.num_pages && pair.to >= 0 && pair.to < store.num_pages,
        "pages " + std::to_string(pair.from) + " and " + std::to_string(pair.to) +
            ": expected pages in [0, " + std::to_string(store.num_pages) + ")");
  }
  if (DeviceOps* device = ctx.device_ops()) return device->CopyPages(store, pairs);
  const auto bytes = static_cast<std::size_t>(store.page_bytes);
  for (const PagePair& pair : pairs) {
    for (std::int64_t layer = 0; layer < store.num_layers; ++layer) {
      const auto base = static_cast<std::size_t>(layer * store.num_pages);
      const std::size_t from = (base + static_cast<std::size_t>(pair.from)) * bytes;
      const std::size_t to = (base + static_cast<std::size_t>(pair.to)) * bytes;
      for (void* pages : {store.keys, store.values}) {
        std::memcpy(static_cast<std::byte*>(pages) + to, static_cast<std::byte*>(pages) + from,
                    bytes);
      }
    }
  }
}

}  // namespace meval
