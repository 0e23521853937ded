#include <sstream>

#include "reports/error.h"
#include "reports/read_report.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

// A file of a run directory: which one, then its bytes.
MEVAL_FUZZ_TARGET(run_files) {
  const std::size_t kind = input.Below(4);
  const std::string bytes = input.Bytes();
  std::istringstream in(bytes);
  try {
    switch (kind) {
      case 0:
        ReadSamplesJsonl(bytes, "file");
        break;
      case 1:
        ReadRunJson(in, "file");
        break;
      case 2:
        ReadResultsJson(in, "file");
        break;
      default:
        ReadRunIdentity(in, "file");
    }
  } catch (const ReportError& error) {
    fuzz::Require(std::string(error.what()).find("file") != std::string::npos,
                  "an error names the file");
  }
}

}  // namespace
}  // namespace meval
