#include "reports/error.h"

#include <cerrno>
#include <system_error>

namespace meval {

namespace {

// What to do about an error of the system. A full disk passes, and everything written stays.
const char* Advice(int code) {
  if (code == ENOSPC || code == EDQUOT || code == EFBIG) {
    return "; make room, then repeat the command with the same --out: it continues from what is "
           "written";
  }
  return "; make it writable, or choose another --out";
}

}  // namespace

void ThrowSystemError(const std::filesystem::path& path, const std::string& what) {
  const int code = errno;  // before anything below can change it
  throw ReportError(path.string() + ": " + what + ": " + std::generic_category().message(code) +
                    Advice(code));
}

}  // namespace meval
