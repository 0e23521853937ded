#include <array>
#include <sstream>

#include "evals/commands.h"
#include "metrics/metric_error.h"
#include "metrics/unicode_text.h"
#include "tasks/error.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

// `mistral-eval arena` on a file of battles, from: the format of its report, the file.
MEVAL_FUZZ_TARGET(arena) {
  constexpr std::array<const char*, 4> kFormats = {"console", "json", "csv", "markdown"};
  ArenaOptions options;
  options.input = "-";
  options.format = kFormats[input.Below(kFormats.size())];
  options.resampling.num_resamples = 3;
  std::istringstream in(input.Bytes());
  std::ostringstream out;
  try {
    ArenaCommand(options, in, out);
    fuzz::Require(!out.str().empty() && !FindInvalidUtf8(out.str()), "a report is UTF-8");
  } catch (const DataError& error) {
    fuzz::Require(!FindInvalidUtf8(error.what()), "a message is UTF-8");
  } catch (const MetricError& error) {
    fuzz::Require(!FindInvalidUtf8(error.what()), "a message is UTF-8");
  }
}

}  // namespace
}  // namespace meval
