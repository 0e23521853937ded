#ifndef MEVAL_TASKS_ERROR_H_
#define MEVAL_TASKS_ERROR_H_

#include <stdexcept>

namespace meval {

// A data file or task definition that cannot be used: "path:line: field "x": expected ..., found
// ..." and what to do. Ends the run with exit code 3.
class DataError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A task, group or glob that names nothing; the message lists the nearest names. Ends the run with
// exit code 2.
class UnknownTaskError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace meval

#endif  // MEVAL_TASKS_ERROR_H_
