#include "metrics/unicode_text.h"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/metrics/golden.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::LoadGolden;
using namespace std::string_view_literals;  // NOLINT(google-build-using-namespace)

TEST(UnicodeText, DoesWhatPythonStringsDo) {
  for (const auto& row : LoadGolden("python/python_text.jsonl", 500)) {
    SCOPED_TRACE(row.Id());
    const std::string text = row.Text("/text");
    EXPECT_EQ(CountCodePoints(text), row.Int("/length"));
    EXPECT_EQ(Lower(text), row.Text("/lower"));
    EXPECT_EQ(Capitalize(text), row.Text("/capitalize"));
    EXPECT_EQ(Strip(text), row.Text("/strip"));
    EXPECT_EQ(StripRight(text), row.Text("/rstrip"));
    const auto pieces = SplitWhitespace(text);
    EXPECT_EQ(std::vector<std::string>(pieces.begin(), pieces.end()), row.Texts("/split"));
    EXPECT_EQ(ToUtf8(ToCodePoints(text)), text);
  }
}

TEST(UnicodeText, FindsTheFirstIllFormedByte) {
  const struct {
    const char* what;
    std::string text;
    std::size_t offset;
  } cases[] = {
      {"lone continuation", "a\x80", 1},
      {"overlong slash", "ab\xC0\xAF", 2},
      {"overlong three bytes", "\xE0\x9F\xBF", 0},
      {"overlong four bytes", "\xF0\x8F\xBF\xBF", 0},
      {"surrogate", "x\xED\xA0\x80", 1},
      {"above U+10FFFF", "\xF4\x90\x80\x80", 0},
      {"five-byte lead", "\xF8\x88\x80\x80\x80", 0},
      {"truncated two bytes", "é\xC3", 2},
      {"truncated three bytes", "\xE2\x82", 0},
      {"truncated four bytes", "\xF0\x9F\x8D", 0},
      {"bad third byte", "\xE2\x82z", 0},
      {"0xFF", "\xFF", 0},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(FindInvalidUtf8(c.text), c.offset) << c.what;
    EXPECT_THROW(CountCodePoints(c.text), std::invalid_argument) << c.what;
    EXPECT_THROW(Lower(c.text), std::invalid_argument) << c.what;
    EXPECT_THROW(Capitalize(c.text), std::invalid_argument) << c.what;
    EXPECT_THROW(Strip(c.text), std::invalid_argument) << c.what;
    EXPECT_THROW(SplitWhitespace(c.text), std::invalid_argument) << c.what;
    EXPECT_THROW(ToCodePoints(c.text), std::invalid_argument) << c.what;
    EXPECT_THROW(DeleteAsciiPunctuation(c.text), std::invalid_argument) << c.what;
    EXPECT_THROW(ReplaceAll(c.text, "a", "b"), std::invalid_argument) << c.what;
  }
  EXPECT_EQ(FindInvalidUtf8("aé\u20ac🍕\U0010FFFF"), std::nullopt);
}

TEST(UnicodeText, TheFirstCodePointsEndBetweenCharacters) {
  const std::string text = "aé\u20ac🍕z";  // of 1, 2, 3, 4 and 1 bytes
  const std::string_view beginnings[] = {"", "a", "aé", "aé\u20ac", "aé\u20ac🍕", text, text};
  for (std::int64_t count = 0; count < 7; ++count) {
    EXPECT_EQ(FirstCodePoints(text, count), beginnings[count]) << count;
  }
  EXPECT_EQ(FirstCodePoints(text, -1), "");
  EXPECT_EQ(FirstCodePoints("", 3), "");
  EXPECT_EQ(FirstCodePoints("e\u0301", 1), "e");  // a code point, not what a reader sees as one
  EXPECT_EQ(FirstCodePoints("\0b"sv, 1), "\0"sv);
  EXPECT_EQ(FirstCodePoints(text, 4).data(), text.data());  // a view, no copy
}

TEST(UnicodeText, TheFirstCodePointsOfIllFormedTextStayWithinIt) {
  EXPECT_EQ(FirstCodePoints("\x80\x80x", 1), "\x80\x80");
  EXPECT_EQ(FirstCodePoints("a\x80z", 1), "a\x80");
  EXPECT_EQ(FirstCodePoints("\xFFz", 1), "\xFF");
  EXPECT_EQ(FirstCodePoints("z\xF0\x9F\x8D", 2), "z\xF0\x9F\x8D");  // cut off
  EXPECT_EQ(FirstCodePoints("z\xC3", 9), "z\xC3");
}

TEST(UnicodeText, NamesTheByteOffsetOfBadText) {
  try {
    ToCodePoints("abc\xFF");
    FAIL() << "no error";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("byte offset 3"));
  }
}

