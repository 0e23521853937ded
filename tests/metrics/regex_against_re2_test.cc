// Two matchers, one answer: wherever a pattern is left to RE2, our own matcher finds the same
// matches and groups, over random patterns and texts.

#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/python_regex.h"
#include "metrics/regex/for_each_match.h"
#include "metrics/regex/matcher.h"
#include "metrics/regex/program.h"
#include "metrics/regex/syntax.h"

namespace meval {
namespace {

using ::testing::HasSubstr;
using Slots = std::vector<std::size_t>;

// Begin and end of the match and of each group.
std::vector<Slots> FindAllWithOurOwn(const std::string& pattern, const std::string& text,
                                     const regex::MatchLimits& limits = {}) {
  const regex::Program program = regex::Compile(pattern, regex::Parse(pattern));
  regex::Matcher matcher(program, text, limits);
  std::vector<Slots> matches;
  regex::ForEachMatch(matcher, text.size(), [&](const regex::Matcher& match) {
    Slots& slots = matches.emplace_back();
    for (std::size_t i = 0; i < 2 * (program.num_groups + 1); ++i) slots.push_back(match.slot(i));
  });
  return matches;
}

std::string GroupText(const std::string& text, const Slots& slots, std::size_t group) {
  const std::size_t begin = slots[2 * group];
  const std::size_t end = slots[2 * group + 1];
  return begin == regex::kUnset || end == regex::kUnset ? "" : text.substr(begin, end - begin);
}

class RandomStrings {
 public:
  explicit RandomStrings(std::uint32_t seed) : random_(seed) {}

  std::string Pattern() {
    return Pick({"", "", "", "", "(?i)", "(?s)", "(?m)", "(?im)"}) + Alternation(0);
  }

  std::string Text() {
    std::string text;
    for (std::uint32_t n = Below(14); n > 0; --n) {
      text += Pick({"a", "a", "b",  "B", "c", "1",      "2", " ", "\n", "-",
                    "é", "É", "日", "٣", "ſ", "\u212A", "S", "k", "i",  "İ"});
    }
    return text;
  }

 private:
  std::uint32_t Below(std::uint32_t n) { return static_cast<std::uint32_t>(random_()) % n; }
  std::string Pick(const std::vector<std::string>& from) {
    return from[Below(static_cast<std::uint32_t>(from.size()))];
  }

  std::string Alternation(int depth) {
    std::string pattern = Sequence(depth);
    for (std::uint32_t n = Below(4); n > 2; --n) pattern += "|" + Sequence(depth);
    return pattern;
  }

  std::string Sequence(int depth) {
    std::string pattern;
    for (std::uint32_t n = Below(4); n > 0; --n) {
      pattern += Atom(depth);
      if (Below(3) == 0) {
        pattern +=
            Pick({"*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,}", "{,2}?", "{2,3}"});
      }
    }
    // A repeat has nothing to repeat behind these, so they stand at the end.
    return pattern + (Below(6) == 0 ? Pick({"$", R"(\Z)", "^"}) : "");
  }

  std::string Atom(int depth) {
    const std::uint32_t kind = Below(10);
    if (kind < 4) return Pick({"a", "b", "c", "1", " ", "é", "ſ", "k", R"(\n)"});
    if (kind < 6) return Pick({".", R"(\d)", R"(\w)", R"(\s)", R"(\W)", R"(\D)"});
    if (kind < 8 || depth > 2) {
      return Pick({"[ab]", "[^a]", "[a-c1-3]", R"([^\d\n])", R"([\w-])", "[A-Zé]", R"([\s\S])"});
    }
    return Pick({"(", "(", "(?:", "(?i:"}) + Alternation(depth + 1) + ")";
  }

  std::mt19937 random_;
};

TEST(RegexMatchers, FindTheSameMatchesAndGroups) {
  RandomStrings strings(7);
  int num_patterns = 0;
  std::size_t num_matches = 0;
  for (int round = 0; round < 1000; ++round) {
    const std::string pattern = strings.Pattern();
    const PythonRegex regex(pattern);
    if (!regex.uses_re2()) continue;
    ++num_patterns;
    for (int i = 0; i < 6; ++i) {
      const std::string text = strings.Text();
      SCOPED_TRACE("round " + std::to_string(round) + ": " + pattern + " on [" + text + "]");
      const std::vector<PythonRegex::Match> found = regex.FindAll(text);
      const std::vector<Slots> expected = FindAllWithOurOwn(pattern, text);
      ASSERT_EQ(found.size(), expected.size());
      for (std::size_t m = 0; m < found.size(); ++m) {
        ASSERT_EQ(found[m].begin, expected[m][0]);
        ASSERT_EQ(found[m].end, expected[m][1]);
        for (std::size_t g = 0; g < found[m].groups.size(); ++g) {
          ASSERT_EQ(found[m].groups[g], GroupText(text, expected[m], g)) << "group " << g;
        }
      }
      num_matches += found.size();
    }
  }
  EXPECT_GT(num_patterns, 300) << "patterns that never go to RE2 prove nothing";
  EXPECT_GT(num_matches, 3000U) << "texts that never match prove nothing";
}

TEST(RegexMatchers, StopAtTheirLimits) {
  const std::string text(2000, 'a');
  const auto message = [&](const std::string& pattern, const regex::MatchLimits& limits) {
    try {
      FindAllWithOurOwn(pattern, text, limits);
    } catch (const RegexError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  // One bit for each of 2001 positions, then a branch and a mark for each iteration.
  EXPECT_THAT(message("a*b", {.max_bytes = 250}), HasSubstr("more than 250 bytes of memory"));
  EXPECT_THAT(message("a*b", {.max_bytes = 20000}), HasSubstr("more than 20000 bytes of memory"));
  EXPECT_EQ(message("a*b", {.max_bytes = 60000}), "no error");
  EXPECT_THAT(message("a*b", {.max_steps = 6000}), HasSubstr("more than 6000 steps"));
  EXPECT_EQ(message("a*b", {.max_steps = 20000}), "no error");
  // Lookaround is quadratic, and counted over all searches.
  EXPECT_THAT(message("a(?=a*b)", {.max_steps = 100000}),
              HasSubstr("\"a(?=a*b)\" on a text of 2000 bytes: takes more than 100000 steps"));
  EXPECT_THAT(message("a(?=a*)", {.max_steps = 100000}), HasSubstr("more than 100000 steps"));
}

}  // namespace
}  // namespace meval
