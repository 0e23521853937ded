#include "evals/jsonl_lines.h"

#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/unicode_text.h"
#include "tasks/error.h"

namespace meval {
namespace {

using ::testing::HasSubstr;

std::string MessageOf(const std::string& text) {
  std::istringstream in(text);
  try {
    for (const JsonLine& line : ReadJsonLines(in, "a.jsonl")) GetText(line, "text");
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

TEST(JsonLines, AreObjectsInUtf8) {
  EXPECT_EQ(MessageOf("{\"text\": \"a\"}\n\n{\"text\": \"b\"}"), "no error");
  EXPECT_THAT(MessageOf("{\"text\": \"a\"}\n[1]\n"), HasSubstr("a.jsonl:2"));
  EXPECT_THAT(MessageOf("{\"text\": \"\xff\"}"), HasSubstr("a.jsonl:1: expected UTF-8"));
}

// The JSON library takes a NUL byte for the end of its text.
TEST(JsonLines, AreRefusedWhereANulByteHidesTheirRest) {
  EXPECT_THAT(MessageOf("{\"text\": \"a\"}" + std::string(1, '\0') + "x"),
              HasSubstr("a.jsonl:1: expected a JSON object, found a NUL byte at byte 13"));
}

TEST(JsonLines, HoldNoNumberThatADoubleCannot) {
  EXPECT_THAT(MessageOf("{\"text\": \"a\"}\n{\"text\": \"a\", \"other\": 1e999}"),
              HasSubstr("a.jsonl:2: expected numbers that a double can hold"));
}

TEST(JsonLines, MayNestAHundredLevels) {
  const std::string brackets(1'000'000, '[');
  EXPECT_THAT(MessageOf("{\"text\": " + brackets), HasSubstr("at most 100 levels"));
  const std::string closed = brackets + std::string(brackets.size(), ']');
  EXPECT_THAT(MessageOf("{\"text\": " + closed + "}"), HasSubstr("at most 100 levels"));
  const std::string few = std::string(90, '[') + std::string(90, ']');
  EXPECT_EQ(MessageOf("{\"text\": \"a\", \"other\": " + few + "}"), "no error");
}

TEST(JsonLines, AreShownShortened) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "\u00e9";
  const std::string message = MessageOf("{\"text\": [\"" + text + "\"]}");
  EXPECT_THAT(message, HasSubstr("field \"text\": expected"));
  EXPECT_LT(message.size(), 300u);
  EXPECT_FALSE(FindInvalidUtf8(message));
}

TEST(JsonLines, HoldALineOfTenMegabytes) {
  const std::string text(10'000'000, 'x');
  std::istringstream in("{\"text\": \"" + text + "\"}");
  EXPECT_EQ(GetText(ReadJsonLines(in, "a.jsonl").at(0), "text"), text);
}

}  // namespace
}  // namespace meval
