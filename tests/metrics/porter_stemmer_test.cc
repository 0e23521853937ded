#include "metrics/porter_stemmer.h"

#include <gtest/gtest.h>

#include "metrics/python_random.h"

namespace meval {
namespace {

TEST(PorterStemmer, FollowsTheExamplesOfThePaper) {
  const struct {
    const char* word;
    const char* stem;
  } cases[] = {{"caresses", "caress"},
               {"ponies", "poni"},
               {"cats", "cat"},
               {"feed", "feed"},
               {"agreed", "agre"},
               {"plastered", "plaster"},
               {"motoring", "motor"},
               {"conflated", "conflat"},
               {"hopping", "hop"},
               {"falling", "fall"},
               {"filing", "file"},
               {"happy", "happi"},
               {"sky", "sky"},
               {"relational", "relat"},
               {"conditional", "condit"},
               {"generalizations", "gener"},
               {"oscillators", "oscil"},
               {"controll", "control"},
               {"roll", "roll"},
               {"probate", "probat"},
               {"rate", "rate"}};
  for (const auto& c : cases) {
    EXPECT_EQ(PorterStem(c.word), c.stem) << c.word;
  }
}

TEST(PorterStemmer, KeepsShortWords) {
  for (const char* word : {"", "a", "is", "as", "ed", "y", "9", "ss"}) {
    EXPECT_EQ(PorterStem(word), word);
  }
}

TEST(PorterStemmer, NeverEmptiesOrLengthensAWordByMoreThanOneLetter) {
  PythonRandom random(7);
  const std::string letters = "aeiouyslldtnginbz07\xC3";
  for (int round = 0; round < 20000; ++round) {
    std::string word;
    for (std::int64_t n = 1 + random.Below(12); n > 0; --n) {
      word.push_back(letters[static_cast<std::size_t>(random.Below(20))]);
    }
    const std::string stem = PorterStem(word);
    EXPECT_FALSE(stem.empty()) << word;
    EXPECT_LE(stem.size(), word.size() + 1) << word;
  }
}

TEST(PorterStemmer, TakesLongRunsOfY) {
  EXPECT_EQ(PorterStem(std::string(5000, 'y')).size(), 5000u);
}

}  // namespace
}  // namespace meval
