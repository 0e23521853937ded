#include "tasks/records/json_parser.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/unicode_text.h"
#include "tasks/error.h"

namespace meval::tasks {
namespace {

using ::testing::HasSubstr;

TEST(ParseJson, KeepsTheSpellingOfNumbersAndTheOrderOfMembers) {
  const Value value = ParseJson(R"({"z": 1.0, "a": -3, "m": 1e2, "t": true, "n": null})");
  ASSERT_EQ(value.kind, Value::Kind::kObject);
  ASSERT_EQ(value.members.size(), 5U);
  EXPECT_EQ(value.members[0].name, "z");
  EXPECT_EQ(value.members[0].value.kind, Value::Kind::kNumber);
  EXPECT_EQ(value.members[0].value.text, "1.0");
  EXPECT_EQ(value.Find("a")->kind, Value::Kind::kInteger);
  EXPECT_EQ(value.Find("a")->text, "-3");
  EXPECT_EQ(value.Find("m")->text, "1e2");
  EXPECT_EQ(value.Find("t")->kind, Value::Kind::kBoolean);
  EXPECT_EQ(value.Find("n")->kind, Value::Kind::kNull);
  EXPECT_EQ(value.Find("absent"), nullptr);
}

TEST(ParseJson, ReadsEscapesIntoUtf8) {
  EXPECT_EQ(ParseJson(R"("a\u2019\ud83d\ude42\r\n\"\\\u0000")").text,
            std::string("a\u2019\U0001F642\r\n\"\\\0", 13));
}

TEST(ParseJson, KnowsWhereEachValueStands) {
  const Value value = ParseJson("[ {\"a\": 12,\n \"b\": [3]} , \"x\"]");
  EXPECT_EQ(value.offset, 0U);
  EXPECT_EQ(value.items[0].offset, 2U);
  EXPECT_EQ(value.items[0].Find("a")->offset, 9U);   // last digit
  EXPECT_EQ(value.items[0].Find("b")->offset, 18U);  // opening bracket
  EXPECT_EQ(value.items[1].offset, 27U);             // closing quote
}

TEST(ParseJson, RefusesWhatIsNotStrictJson) {
  const struct {
    std::string text;
    std::size_t offset;
    const char* message;
  } cases[] = {
      {"", 0, "unexpected end"},
      {"{", 1, "expected string"},
      {"{\"a\": 1,}", 8, "expected string"},
      {"[1, 2", 5, "expected ']'"},
      {"NaN", 0, "invalid literal"},
      {"[01]", 2, "expected ']'"},
      {"{'a': 1}", 1, "invalid literal"},
      {"\"tab\there\"", 4, "control character"},
      {"\"\\x\"", 2, "backslash"},
      {"\"\\ud83d\"", 7, "surrogate"},
      {"1 2", 2, "expected end of input"},
      {"// no\n1", 0, "invalid literal"},
      {"\"\xC3\x28\"", 1, "not valid UTF-8"},
      {"\"\xED\xA0\x80\"", 1, "not valid UTF-8"},
      {"{\"a\": 1, \"a\": 2}", 11, "occurs twice"},
  };
  for (const auto& bad : cases) {
    try {
      ParseJson(bad.text);
      ADD_FAILURE() << "accepted: " << bad.text;
    } catch (const JsonError& error) {
      EXPECT_THAT(error.what(), HasSubstr(bad.message)) << bad.text;
      EXPECT_EQ(error.offset(), bad.offset) << bad.text << ": " << error.what();
    }
  }
}

TEST(ParseJson, SaysSoInUtf8WhereverTheTextStops) {
  for (const std::string text : {"\u06de", "{\"a\": \u2603}", "[1, \U0001F600]", "tru\u00e9"}) {
    try {
      ParseJson(text);
      FAIL() << text;
    } catch (const JsonError& error) {
      EXPECT_FALSE(FindInvalidUtf8(error.what())) << error.what();
    }
  }
}

TEST(ParseJson, RefusesBottomlessNestingInsteadOfOverflowingTheStack) {
  EXPECT_NO_THROW(ParseJson(std::string(100, '[') + std::string(100, ']')));
  EXPECT_THROW(ParseJson(std::string(101, '[') + std::string(101, ']')), JsonError);
  EXPECT_THROW(ParseJson(std::string(1000000, '[')), JsonError);
}

TEST(ParseJsonFile, NamesFileLineAndByteInTheLine) {
  EXPECT_THAT([] { ParseJsonFile("{\n\"a\": 1,\n  b}", "f.json"); },
              ::testing::ThrowsMessage<DataError>(::testing::StartsWith("f.json:3: byte 3: ")));
  EXPECT_THAT([] { ParseJsonFile("[1", "f.json", 7); },
              ::testing::ThrowsMessage<DataError>(::testing::StartsWith("f.json:7: byte 3: ")));
}

TEST(Canonical, IsEqualExactlyForEqualValues) {
  const auto canonical = [](const char* json) { return Canonical(ParseJson(json)); };
  EXPECT_EQ(canonical(R"({"a": 1, "b": ["x", null]})"), canonical(R"({"b":["x",null],"a":1})"));
  EXPECT_NE(canonical(R"({"a": "1"})"), canonical(R"({"a": 1})"));
  EXPECT_NE(canonical(R"(["ab", "c"])"), canonical(R"(["a", "bc"])"));
  EXPECT_NE(canonical(R"([["a"], "b"])"), canonical(R"([["a", "b"]])"));
  EXPECT_NE(canonical("null"), canonical("\"null\""));
}

TEST(Quoted, ShowsControlCharactersAndCutsLongTextsBetweenCharacters) {
  EXPECT_EQ(Quoted("a\n\"b\"\\\r\t\x01"), R"("a\n\"b\"\\\r\t\x01")");
  const std::string quoted = Quoted(std::string(59, 'x') + "\u00e9" + "tail");
  EXPECT_EQ(quoted, "\"" + std::string(59, 'x') + "\u00e9" + "\"...");
}

}  // namespace
}  // namespace meval::tasks
