#include <map>
#include <string>

#include <gtest/gtest.h>

#include "metrics/regex/char_ranges.h"
#include "metrics/unicode_text.h"
#include "tests/metrics/golden.h"

namespace meval::regex {
namespace {

constexpr char32_t kEnd = 0x110000;

std::vector<std::int64_t> Flat(const CharRanges& ranges) {
  std::vector<std::int64_t> flat;
  for (const CharRange& range : ranges) {
    // CPython's runs of characters go on over the surrogates, which are none.
    if (!flat.empty() && flat.back() == 0xD7FF && range.low == 0xE000) {
      flat.pop_back();
    } else {
      flat.push_back(range.low);
    }
    flat.push_back(range.high);
  }
  return flat;
}

TEST(CharRanges, AreThoseOfCPython) {
  const auto rows = testing::LoadGolden("python/python_classes.jsonl", 4);
  EXPECT_EQ(Flat(RangesOf(Category::kDigit)), rows[0].Ints("/ranges"));
  EXPECT_EQ(Flat(RangesOf(Category::kWord)), rows[1].Ints("/ranges"));
  EXPECT_EQ(Flat(RangesOf(Category::kSpace)), rows[2].Ints("/ranges"));

  std::map<char32_t, std::u32string> expected;
  for (const std::string& group : rows[3].Texts("/groups")) {
    const std::u32string chars = ToCodePoints(group);
    for (const char32_t c : chars) {
      expected[c] = chars;
    }
  }
  for (char32_t c = 0; c < kEnd; ++c) {
    const auto found = expected.find(c);
    ASSERT_EQ(std::u32string(CharsWithKey(CaseKey(c))),
              found == expected.end() ? std::u32string() : found->second)
        << static_cast<std::uint32_t>(c);
  }
}

TEST(CharRanges, AgreeWithTheTextModel) {
  const CharRanges& words = RangesOf(Category::kWord);
  const CharRanges& spaces = RangesOf(Category::kSpace);
  for (char32_t c = 0; c < kEnd; ++c) {
    ASSERT_EQ(Contains(words, c), IsWordCharacter(c)) << static_cast<std::uint32_t>(c);
    ASSERT_EQ(Contains(spaces, c), IsWhitespace(c)) << static_cast<std::uint32_t>(c);
  }
}

TEST(CharRanges, AreSplitInTwoByACategoryAndItsNegation) {
  const std::pair<Category, Category> pairs[] = {{Category::kDigit, Category::kNotDigit},
                                                 {Category::kWord, Category::kNotWord},
                                                 {Category::kSpace, Category::kNotSpace}};
  for (const auto& [category, negation] : pairs) {
    CharRanges both = RangesOf(category);
    both.insert(both.end(), RangesOf(negation).begin(), RangesOf(negation).end());
    EXPECT_EQ(Flat(SortedAndMerged(both)), (std::vector<std::int64_t>{0, 0x10FFFF}));
    EXPECT_EQ(Flat(Complement(RangesOf(negation))), Flat(RangesOf(category)));
  }
}

TEST(CharRanges, AreSortedAndMergedWhereTheyTouch) {
  EXPECT_EQ(Flat(SortedAndMerged({{5, 9}, {1, 2}, {3, 3}, {6, 7}, {11, 12}})),
            (std::vector<std::int64_t>{1, 3, 5, 9, 11, 12}));
  EXPECT_EQ(Flat(Complement({})), (std::vector<std::int64_t>{0, 0x10FFFF}));
  EXPECT_EQ(Flat(Complement({{0, 0x10FFFF}})), std::vector<std::int64_t>());
  EXPECT_EQ(Flat(Complement({{0, 4}, {6, 0x10FFFF}})), (std::vector<std::int64_t>{5, 5}));
}

TEST(CharRanges, TakeInTheCaseVariantsOfTheirMembers) {
  EXPECT_EQ(Flat(WithCaseVariants({{'k', 'k'}, {'1', '1'}})),
            (std::vector<std::int64_t>{'1', '1', 'K', 'K', 'k', 'k', 0x212A, 0x212A}));
  EXPECT_EQ(Flat(WithCaseVariants({{0x212A, 0x212A}})), Flat(WithCaseVariants({{'K', 'K'}})));
}

}  // namespace
}  // namespace meval::regex
