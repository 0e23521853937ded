#ifndef MEVAL_ENGINE_PLANNED_CACHE_H_
#define MEVAL_ENGINE_PLANNED_CACHE_H_

// Memory for keys and values, as planned.

#include <memory>

#include "engine/kv_cache.h"
#include "engine/memory_plan.h"
#include "engine/model_config.h"
#include "kernels/context.h"

namespace meval {

// The cache that the plan foresees. Where a device has less memory than it said (it is in pieces,
// or another process was faster), a smaller one: plan.num_pages then says how large. Throws
// DeviceError if there is no memory for one page.
std::unique_ptr<KvCache> MakePlannedCache(Context& ctx, const ModelConfig& config,
                                          MemoryPlan& plan);

}  // namespace meval

#endif  // MEVAL_ENGINE_PLANNED_CACHE_H_
