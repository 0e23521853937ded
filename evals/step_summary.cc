#include "evals/step_summary.h"

#include <cstdlib>
#include <fstream>
#include <string>

#include "evals/flags.h"

namespace meval {

void AppendStepSummary(const std::function<void(std::ostream&)>& write) {
  const char* path = std::getenv("GITHUB_STEP_SUMMARY");
  if (path == nullptr || *path == '\0') return;
  std::ofstream summary(path, std::ios::app | std::ios::binary);
  write(summary);
  summary.close();
  if (!summary) {
    throw UsageError(std::string("GITHUB_STEP_SUMMARY: ") + path +
                     ": cannot be written; unset the variable or name another file");
  }
}

}  // namespace meval
