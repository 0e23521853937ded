#include "reports/utf8.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace meval {
namespace {

const std::string kReplacement = "\xEF\xBF\xBD";

// The encoding of any value below 2^21, also of those UTF-8 excludes.
std::string EncodeUnchecked(char32_t c) {
  const auto byte = [](char32_t value) {
    return static_cast<char>(static_cast<unsigned char>(value));
  };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xC0 | (c >> 6)), byte(0x80 | (c & 0x3F))};
  if (c < 0x10000) {
    return {byte(0xE0 | (c >> 12)), byte(0x80 | ((c >> 6) & 0x3F)), byte(0x80 | (c & 0x3F))};
  }
  return {byte(0xF0 | (c >> 18)), byte(0x80 | ((c >> 12) & 0x3F)), byte(0x80 | ((c >> 6) & 0x3F)),
          byte(0x80 | (c & 0x3F))};
}

TEST(Utf8, ReadsEveryCodePointAndNoOther) {
  for (char32_t c = 0; c < 0x110100; ++c) {
    const std::string text = EncodeUnchecked(c);
    const bool is_valid = c < 0xD800 || (c > 0xDFFF && c <= 0x10FFFF);
    const Utf8Step step = NextUtf8(text);
    ASSERT_EQ(step.is_valid, is_valid) << std::hex << static_cast<unsigned>(c);
    if (!is_valid) continue;
    ASSERT_EQ(step.code_point, c);
    ASSERT_EQ(step.size, text.size());
  }
}

TEST(Utf8, ReplacesOneMaximalSubpartByOneCharacter) {
  const std::vector<std::pair<std::string, int>> cases = {{"\x80", 1},
                                                          {"\xC0\x80", 2},
                                                          {"\xC1\xBF", 2},
                                                          {"\xE0\x80\x80", 3},
                                                          {"\xE4\xB8", 1},
                                                          {"\xE4", 1},
                                                          {"\xED\xA0\x80", 3},
                                                          {"\xF0\x9F\x98", 1},
                                                          {"\xF0\x8F\xBF", 3},
                                                          {"\xF4\x90\x80\x80", 4},
                                                          {"\xF5\x80\x80\x80", 4},
                                                          {"\xFF\xFE", 2},
                                                          {"\xE4\xB8\xE4", 2},
                                                          {"\xC3\xC3", 2}};
  for (const auto& [bytes, count] : cases) {
    std::string expected = "a";
    for (int i = 0; i < count; ++i) expected += kReplacement;
    EXPECT_EQ(RepairUtf8("a" + bytes + "z"), expected + "z") << ::testing::PrintToString(bytes);
    EXPECT_FALSE(IsUtf8("a" + bytes + "z"));
    EXPECT_FALSE(IsUtf8(bytes));
  }
}

TEST(Utf8, RepairLeavesValidTextAndMakesAnyOtherValid) {
  const std::string valid = "na\u00efve \u4e2d\u6587 \U0001F600" + std::string(1, '\0') + "\x7f";
  EXPECT_EQ(RepairUtf8(valid), valid);
  unsigned state = 1;
  for (int round = 0; round < 2000; ++round) {
    std::string bytes;
    for (int i = 0; i < 12; ++i) {
      state = state * 1664525U + 1013904223U;
      bytes += static_cast<char>(static_cast<unsigned char>(state >> 24));
    }
    const std::string repaired = RepairUtf8(bytes);
    ASSERT_TRUE(IsUtf8(repaired)) << ::testing::PrintToString(bytes);
    ASSERT_EQ(IsUtf8(bytes), repaired == bytes) << ::testing::PrintToString(bytes);
  }
}

TEST(Utf8, PrintableLineHasNoControlCharacters) {
  EXPECT_EQ(PrintableLine("a\tb\nc\rd"), "a b c d");
  EXPECT_EQ(PrintableLine("\x1b[31mred\x7f\xC2\x9B"),
            kReplacement + "[31mred" + kReplacement + kReplacement);
  EXPECT_EQ(PrintableLine("\u00e9\xFF"), "\u00e9" + kReplacement);
}

TEST(Utf8, PrintableLineDoesNotTurnTextRound) {
  EXPECT_EQ(PrintableLine("a\u202Eb\u2069c"), "a" + kReplacement + "b" + kReplacement + "c");
  EXPECT_EQ(PrintableLine("\u05d0\u200F\u0661"), "\u05d0\u200F\u0661");  // a mark is harmless
}

TEST(Utf8, PresentableTextKeepsLinesAndNoControlCharacters) {
  EXPECT_EQ(PresentableText("a\tb\nc"), "a\tb\nc");
  EXPECT_EQ(PresentableText(std::string("\0\r\x1b\x7f\xFF", 5)),
            kReplacement + kReplacement + kReplacement + kReplacement + kReplacement);
}

TEST(Utf8, DisplayWidthCountsTerminalColumns) {
  EXPECT_EQ(DisplayWidth(""), 0);
  EXPECT_EQ(DisplayWidth("mmlu"), 4);
  EXPECT_EQ(DisplayWidth("\u00e9t\u00e9"), 3);
  EXPECT_EQ(DisplayWidth("e\u0301t"), 2);
  EXPECT_EQ(DisplayWidth("\u4e2d\u6587"), 4);
  EXPECT_EQ(DisplayWidth("\ud55c\uae00"), 4);
  EXPECT_EQ(DisplayWidth("\uff21"), 2);
  EXPECT_EQ(DisplayWidth("\U0001F600"), 2);
  EXPECT_EQ(DisplayWidth("\u03b1\u2013\u00b1"), 3);
  EXPECT_EQ(DisplayWidth("a\u200bb"), 2);
}

TEST(Utf8, PrintableLinesKeepTheirDirection) {
  EXPECT_EQ(PrintableLine("a\u202Eb\u2066c\u200Fd"), "a\uFFFDb\uFFFDc\u200Fd");
}

TEST(Utf8, PresentableTextKeepsLinesAndDropsControls) {
  EXPECT_EQ(PresentableText("a\n\tb\x1B[31m\x7F\u0085\xFF"), "a\n\tb\uFFFD[31m\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(PresentableText(std::string("\0", 1)), "\uFFFD");
}

}  // namespace
}  // namespace meval
