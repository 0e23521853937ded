#include "tasks/records/require_utf8.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/error.h"

namespace meval::tasks {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(RequireUtf8, PassesWhatIsWellFormed) {
  for (const char* text : {"", "a\nb", "é\u2028\U0001F648"}) RequireUtf8(text, "f.txt");
}

TEST(RequireUtf8, NamesLineAndByteOfTheFirstIllFormedSequence) {
  const struct {
    const char* text;
    const char* message;
  } cases[] = {
      {"\xFF", "f.txt:1: byte 1: not valid UTF-8"},
      {"ab\ncd\xC0\x80\n", "f.txt:2: byte 3: not valid UTF-8"},
      {"\n\n\xED\xA0\x80", "f.txt:3: byte 1: not valid UTF-8"},
      {"é \xE4\xB8", "f.txt:1: byte 4: not valid UTF-8"},
  };
  for (const auto& bad : cases) {
    EXPECT_THAT([&] { RequireUtf8(bad.text, "f.txt"); },
                ThrowsMessage<DataError>(HasSubstr(bad.message)));
  }
}

}  // namespace
}  // namespace meval::tasks
