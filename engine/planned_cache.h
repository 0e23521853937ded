#ifndef MEVAL_ENGINE_PLANNED_CACHE_H_
#define MEVAL_ENGINE_PLANNED_CACHE_H_

// Memory for keys and values, as planned.

#include <memory>

#include "engine/kv_cache.h"
#include "engine/memory_plan.h"
#include "engine/mistral.h"
#include "kernels/context.h"

namespace meval {

// The cache that the plan foresees for a model. Where a device has less memory than it said (it is
// in pieces, or another process was faster), a smaller one. The plan then says how many pages there
// are and how many rows of a step the model has. Throws DeviceError if there is no memory for one
// page.
std::unique_ptr<KvCache> MakePlannedCache(Context& ctx, const Mistral& model, MemoryPlan& plan);

}  // namespace meval

#endif  // MEVAL_ENGINE_PLANNED_CACHE_H_
