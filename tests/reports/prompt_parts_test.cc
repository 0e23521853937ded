#include "reports/prompt_parts.h"

#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/error.h"

namespace meval {
namespace {

using ::testing::HasSubstr;

std::string Text(const PromptParts& parts) {
  std::ostringstream out;
  WritePromptParts(parts, out);
  return out.str();
}

TEST(PromptParts, ComeBackAsTheyWereWritten) {
  const PromptParts parts = {
      .descriptions = {{"", "All:\n"}, {"anatomy", "About \"anatomy\".\n\n"}},
      .exemplars = {{"dev:1", "Q\nA: <b>\xF0\x9F\x98\x80\n\n"}, {"dev:2", std::string("\0", 1)}}};
  const PromptParts read = ReadPromptParts(Text(parts), "x");
  EXPECT_EQ(read.descriptions, parts.descriptions);
  EXPECT_EQ(read.exemplars, parts.exemplars);
}

TEST(PromptParts, OfATaskWithoutAnyAreAnEmptyFile) {
  EXPECT_EQ(Text({}), "");
  EXPECT_TRUE(ReadPromptParts("", "x").exemplars.empty());
}

TEST(PromptParts, HaveAFileNameLikeTheSamples) {
  EXPECT_EQ(PromptsFileName("mmlu"), "prompts_mmlu.jsonl");
  EXPECT_EQ(PromptsFileName("a/b"), "prompts_a_b.jsonl");
}

TEST(PromptParts, SayWhereAFileIsDamaged) {
  const auto message = [](const std::string& text) -> std::string {
    try {
      ReadPromptParts(text, "prompts_x.jsonl");
    } catch (const ReportError& error) {
      return error.what();
    }
    return "";
  };
  const std::string good = "{\"exemplar\":\"a\",\"text\":\"b\"}\n";
  EXPECT_THAT(message(good + "{\"exemplar\":\"a\"}\n"), HasSubstr("prompts_x.jsonl:2"));
  EXPECT_THAT(message(good + "{\"group\":1,\"description\":\"\"}\n"), HasSubstr("\"group\""));
  EXPECT_THAT(message("{\"exemplar\":\"a\",\"text\":\"b\"}"), HasSubstr("a line end"));
}

}  // namespace
}  // namespace meval
