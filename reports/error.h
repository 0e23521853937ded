#ifndef MEVAL_REPORTS_ERROR_H_
#define MEVAL_REPORTS_ERROR_H_

#include <filesystem>
#include <stdexcept>
#include <string>

namespace meval {

// A run directory or report file that cannot be written or continued: path, reason, what to do.
// Ends the run with exit code 2.
class ReportError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Throws ReportError "PATH: WHAT: REASON; what to do", the reason being that of errno.
[[noreturn]] void ThrowSystemError(const std::filesystem::path& path, const std::string& what);

}  // namespace meval

#endif  // MEVAL_REPORTS_ERROR_H_
