#include "engine/text/utf8.h"
#include "metrics/unicode_text.h"
#include "reports/utf8.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

// Three readers of UTF-8, one for each library that has to do with text, on the same bytes.
MEVAL_FUZZ_TARGET(utf8) {
  const std::string bytes = input.Bytes();
  const auto bad = FindInvalidUtf8(bytes);
  fuzz::Require(FindIllFormedUtf8(bytes) == bad.value_or(std::string::npos),
                "engine and metrics find the same byte");
  fuzz::Require(IsUtf8(bytes) == !bad, "reports and metrics agree on what is UTF-8");

  const std::string repaired = RepairUtf8(bytes);
  fuzz::Require(!FindInvalidUtf8(repaired), "repaired text is UTF-8");
  fuzz::Require((repaired == bytes) == !bad, "only text that is not UTF-8 is changed");
  const std::string line = PrintableLine(bytes);
  fuzz::Require(!FindInvalidUtf8(line) && PrintableLine(line) == line,
                "a printable line is printable");
  fuzz::Require(DisplayWidth(line) >= 0 &&
                    static_cast<std::size_t>(DisplayWidth(line)) <= 2 * ToCodePoints(line).size(),
                "a character takes at most two columns");
}

}  // namespace
}  // namespace meval
