#include "metrics/python_random.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meval {
namespace {

using ::testing::ElementsAre;

TEST(PythonRandom, TakesTheAbsoluteValueOfASeed) {
  for (const std::int64_t seed : {std::int64_t{0}, std::int64_t{7}, std::int64_t{1} << 40,
                                  std::numeric_limits<std::int64_t>::max()}) {
    PythonRandom positive(seed);
    PythonRandom negative(-seed);
    std::vector<std::uint32_t> key = {static_cast<std::uint32_t>(seed)};
    if (seed >> 32 != 0) {
      key.push_back(static_cast<std::uint32_t>(seed >> 32));
    }
    PythonRandom words{std::span<const std::uint32_t>(key)};
    for (int i = 0; i < 1000; ++i) {
      const auto expected = words.NextUint32();
      ASSERT_EQ(positive.NextUint32(), expected);
      ASSERT_EQ(negative.NextUint32(), expected);
    }
  }
  PythonRandom lowest(std::numeric_limits<std::int64_t>::min());
  const std::vector<std::uint32_t> magnitude = {0, 0x80000000u};
  PythonRandom words{std::span<const std::uint32_t>(magnitude)};
  EXPECT_EQ(lowest.NextUint32(), words.NextUint32());
}

TEST(PythonRandom, DrawsTheReferencesFewShotExamples) {
  PythonRandom outputs(1234);
  EXPECT_EQ(outputs.NextUint32(), 4150886329u);
  EXPECT_EQ(outputs.NextUint32(), 3342196574u);
  PythonRandom gsm8k(1234);
  EXPECT_THAT(gsm8k.Sample(7473, 5), ElementsAre(6374, 3610, 957, 61, 742));
  EXPECT_THAT(gsm8k.Sample(7473, 5), ElementsAre(7462, 6610, 4769, 286, 5501));
  PythonRandom hellaswag(1234);
  EXPECT_THAT(hellaswag.Sample(39905, 11),
              ElementsAre(28883, 7657, 490, 5940, 38156, 2288, 5500, 6450, 23241, 15519, 1142));
  PythonRandom arc(1234);
  EXPECT_THAT(arc.Sample(1119, 25),
              ElementsAre(902, 239, 15, 185, 71, 171, 201, 726, 484, 35, 63, 32, 708, 991, 949, 304,
                          186, 374, 234, 29, 1030, 996, 511, 132, 1108));
  PythonRandom pool(1234);
  EXPECT_THAT(pool.Sample(20, 5), ElementsAre(14, 3, 0, 2, 1));
}

// choices() may be cut anywhere, also in the middle of the generator's block of 624 outputs.
TEST(PythonRandom, ChoosesTheSameInOneGoAndInParts) {
  PythonRandom whole(99);
  const auto expected = whole.Choices(1000003, 5000);
  PythonRandom parts(99);
  std::vector<std::int64_t> drawn(5000);
  std::size_t done = 0;
  for (std::size_t length = 1; done < drawn.size(); length = length * 2 + 1) {
    const std::size_t count = std::min(length, drawn.size() - done);
    parts.Choices(1000003, std::span(drawn).subspan(done, count));
    done += count;
  }
  EXPECT_EQ(drawn, expected);
  // An output taken in between leaves an odd number of them.
  PythonRandom odd(99);
  PythonRandom slow(99);
  odd.NextUint32();
  slow.NextUint32();
  for (const std::int64_t index : odd.Choices(1000003, 700)) {
    EXPECT_EQ(index, static_cast<std::int64_t>(slow.Random() * 1000003));
  }
  EXPECT_EQ(odd.NextUint32(), slow.NextUint32());
}

TEST(PythonRandom, SamplesDistinctIndicesInRange) {
  PythonRandom generator(5);
  for (std::int64_t n = 0; n < 60; ++n) {
    auto drawn = generator.Sample(n, n / 2);
    EXPECT_EQ(drawn.size(), static_cast<std::size_t>(n / 2));
    std::sort(drawn.begin(), drawn.end());
    EXPECT_EQ(std::adjacent_find(drawn.begin(), drawn.end()), drawn.end());
    EXPECT_TRUE(drawn.empty() || (drawn.front() >= 0 && drawn.back() < n));
  }
}

TEST(PythonRandom, RefusesWhatCannotBeDrawn) {
  PythonRandom generator(1);
  EXPECT_THROW(generator.Sample(3, 4), std::invalid_argument);
  EXPECT_THROW(generator.Sample(3, -1), std::invalid_argument);
  EXPECT_THROW(generator.Below(0), std::invalid_argument);
  EXPECT_THROW(generator.Choices(0, 1), std::invalid_argument);
  EXPECT_THROW(generator.Choices(1, -1), std::invalid_argument);
  EXPECT_THROW(generator.GetRandBits(0), std::invalid_argument);
  EXPECT_THROW(generator.GetRandBits(65), std::invalid_argument);
  EXPECT_THROW(PythonRandom(std::span<const std::uint32_t>()), std::invalid_argument);
}

}  // namespace
}  // namespace meval
