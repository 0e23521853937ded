// PythonRegex and RE2 agree on the patterns both can express: two independent engines, the same
// matches.

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <re2/re2.h>

#include "metrics/python_regex.h"

namespace meval {
namespace {

using Groups = std::vector<std::string>;

// All matches of RE2, left to right without overlap; the patterns here never match nothing.
std::vector<Groups> FindAllWithRe2(const re2::RE2& pattern, const std::string& text) {
  const int count = pattern.NumberOfCapturingGroups() + 1;
  std::vector<re2::StringPiece> pieces(static_cast<std::size_t>(count));
  std::vector<Groups> matches;
  std::size_t at = 0;
  while (pattern.Match(text, at, text.size(), re2::RE2::UNANCHORED, pieces.data(), count)) {
    Groups groups;
    for (const re2::StringPiece& piece : pieces) groups.emplace_back(piece.data(), piece.size());
    at = static_cast<std::size_t>(pieces[0].data() - text.data()) + pieces[0].size();
    matches.push_back(groups);
  }
  return matches;
}

std::string RandomText(std::mt19937& random) {
  static const std::vector<std::string> kParts = {
      "#### ", "The answer is ", "-", "$", "1", "23", ",", ".", " ", "\n", "abc", "é", "日", "x=4",
      "(A)"};
  std::string text;
  const std::size_t count = random() % 16;
  for (std::size_t i = 0; i < count; ++i) text += kParts[random() % kParts.size()];
  return text;
}

TEST(PythonRegexAgainstRe2, FindsTheSameMatchesAndGroups) {
  const std::vector<std::string> patterns = {R"(#### (\-?[0-9\.\,]+))",
                                             R"((-?[$0-9.,]{2,})|(-?[0-9]+))",
                                             R"(The answer is (\-?[0-9\.\,]+).)",
                                             R"(The answer is (\-?[0-9\.\,]*[0-9]+))",
                                             R"((?s)a.*?[0-9])",
                                             R"((é|日)+|x=(4))",
                                             R"([^0-9\n]+)"};
  std::mt19937 random(7);
  std::size_t matches = 0;
  for (const std::string& pattern : patterns) {
    const PythonRegex ours(pattern);
    const re2::RE2 theirs(pattern);
    ASSERT_TRUE(theirs.ok()) << pattern;
    for (int i = 0; i < 2000; ++i) {
      const std::string text = RandomText(random);
      std::vector<Groups> found;
      for (const PythonRegex::Match& match : ours.FindAll(text)) found.push_back(match.groups);
      ASSERT_EQ(found, FindAllWithRe2(theirs, text)) << pattern << " on [" << text << "]";
      matches += found.size();
    }
  }
  EXPECT_GT(matches, 10000U) << "texts that never match prove nothing";
}

}  // namespace
}  // namespace meval
