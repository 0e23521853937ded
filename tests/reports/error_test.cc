#include "reports/error.h"

#include <cerrno>
#include <string>

#include <gtest/gtest.h>

namespace meval {
namespace {

std::string MessageOf(int code) {
  errno = code;
  try {
    ThrowSystemError("runs/a", "cannot be written");
  } catch (const ReportError& error) {
    return error.what();
  }
  return "";
}

TEST(ThrowSystemError, NamesPathActionAndReason) {
  EXPECT_EQ(MessageOf(EACCES),
            "runs/a: cannot be written: Permission denied; make it writable, or choose another "
            "--out");
}

TEST(ThrowSystemError, SaysThatAFullDiskNeedsRoomAndNotAnotherDirectory) {
  for (const int code : {ENOSPC, EDQUOT, EFBIG}) {
    EXPECT_TRUE(MessageOf(code).ends_with(
        "; make room, then repeat the command with the same --out: it continues from what is "
        "written"))
        << code;
  }
}

}  // namespace
}  // namespace meval
