#ifndef MEVAL_REPORTS_ERROR_H_
#define MEVAL_REPORTS_ERROR_H_

#include <stdexcept>

namespace meval {

// A run directory or report file that cannot be written or continued: path, reason, what to do.
// Ends the run with exit code 2.
class ReportError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace meval

#endif  // MEVAL_REPORTS_ERROR_H_