TEST(UnicodeText, RefusesToEncodeSurrogates) {
  EXPECT_THROW(ToUtf8(std::u32string(1, 0xD800)), std::invalid_argument);
  EXPECT_THROW(ToUtf8(std::u32string(1, 0x110000)), std::invalid_argument);
}

TEST(UnicodeText, RoundTripsEveryCodePoint) {
  std::u32string all;
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c < 0xD800 || c > 0xDFFF) {
      all.push_back(c);
    }
  }
  const std::string encoded = ToUtf8(all);
  EXPECT_EQ(FindInvalidUtf8(encoded), std::nullopt);
  EXPECT_EQ(ToCodePoints(encoded), all);
}

TEST(UnicodeText, KnowsWhitespaceAndWordCharacters) {
  int num_spaces = 0;
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    num_spaces += IsWhitespace(c) ? 1 : 0;
    EXPECT_FALSE(IsWhitespace(c) && IsWordCharacter(c));
  }
  EXPECT_EQ(num_spaces, 29);
  for (const char32_t c : {U'\u200B', U'\u2060', U'\uFEFF', U'\u180E'}) {
    EXPECT_FALSE(IsWhitespace(c));
  }
  for (const char32_t c : {U'a', U'Z', U'0', U'_', U'é', U'日', U'٣', U'½', U'Ⅷ'}) {
    EXPECT_TRUE(IsWordCharacter(c));
  }
  for (const char32_t c : {U'-', U' ', U'\u0301', U'🍕', U'€', U'‿', char32_t{0x110000}}) {
    EXPECT_FALSE(IsWordCharacter(c));
  }
}

TEST(UnicodeText, KnowsDigitsThatAreNoDecimals) {
  for (const char32_t c :
       U"09\u0663\uFF15\u00B2\u00B9\u1369\u2070\u2460\u24FF\u278A\U0001D7D8\U0001F10A"sv) {
    EXPECT_TRUE(IsDigit(c)) << static_cast<std::uint32_t>(c);
  }
  for (const char32_t c : U"a/:\u00BD\u2160\u2469\u3007\u4E00\U0001F10B"sv) {
    EXPECT_FALSE(IsDigit(c)) << static_cast<std::uint32_t>(c);
  }
  EXPECT_FALSE(IsDigit(0x110000));
}

TEST(UnicodeText, KnowsTheValueOfDecimalDigitsOfAllScripts) {
  for (int i = 0; i < 10; ++i) {
    for (const char32_t zero : U"0\u0660\u0966\uFF10\U0001D7CE\U0001D7D8"sv) {
      EXPECT_EQ(DecimalDigitValue(zero + static_cast<char32_t>(i)), i);
    }
  }
  for (const char32_t c : U"a/:\u00B2\u2460\u4E00\u2160"sv) {
    EXPECT_EQ(DecimalDigitValue(c), std::nullopt) << static_cast<std::uint32_t>(c);
  }
  EXPECT_EQ(DecimalDigitValue(0x110000), std::nullopt);
}

TEST(UnicodeText, DeletesThe32AsciiPunctuationCharactersOnly) {
  std::string ascii;
  for (char c = 1; c < 127; ++c) {
    ascii.push_back(c);
  }
  EXPECT_EQ(DeleteAsciiPunctuation(ascii).size(), ascii.size() - 32);
  EXPECT_EQ(DeleteAsciiPunctuation("‘a’—b."), "‘a’—b");
}

TEST(UnicodeText, ReplacesFromLeftToRightWithoutOverlap) {
  EXPECT_EQ(ReplaceAll("aaa", "aa", "b"), "ba");
  EXPECT_EQ(ReplaceAll("a  b   c", "  ", " "), "a b  c");
  EXPECT_EQ(ReplaceAll("", "x", "y"), "");
  EXPECT_EQ(ReplaceAll("xx", "x", "xx"), "xxxx");
  EXPECT_THROW(ReplaceAll("a", "", "b"), std::invalid_argument);
}

TEST(UnicodeText, CollapsesWhitespace) {
  EXPECT_EQ(CollapseWhitespace(" a \t\u3000b\n"), "a b");
  EXPECT_EQ(CollapseWhitespace("a\u200Bb"), "a\u200Bb");
  EXPECT_EQ(CollapseWhitespace(" \n"), "");
}

TEST(UnicodeText, SplitsAtWhitespaceRuns) {
  EXPECT_THAT(SplitWhitespace(" a \t\u3000b\n"), ElementsAre("a", "b"));
  EXPECT_TRUE(SplitWhitespace(" \n").empty());
  EXPECT_TRUE(SplitWhitespace("").empty());
}

}  // namespace
}  // namespace meval
