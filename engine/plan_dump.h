#ifndef MEVAL_ENGINE_PLAN_DUMP_H_
#define MEVAL_ENGINE_PLAN_DUMP_H_

// Plans as text, for a person or a script: JSON, one object a line, the same bytes for the same
// plan. docs/planning.md describes the lines.

#include <iosfwd>
#include <string>

#include "engine/generation_plan.h"
#include "engine/score_plan.h"

namespace meval {

// `name` says whose plan it is (a task).
void DumpPlan(const ScorePlan& plan, const PlanOptions& options, const std::string& name,
              std::ostream& out);
void DumpPlan(const GenerationPlan& plan, const PlanOptions& options, const std::string& name,
              std::ostream& out);

}  // namespace meval

#endif  // MEVAL_ENGINE_PLAN_DUMP_H_
