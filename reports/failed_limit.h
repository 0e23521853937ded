#ifndef MEVAL_REPORTS_FAILED_LIMIT_H_
#define MEVAL_REPORTS_FAILED_LIMIT_H_

#include <string>

namespace meval {

// A score on the wrong side of a limit that the command line set (--fail-under), or a task that the
// gate against a baseline does not let pass.
struct FailedLimit {
  std::string task;
  std::string metric;
  std::string message;  // a sentence with both numbers
};

}  // namespace meval

#endif  // MEVAL_REPORTS_FAILED_LIMIT_H_
