#include "engine/stop_matcher.h"

#include <cstdint>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace meval {
namespace {

using Cut = std::optional<std::size_t>;

TEST(StopMatcher, FindsNothingWithoutStopStrings) {
  StopMatcher matcher({});
  EXPECT_EQ(matcher.Find("anything"), Cut());
}

TEST(StopMatcher, FindsAStopStringInTheMiddleOfWhatIsNew) {
  const std::vector<std::string> stops = {"\n\n"};
  StopMatcher matcher(stops);
  EXPECT_EQ(matcher.Find("The answer is 5.\n\nQ: next"), Cut(16));
}

TEST(StopMatcher, FindsAStopStringThatArrivesInPieces) {
  const std::vector<std::string> stops = {"Question:"};
  StopMatcher matcher(stops);
  EXPECT_EQ(matcher.Find("ab Que"), Cut());
  EXPECT_EQ(matcher.Find("ab Quest"), Cut());
  EXPECT_EQ(matcher.Find("ab Question"), Cut());
  EXPECT_EQ(matcher.Find("ab Question:"), Cut(3));
}

TEST(StopMatcher, CutsAtTheEarliestOfSeveral) {
  const std::vector<std::string> stops = {"c", "bcd", "x"};
  StopMatcher matcher(stops);
  EXPECT_EQ(matcher.Find("abcdx"), Cut(1));
}

TEST(StopMatcher, FindsAStopStringAtTheVeryStart) {
  const std::vector<std::string> stops = {"</s>"};
  StopMatcher matcher(stops);
  EXPECT_EQ(matcher.Find("</s>"), Cut(0));
}

TEST(StopMatcher, MatchesBytesOfUtf8Text) {
  const std::vector<std::string> stops = {"é."};
  StopMatcher matcher(stops);
  EXPECT_EQ(matcher.Find("caf"), Cut());
  EXPECT_EQ(matcher.Find("café"), Cut());
  EXPECT_EQ(matcher.Find("café."), Cut(3));
}

TEST(StopMatcher, RefusesAnEmptyStopString) {
  const std::vector<std::string> stops = {"a", ""};
  EXPECT_THROW(StopMatcher{stops}, std::invalid_argument);
}

// However the text is cut into pieces, the matcher says what a search from the start would say as
// soon as some stop string is complete.
TEST(StopMatcher, AgreesWithASearchFromTheStart) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::string> stops(1 + random() % 3);
    for (std::string& stop : stops) {
      stop.resize(1 + random() % 3);
      for (char& letter : stop) letter = static_cast<char>('a' + random() % 3);
    }
    StopMatcher matcher(stops);
    std::string text;
    for (int piece = 0; piece < 12; ++piece) {
      for (std::uint64_t i = random() % 4; i > 0; --i) {
        text += static_cast<char>('a' + random() % 3);
      }
      Cut expected;
      for (const std::string& stop : stops) {
        const std::size_t at = text.find(stop);
        if (at != std::string::npos && (!expected || at < *expected)) expected = at;
      }
      ASSERT_EQ(matcher.Find(text), expected) << "round " << round << ": " << text;
      if (expected) break;
    }
  }
}

}  // namespace
}  // namespace meval
