#include "metrics/ter/beam_distance.h"

#include <algorithm>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/python_random.h"

namespace meval::ter {
namespace {

using ::testing::ElementsAre;

Words RandomWords(PythonRandom& random, std::int64_t length, std::int64_t vocabulary) {
  Words words;
  for (std::int64_t i = 0; i < length; ++i) {
    words.push_back(static_cast<std::uint32_t>(random.Below(vocabulary)));
  }
  return words;
}

// The whole table, no beam.
std::int32_t PlainDistance(const Words& a, const Words& b) {
  std::vector<std::int32_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    row[j] = static_cast<std::int32_t>(j);
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::int32_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::int32_t here =
          std::min({diagonal + (a[i] == b[j] ? 0 : 1), row[j] + 1, row[j + 1] + 1});
      diagonal = row[j + 1];
      row[j + 1] = here;
    }
  }
  return row.back();
}

TEST(BeamDistance, IsThePlainDistanceWhereTheBeamHoldsTheWholeTable) {
  PythonRandom random(11);
  for (int round = 0; round < 300; ++round) {
    const Words a = RandomWords(random, 1 + random.Below(24), 1 + random.Below(12));
    const Words b = RandomWords(random, 1 + random.Below(24), 1 + random.Below(12));
    EXPECT_EQ(BeamDistance(a, b).distance(), PlainDistance(a, b)) << round;
  }
}

TEST(BeamDistance, DoesNotSeeMatchesOutsideTheBeam) {
  // 70 words that stand 30 positions further on in the other text.
  Words a(100, 1);
  Words b(100, 2);
  std::iota(a.begin(), a.begin() + 70, 3);
  std::iota(b.begin() + 30, b.end(), 3);
  EXPECT_EQ(PlainDistance(a, b), 60);
  EXPECT_EQ(BeamDistance(a, b).distance(), 100);
}

TEST(BeamDistance, PrefersDiagonalsThenDeletions) {
  using enum Operation;
  EXPECT_THAT(BeamDistance(Words{1, 2}, Words{1, 2}).Path(), ElementsAre(kMatch, kMatch));
  EXPECT_THAT(BeamDistance(Words{1}, Words{2, 1}).Path(), ElementsAre(kInsert, kMatch));
  EXPECT_THAT(BeamDistance(Words{1, 1}, Words{1}).Path(), ElementsAre(kDelete, kMatch));
  EXPECT_THAT(BeamDistance(Words{1, 2}, Words{2, 1}).Path(), ElementsAre(kSubstitute, kSubstitute));
  EXPECT_THAT(BeamDistance(Words{1, 2, 3}, Words{2, 3, 4}).Path(),
              ElementsAre(kDelete, kMatch, kMatch, kInsert));
}

TEST(BeamDistance, HasAPathOfItsLengthAndCost) {
  PythonRandom random(12);
  for (int round = 0; round < 100; ++round) {
    const Words a = RandomWords(random, 1 + random.Below(120), 1 + random.Below(30));
    const Words b = RandomWords(random, 1 + random.Below(120), 1 + random.Below(30));
    const BeamDistance distance(a, b);
    std::int32_t cost = 0;
    std::size_t i = 0;
    std::size_t j = 0;
    for (const Operation operation : distance.Path()) {
      const bool takes_both = operation == Operation::kMatch || operation == Operation::kSubstitute;
      if (takes_both) {
        EXPECT_EQ(a.at(i) == b.at(j), operation == Operation::kMatch);
      }
      i += operation == Operation::kInsert ? 0 : 1;
      j += operation == Operation::kDelete ? 0 : 1;
      cost += operation == Operation::kMatch ? 0 : 1;
    }
    EXPECT_EQ(i, a.size());
    EXPECT_EQ(j, b.size());
    EXPECT_EQ(cost, distance.distance());
  }
}

// Lengths whose ratio makes the beam narrow, wide, and leave the diagonal.
TEST(BeamDistance, GivesForChangedWordsWhatAFreshTableGives) {
  PythonRandom random(13);
  const std::int64_t lengths[] = {1, 2, 7, 30, 90, 200};
  for (int round = 0; round < 200; ++round) {
    const std::int64_t vocabulary = 1 + random.Below(20);
    Words a = RandomWords(random, lengths[random.Below(6)], vocabulary);
    const Words b = RandomWords(random, lengths[random.Below(6)], vocabulary);
    BeamDistance distance(a, b);
    for (int change = 0; change < 4; ++change) {
      const std::int64_t first = random.Below(std::ssize(a));
      const Words words = RandomWords(random, random.Below(std::ssize(a) - first + 1), vocabulary);
      Words changed = a;
      std::copy(words.begin(), words.end(), changed.begin() + first);
      const std::int32_t expected = BeamDistance(changed, b).distance();
      const auto at = static_cast<std::size_t>(first);
      EXPECT_EQ(distance.DistanceWith(at, words), expected) << round;
      if (change % 2 == 1) {
        distance.Replace(at, words);
        a = changed;
        EXPECT_EQ(distance.distance(), expected) << round;
      }
    }
  }
}

}  // namespace
}  // namespace meval::ter
