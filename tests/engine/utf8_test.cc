#include "engine/text/utf8.h"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

namespace meval {
namespace {

std::string EncodeUtf8(std::uint32_t code) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xc0 | code >> 6), byte(0x80 | (code & 0x3f))};
  if (code < 0x10000) {
    return {byte(0xe0 | code >> 12), byte(0x80 | (code >> 6 & 0x3f)), byte(0x80 | (code & 0x3f))};
  }
  return {byte(0xf0 | code >> 18), byte(0x80 | (code >> 12 & 0x3f)),
          byte(0x80 | (code >> 6 & 0x3f)), byte(0x80 | (code & 0x3f))};
}

TEST(ClassifyUtf8, KnowsEveryCharacterAndEveryBeginningOfOne) {
  for (std::uint32_t code = 0; code <= 0x10ffff; ++code) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const std::string character = EncodeUtf8(code);
    std::size_t length = 0;
    ASSERT_EQ(ClassifyUtf8(character + "x", &length), Utf8Start::kCharacter) << code;
    ASSERT_EQ(length, character.size()) << code;
    for (std::size_t size = 1; size < character.size(); ++size) {
      ASSERT_EQ(ClassifyUtf8(character.substr(0, size), &length), Utf8Start::kIncomplete) << code;
      ASSERT_EQ(ClassifyUtf8(character.substr(0, size) + "x", &length), Utf8Start::kInvalid);
    }
  }
}

// There are as many characters of each length as there are code points of that length, so nothing
// but the code points above is accepted.
TEST(ClassifyUtf8, AcceptsNothingElse) {
  std::size_t characters[5] = {};
  for (std::uint32_t first = 0; first < 256; ++first) {
    std::size_t length = 0;
    const char lead = static_cast<char>(first);
    if (ClassifyUtf8(std::string(1, lead), &length) == Utf8Start::kCharacter) ++characters[1];
    for (std::uint32_t rest = 0; rest < 0x10000; ++rest) {
      const std::string three = {lead, static_cast<char>(rest >> 8), static_cast<char>(rest)};
      if (ClassifyUtf8(three, &length) == Utf8Start::kCharacter && length > 1) {
        characters[length] += 1;
      }
      // A beginning of three bytes takes any of 64 fourth bytes.
      if (ClassifyUtf8(three, &length) == Utf8Start::kIncomplete) characters[4] += 64;
    }
  }
  EXPECT_EQ(characters[1], 0x80u);
  EXPECT_EQ(characters[2] / 256, 0x800u - 0x80u);
  EXPECT_EQ(characters[3], 0x10000u - 0x800u - 0x800u);
  EXPECT_EQ(characters[4], 0x110000u - 0x10000u);
}

TEST(FindIllFormedUtf8, GivesTheFirstBadByte) {
  EXPECT_EQ(FindIllFormedUtf8(""), std::string_view::npos);
  EXPECT_EQ(FindIllFormedUtf8("na\u00EFve \u65E5\u672C \U0001F999"), std::string_view::npos);
  EXPECT_EQ(FindIllFormedUtf8("ab\xff"), 2u);
  for (std::size_t i = 0; i < 30; ++i) {
    std::string text(30, 'a');
    text[i] = '\xff';
    EXPECT_EQ(FindIllFormedUtf8(text), i);
  }
  EXPECT_EQ(FindIllFormedUtf8("\u00EF\xc3"), 2u);
  EXPECT_EQ(FindIllFormedUtf8("\xed\xa0\x80"), 0u);
}

}  // namespace
}  // namespace meval
