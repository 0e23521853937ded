#ifndef MEVAL_EVALS_STEP_SUMMARY_H_
#define MEVAL_EVALS_STEP_SUMMARY_H_

#include <functional>
#include <iosfwd>

namespace meval {

// Appends Markdown to the file that GITHUB_STEP_SUMMARY names, which GitHub Actions shows on the
// page of a job; nothing where the variable is not set. Throws UsageError where the file cannot be
// written.
void AppendStepSummary(const std::function<void(std::ostream&)>& write);

}  // namespace meval

#endif  // MEVAL_EVALS_STEP_SUMMARY_H_
