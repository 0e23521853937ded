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

TEST(PorterStemmer, NeverEmptiesNorLengthensAWord) {
  PythonRandom random(7);
  const std::string letters = "aeiouyslldtnginbz07\xC3";
  for (int round = 0; round < 20000; ++round) {
    std::string word;
    for (std::int64_t n = 1 + random.Below(12); n > 0; --n) {
      word.push_back(letters[static_cast<std::size_t>(random.Below(20))]);
    }
    const std::string stem = PorterStem(word);
    EXPECT_FALSE(stem.empty()) << word;
    EXPECT_LE(stem.size(), word.size()) << word;
    std::string in_place = word;
    in_place.resize(PorterStemInPlace(in_place));
    EXPECT_EQ(in_place, stem) << word;
  }
}

TEST(PorterStemmer, TakesWordsOfAnyLength) {
  for (const std::size_t size : {50, 60, 61, 62, 63, 64, 65, 66, 70, 200}) {
    const std::string b(size, 'b');
    EXPECT_EQ(PorterStem(b + "ational"), b + "ation");
    EXPECT_EQ(PorterStem("ba" + b + "ational"), "ba" + b + "at");
    EXPECT_EQ(PorterStem("ba" + b + "y"), "ba" + b + "i");
    EXPECT_EQ(PorterStem(b + "ing"), b + "ing");
  }
}

TEST(PorterStemmer, TakesZeroBytesForConsonants) {
  EXPECT_EQ(PorterStem(std::string("\0sky", 4)), std::string("\0ski", 4));
  EXPECT_EQ(PorterStem(std::string("\0news", 5)), std::string("\0new", 4));
}

TEST(PorterStemmer, TakesLongRunsOfY) {
  EXPECT_EQ(PorterStem(std::string(5000, 'y')).size(), 5000u);
}

}  // namespace
}  // namespace meval
