#include "metrics/numpy_random.h"

#include <stdexcept>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meval {
namespace {

using ::testing::ElementsAre;

std::vector<std::uint64_t> First(NumpyRandom random) {
  return {random.NextUint64(), random.NextUint64()};
}

// Values of numpy 2.4 (the same since 1.17): default_rng(seed).integers(0, 2**64, dtype=uint64).
TEST(NumpyRandom, DrawsWhatNumpyDraws) {
  EXPECT_THAT(First(NumpyRandom(0)), ElementsAre(11749869230777074271u, 4976686463289251617u));
  EXPECT_THAT(First(NumpyRandom(12345)), ElementsAre(4193609425186963869u, 5843160025838961886u));
  EXPECT_THAT(First(NumpyRandom(1099511627783)),
              ElementsAre(15307346044642009514u, 4709548916763817589u));
  EXPECT_THAT(First(NumpyRandom({0, 5})), ElementsAre(7049166861971720082u, 10104186729514042722u));
  EXPECT_THAT(First(NumpyRandom({12345, 3})),
              ElementsAre(14836371521697013897u, 13874807005802917134u));
  // More words of entropy than the pool holds.
  EXPECT_THAT(First(NumpyRandom({1099511627776, 1, 2, 3, 4, 5})),
              ElementsAre(3919722675940349656u, 15676413590172779426u));
  NumpyRandom random(12345);
  EXPECT_EQ(random.Random(), 0.22733602246716966);
  EXPECT_EQ(random.Random(), 0.31675833970975287);
}

TEST(NumpyRandom, ChoosesWhatNumpyChooses) {
  NumpyRandom random(12345);
  for (const std::uint32_t expected :
       {4, 1, 5, 2, 1, 5, 4, 4, 6, 2, 5, 2, 3, 4, 1, 1, 1, 4, 4, 6}) {
    EXPECT_EQ(random.Below(7), expected);
  }
  for (const std::uint32_t expected : {70615, 24824, 91491, 94888, 73243}) {
    EXPECT_EQ(random.Below(100000), expected);
  }
  // A high half waits; a double does not take it.
  EXPECT_EQ(random.Random(), 0.09589793559411208);

  // Nearly every third output is biased for this n, and drawn again.
  NumpyRandom biased(12345);
  for (const std::uint32_t expected : {2097645094u, 682008066u, 2365940964u, 950275018u,
                                       2392096371u, 2028764011u, 2518275128u, 1794926260u}) {
    EXPECT_EQ(biased.Below(3000000000u), expected);
  }
}

TEST(NumpyRandom, TossesTheCoinsNumpyTosses) {
  NumpyRandom random(12345);
  NumpyBooleans coins(random);
  const std::string expected =
      "1011100110000011111111110100110110110001100011010100110001011100011110";
  for (const char coin : expected) {
    EXPECT_EQ(coins.Next(), coin == '1');
  }
  // choice(1) draws nothing.
  EXPECT_EQ(random.Below(1), 0u);
  for (const std::uint32_t next : {15, 10, 39, 32, 33}) {
    EXPECT_EQ(random.Below(50), next);
  }
}

TEST(NumpyRandom, RefusesToChooseFromNothing) {
  NumpyRandom random(1);
  EXPECT_THROW(random.Below(0), std::invalid_argument);
}

}  // namespace
}  // namespace meval
