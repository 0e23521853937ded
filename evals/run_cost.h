#ifndef MEVAL_EVALS_RUN_COST_H_
#define MEVAL_EVALS_RUN_COST_H_

// What a run's model time is compared with: the least time its work takes on this machine, from
// ceilings measured beside it.

#include <optional>
#include <string>
#include <vector>

#include "engine/cost_model.h"
#include "engine/engine.h"
#include "kernels/context.h"
#include "reports/result.h"

namespace meval {

// What the engine did for a task, into its timing.
void SetWork(const EngineStats& stats, Timing& timing);

// The energy of that, and what it bought: documents the headline among `metrics` calls right. The
// rest of `timing` is there.
void SetEnergy(std::optional<double> joules, const std::vector<MetricValue>& metrics,
               Timing& timing);

// Model time below which a run is not compared with ceilings: measuring them takes half a second.
inline constexpr double kShortestComparedSeconds = 2;

// Measures the ceilings and gives every task the time they allow for its `work` (one entry per
// task of the report). Nothing happens to a run whose model time is too short. The engine's memory
// may be gone. A device that does not answer any more, or has no memory for this, takes nothing
// from a run that is complete: returns why there are no ceilings then, and "" otherwise.
std::string CompareWithCeiling(Context& ctx, DType dtype, const std::vector<WorkLog>& work,
                               RunReport& report);

}  // namespace meval

#endif  // MEVAL_EVALS_RUN_COST_H_
