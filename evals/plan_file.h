#ifndef MEVAL_EVALS_PLAN_FILE_H_
#define MEVAL_EVALS_PLAN_FILE_H_

#include <filesystem>
#include <fstream>
#include <string>

#include "engine/generation_plan.h"
#include "engine/score_plan.h"

namespace meval {

// The file of `--dump-plan`: the plans of a run's tasks, one after the other (docs/planning.md).
class PlanFile {
 public:
  // Throws UsageError if the file cannot be written.
  explicit PlanFile(const std::filesystem::path& path);

  void Add(const ScorePlan& plan, const PlanOptions& options, const std::string& task);
  void Add(const GenerationPlan& plan, const PlanOptions& options, const std::string& task);
  // Throws UsageError if not everything could be written.
  void Close();

 private:
  std::filesystem::path path_;
  std::ofstream out_;
};

}  // namespace meval

#endif  // MEVAL_EVALS_PLAN_FILE_H_
