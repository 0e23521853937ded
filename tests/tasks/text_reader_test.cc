#include "tasks/records/text_reader.h"

#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/unicode_text.h"
#include "tasks/error.h"

namespace meval::tasks {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::vector<std::string> Texts(const std::vector<Record>& records) {
  std::vector<std::string> texts;
  for (const Record& record : records) texts.push_back(record.fields.Find("text")->text);
  return texts;
}

std::vector<std::string> Pages(const std::string& text) {
  return Texts(ReadText(text, "f.raw", TextSplit::kWikitextPages));
}

std::string Rows(const std::string& text) {
  return Texts(ReadText(text, "f.raw", TextSplit::kWikitextRows)).at(0);
}

TEST(ReadText, LeavesAWholeFileAsItIs) {
  const std::string text = " = A = \r\n\n\ttail\r\n ";
  EXPECT_THAT(Texts(ReadText(text, "f.txt", TextSplit::kWhole)), ElementsAre(text));
  EXPECT_THAT(Texts(ReadText("\xEF\xBB\xBFx", "f.txt", TextSplit::kWhole)), ElementsAre("x"));
}

TEST(ReadText, OpensAPageAtAHeadingOfTheFirstLevel) {
  EXPECT_THAT(Pages(" \n = A = \n a \n = = B = = \n = = = C = = = \n b \n = D = \n d \n"),
              ElementsAre(" = A = \n a \n = = B = = \n = = = C = = = \n b ", " = D = \n d \n"));
}

TEST(ReadText, TakesOnlyLinesThatBeginAndEndWithOneSignForHeadings) {
  for (const char* line : {"= a", "a =", "=a=", "= =", "== a ==", " = a = b", "\u3000= a =b"}) {
    EXPECT_EQ(Pages("x\n" + std::string(line) + "\ny\n").size(), 1U) << line;
  }
  // "= = =" becomes "===" before "= =" becomes "==": what is left decides.
  for (const char* line : {"= a =", "\t= a = \r", "\u3000= a =\u00A0", "= a = = b ="}) {
    EXPECT_EQ(Pages("x\n" + std::string(line) + "\ny\n").size(), 2U) << line;
  }
}

TEST(ReadText, NumbersPagesAndSaysOnWhichLineTheyBegin) {
  const auto records = ReadText(" \n\n = A = \n a \n = B = \n", "f.raw", TextSplit::kWikitextPages);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].number, 1);
  EXPECT_EQ(records[0].line, 3);
  EXPECT_EQ(records[1].number, 2);
  EXPECT_EQ(records[1].line, 5);
}

TEST(ReadText, ReadsCrlfInWikitextLikeLf) {
  EXPECT_EQ(Pages(" = A = \r\n a \r\n = B = \r\n"), Pages(" = A = \n a \n = B = \n"));
  EXPECT_EQ(Rows("a\r\n \r\nb"), Rows("a\n \nb"));
}

// Apart from blank pages, pages joined by line ends are the file.
TEST(ReadText, LosesNothingButBlankPages) {
  std::mt19937 random(3);
  const std::vector<std::string> lines = {" = T = ", " = = S = = ", " text . ", " ", "", "= x"};
  for (int round = 0; round < 300; ++round) {
    std::string text = " = T = ";
    for (std::size_t i = random() % 12; i > 0; --i) text += "\n" + lines[random() % lines.size()];
    std::string joined;
    for (const std::string& page : Pages(text)) joined += (joined.empty() ? "" : "\n") + page;
    EXPECT_EQ(joined, text);
  }
}

TEST(ReadText, JoinsRowsByAnEmptyLineAndEmptiesBlankOnes) {
  EXPECT_EQ(Rows(" a \n \n b \n"), " a \n\n\n\n\n b \n");
  EXPECT_EQ(Rows("a\nb"), "a\n\n\nb");  // a last line without line end keeps having none
  EXPECT_EQ(Rows("\n\na"), "\n\n\n\na");
  EXPECT_EQ(Rows("one"), "one");
}

TEST(ReadText, RefusesFilesWithoutText) {
  for (const TextSplit split :
       {TextSplit::kWhole, TextSplit::kWikitextPages, TextSplit::kWikitextRows}) {
    EXPECT_THAT([&] { ReadText("", "f.txt", split); },
                ThrowsMessage<DataError>("f.txt: expected some text, found an empty file"));
    EXPECT_THAT([&] { ReadText("\xEF\xBB\xBF", "f.txt", split); },
                ThrowsMessage<DataError>(HasSubstr("found an empty file")));
    EXPECT_THAT([&] { ReadText("ok\nbad \xFF\n", "f.txt", split); },
                ThrowsMessage<DataError>("f.txt:2: byte 5: not valid UTF-8"));
  }
  for (const TextSplit split : {TextSplit::kWikitextPages, TextSplit::kWikitextRows}) {
    EXPECT_THAT([&] { ReadText(" \n\n", "f.txt", split); },
                ThrowsMessage<DataError>(HasSubstr("found only whitespace")));
  }
}

TEST(ParseTextSplit, KnowsItsWords) {
  EXPECT_EQ(ParseTextSplit("whole"), TextSplit::kWhole);
  EXPECT_EQ(ParseTextSplit("wikitext_pages"), TextSplit::kWikitextPages);
  EXPECT_EQ(ParseTextSplit("wikitext_rows"), TextSplit::kWikitextRows);
  EXPECT_EQ(ParseTextSplit("lines"), TextSplit::kLines);
  EXPECT_EQ(ParseTextSplit("words"), std::nullopt);
}

}  // namespace
}  // namespace meval::tasks
