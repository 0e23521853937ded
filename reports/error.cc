#include "reports/error.h"

#include <cerrno>
#include <system_error>

namespace meval {

void ThrowSystemError(const std::filesystem::path& path, const std::string& what) {
  const int code = errno;  // before anything below can change it
  throw ReportError(path.string() + ": " + what + ": " + std::generic_category().message(code) +
                    "; make it writable, or choose another --out");
}

}  // namespace meval
