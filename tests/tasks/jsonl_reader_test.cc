#include "tasks/records/jsonl_reader.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/error.h"

namespace meval::tasks {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(ReadJsonl, NumbersRecordsAndLines) {
  const auto records = ReadJsonl("{\"a\":\"x\"}\n{\"a\":\"y\"}\n", "f.jsonl");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[1].fields.Find("a")->text, "y");
  EXPECT_EQ(records[1].number, 2);
  EXPECT_EQ(records[1].line, 2);
}

TEST(ReadJsonl, AcceptsByteOrderMarkCrlfMissingAndBlankLastLines) {
  const std::string record = "{\"a\":\"x\"}";
  for (const std::string& text : {record, record + "\n", record + "\r\n", record + "\n\n",
                                  record + "\n \r\n\n", "\xEF\xBB\xBF" + record + "\n"}) {
    const auto records = ReadJsonl(text, "f.jsonl");
    ASSERT_EQ(records.size(), 1U) << text;
    EXPECT_EQ(records[0].fields.Find("a")->text, "x");
  }
  EXPECT_TRUE(ReadJsonl("", "f.jsonl").empty());
  EXPECT_TRUE(ReadJsonl("\n", "f.jsonl").empty());
}

TEST(ReadJsonl, SplitsAtLineFeedsOnly) {
  // Line separators that other readers split at are ordinary characters of a string.
  const std::string text = "{\"a\":\"one\u2028two\u0085three\u2029\"}\n{\"a\":\"b\"}\n";
  const auto records = ReadJsonl(text, "f.jsonl");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].fields.Find("a")->text, "one\u2028two\u0085three\u2029");
}

TEST(ReadJsonl, SaysWhereAFileIsWrong) {
  const struct {
    std::string text;
    const char* message;
  } cases[] = {
      {"{\"a\":1}\n{\"a\":}\n", "f.jsonl:2: byte 6: "},
      {"{\"a\":1}\n{\"a\":\"\xFF\"}\n", "f.jsonl:2: byte 7: not valid UTF-8"},
      {"\xEF\xBB\xBF{\"a\":}\n", "f.jsonl:1: byte 6: "},
      {"{\"a\":1}\n\n{\"a\":2}\n", "f.jsonl:2: expected a JSON object, found a blank line"},
      {"{\"a\":1}\n[1]\n", "f.jsonl:2: expected a JSON object, found a list of 1"},
      {"\"text\"\n", "f.jsonl:1: expected a JSON object, found \"text\""},
      {"{\"a\":1} {\"a\":2}\n", "f.jsonl:1: byte 9: "},
      {"{\"a\":\n1}\n", "f.jsonl:1: byte "},
      {"{\"a\":\"cut", "f.jsonl:1: byte "},
      {"{\"a\":1,\"a\":2}\n", "f.jsonl:1: byte 10: the name \"a\" occurs twice"},
  };
  for (const auto& bad : cases) {
    EXPECT_THAT([&] { ReadJsonl(bad.text, "f.jsonl"); },
                ThrowsMessage<DataError>(HasSubstr(bad.message)))
        << bad.text;
  }
}

TEST(ReadJsonArray, KnowsTheLineOfEachElement) {
  const auto records =
      ReadJsonArray("\n[{\"a\":\"x\"},\n\n  {\"a\":\n\"y\"}, {\"a\":\"z\"}\n]\n", "f.json");
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].line, 2);
  EXPECT_EQ(records[1].line, 4);
  EXPECT_EQ(records[2].line, 5);
  EXPECT_EQ(records[2].number, 3);
}

TEST(ReadJsonArray, SaysWhereAFileIsWrong) {
  const struct {
    std::string text;
    const char* message;
  } cases[] = {
      {"{\"a\":1}", "f.json:1: expected a JSON list of objects, found an object"},
      {"[{\"a\":1},\n 5]", "f.json:2: element 2: expected a JSON object, found the integer 5"},
      {"[{\"a\":1},\n{\"a\":1]]", "f.json:2: byte 7: "},
      {"[{\"a\":1},\n{\"a\":\"\xC0\"}]", "f.json:2: byte 7: not valid UTF-8"},
      {"[{\"a\":1}", "f.json:1: byte 9: "},
      {"[] []", "f.json:1: byte 4: "},
  };
  for (const auto& bad : cases) {
    EXPECT_THAT([&] { ReadJsonArray(bad.text, "f.json"); },
                ThrowsMessage<DataError>(HasSubstr(bad.message)))
        << bad.text;
  }
}

}  // namespace
}  // namespace meval::tasks
