#include "reports/error.h"

#include <cerrno>
#include <string>

#include <gtest/gtest.h>

namespace meval {
namespace {

TEST(ThrowSystemError, NamesPathActionAndReason) {
  errno = ENOSPC;
  try {
    ThrowSystemError("runs/a", "cannot be written");
    FAIL();
  } catch (const ReportError& error) {
    EXPECT_EQ(std::string(error.what()),
              "runs/a: cannot be written: No space left on device; make it writable, or choose "
              "another --out");
  }
}

}  // namespace
}  // namespace meval
