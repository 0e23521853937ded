#include "evals/plan_file.h"

#include "engine/plan_dump.h"
#include "evals/flags.h"

namespace meval {

PlanFile::PlanFile(const std::filesystem::path& path)
    : path_(path), out_(path, std::ios::binary | std::ios::trunc) {
  if (!out_) throw UsageError("--dump-plan: " + path.string() + ": cannot be written");
}

void PlanFile::Add(const ScorePlan& plan, const PlanOptions& options, const std::string& task) {
  DumpPlan(plan, options, task, out_);
}

void PlanFile::Add(const GenerationPlan& plan, const PlanOptions& options,
                   const std::string& task) {
  DumpPlan(plan, options, task, out_);
}

void PlanFile::Close() {
  out_.close();
  if (!out_) {
    throw UsageError("--dump-plan: " + path_.string() +
                     ": could not be written whole; is the disk full?");
  }
}

}  // namespace meval
