// Data files that nobody writes on purpose: a line of ten megabytes, brackets without end, NUL
// bytes.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/error.h"
#include "tasks/records/csv_reader.h"
#include "tasks/records/jsonl_reader.h"
#include "tasks/task.h"

namespace meval::tasks {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;

constexpr std::size_t kLineBytes = 10'000'000;

template <typename Call>
std::string MessageOf(Call call) {
  try {
    call();
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

TEST(HostileFiles, HoldALineOfTenMegabytes) {
  const std::string text(kLineBytes, 'x');
  const auto records = ReadJsonl("{\"a\": \"" + text + "\"}\n{\"a\": \"y\"}\n", "f");
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].fields.Find("a")->text, text);
  EXPECT_EQ(ReadCsv("a,b\n\"" + text + "\",y\n", "f", {})[0].fields.Find("a")->text, text);
  EXPECT_THAT(MessageOf([&] { ReadJsonl("{\"a\": \"" + text, "f"); }), HasSubstr("f:1: "));
  EXPECT_THAT(MessageOf([&] { ReadCsv("a\n\"" + text, "f", {}); }), HasSubstr("f:2"));
}

TEST(HostileFiles, HoldBracketsWithoutEnd) {
  for (const std::string& piece : {"["s, "{\"a\":"s, "[{\"a\":"s}) {
    std::string text = "{\"a\": ";
    while (text.size() < kLineBytes) {
      text += piece;
    }
    EXPECT_THAT(MessageOf([&] { ReadJsonl(text, "f"); }), HasSubstr("f:1: byte"));
    EXPECT_THAT(MessageOf([&] { ReadJsonArray(text, "f"); }), HasSubstr("f:1: byte"));
    EXPECT_THAT(MessageOf([&] { Task::Parse(text, "f"); }), HasSubstr("f:1: byte"));
  }
  EXPECT_THAT(MessageOf([&] { ReadJsonl(std::string(kLineBytes, '}'), "f"); }),
              HasSubstr("f:1: byte"));
}

TEST(HostileFiles, HoldNulBytes) {
  EXPECT_EQ(ReadJsonl("{\"a\": \"x\\u0000y\"}", "f")[0].fields.Find("a")->text, "x\0y"s);
  EXPECT_THAT(MessageOf([] { ReadJsonl("{\"a\": \"x\0y\"}"s, "f"); }), HasSubstr("f:1: byte"));
  EXPECT_THAT(MessageOf([] { ReadJsonl("{\"a\": 1}\0"s, "f"); }), HasSubstr("f:1: byte"));
  EXPECT_EQ(ReadCsv("a\nx\0y\n"s, "f", {})[0].fields.Find("a")->text, "x\0y"s);
}

}  // namespace
}  // namespace meval::tasks
