#include "engine/planned_cache.h"

#include <algorithm>
#include <cstdint>

#include "kernels/check.h"

namespace meval {

std::unique_ptr<KvCache> MakePlannedCache(Context& ctx, const Mistral& model, MemoryPlan& plan) {
  plan.batch_tokens = model.max_tokens();
  plan.workspace_bytes = model.workspace_bytes();
  for (;;) {
    try {
      return std::make_unique<KvCache>(ctx, model.config(), plan.dtype, plan.num_pages);
    } catch (const DeviceError&) {
      const std::int64_t fewer = plan.num_pages - std::max<std::int64_t>(1, plan.num_pages / 10);
      if (ctx.device() == Device::kCpu || fewer < 1) throw;
      plan.num_pages = fewer;
    }
  }
}

}  // namespace meval
