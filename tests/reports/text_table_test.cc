#include "reports/text_table.h"

#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "reports/utf8.h"

namespace meval {
namespace {

std::string Render(const TextTable& table, int width, bool color = false) {
  std::ostringstream out;
  WriteTable(table, width, color, out);
  return out.str();
}

int WidestLine(const std::string& text) {
  int widest = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, DisplayWidth(line));
  return widest;
}

TextTable Example() {
  return {
      {{"Name", Align::kLeft, 6, 0}, {"n", Align::kRight, 0, 1}, {"Score", Align::kRight, 0, 0}},
      {{{"caf\u00e9", Emphasis::kStrong}, {"7"}, {"1.00"}},
       {},
       {{"\u4e2d\u6587 subject with a long name"}, {"12345"}, {"100.00"}}}};
}

TEST(TextTable, AlignsByDisplayColumns) {
  std::string rule;
  for (int i = 0; i < 44; ++i) rule += "\u2500";
  EXPECT_EQ(Render(Example(), 80), "Name                               n   Score\n" + rule + "\n" +
                                       "caf\u00e9                               7    1.00\n"
                                       "\n"
                                       "\u4e2d\u6587 subject with a long name  12345  100.00\n");
}

TEST(TextTable, ShrinksThenDropsColumnsToStayInsideTheWidth) {
  for (int width = 14; width < 60; ++width) {
    const std::string text = Render(Example(), width);
    EXPECT_LE(WidestLine(text), width) << text;
    EXPECT_NE(text.find("Score"), std::string::npos) << text;
  }
  EXPECT_NE(Render(Example(), 21).find("12345"), std::string::npos);
  EXPECT_EQ(Render(Example(), 20).find("12345"), std::string::npos);
  EXPECT_NE(Render(Example(), 20).find("\u2026"), std::string::npos);
}

TEST(TextTable, KeepsItsFixedColumnsWhereNoWidthIsEnough) {
  const std::string text = Render(Example(), 1);
  EXPECT_NE(text.find("100.00"), std::string::npos);
  EXPECT_NE(text.find("caf\u00e9"), std::string::npos);
}

TEST(TextTable, HasNoTrailingSpaces) {
  TextTable table = Example();
  table.columns[2].align = Align::kLeft;
  table.rows.push_back({{"x"}, {""}, {""}});
  EXPECT_EQ(Render(table, 80).find(" \n"), std::string::npos);
}

TEST(TextTable, ColorAddsEscapesAndNothingElse) {
  const std::string colored = Render(Example(), 80, true);
  std::string stripped;
  for (std::size_t i = 0; i < colored.size(); ++i) {
    if (colored[i] == '\x1b') {
      i = colored.find('m', i);
    } else {
      stripped += colored[i];
    }
  }
  EXPECT_NE(colored, stripped);
  EXPECT_EQ(stripped, Render(Example(), 80));
}

TEST(TextTable, DisarmsControlCharacters) {
  const TextTable table = {{{"Name"}}, {{{"\x1b[2Jgone\n"}}}};
  EXPECT_EQ(Render(table, 80).find('\x1b'), std::string::npos);
}

TEST(TextTable, RefusesARowOfAnotherLength) {
  const TextTable table = {{{"a"}, {"b"}}, {{{"1"}}}};
  EXPECT_THROW(Render(table, 80), std::invalid_argument);
}

TEST(WrapText, BreaksAtSpacesAndLosesNoWord) {
  const std::string text =
      "The model is for demonstration: its \u4e2d\u6587\u4e2d\u6587 mean nothing.";
  for (int width = 1; width < 70; ++width) {
    std::string joined;
    for (const std::string& line : WrapText(text, width)) {
      if (line.find(' ') != std::string::npos) {
        EXPECT_LE(DisplayWidth(line), width);
      }
      joined += (joined.empty() ? "" : " ") + line;
    }
    EXPECT_EQ(joined, text);
  }
}

TEST(WrapText, OfNothingIsOneEmptyLine) {
  EXPECT_EQ(WrapText("", 10), std::vector<std::string>{""});
  EXPECT_EQ(WrapText("   ", 10), std::vector<std::string>{""});
}

TEST(WriteParagraph, IndentsLinesBelowItsLead) {
  std::ostringstream out;
  WriteParagraph("mmlu: ", "one two three", Emphasis::kPlain, 13, false, out);
  EXPECT_EQ(out.str(), "mmlu: one two\n      three\n");
}

}  // namespace
}  // namespace meval
