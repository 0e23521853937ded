#include "metrics/multiple_testing.h"

#include <algorithm>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/metrics/error_of.h"

namespace meval {
namespace {

using testing::ErrorOf;
using ::testing::HasSubstr;

// Benjamini & Hochberg (1995), section 3: fifteen comparisons of thrombolytic treatments. At 5 %
// the procedure rejects the first four; Bonferroni's the first three.
const std::vector<double> kPublished = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201,
                                        0.0278, 0.0298, 0.0344, 0.0459, 0.3240,
                                        0.4262, 0.5719, 0.6528, 0.7590, 1.0};

TEST(BenjaminiHochberg, RejectsAsInThePublishedExample) {
  const std::vector<double> adjusted = BenjaminiHochberg(kPublished);
  EXPECT_EQ(std::count_if(adjusted.begin(), adjusted.end(), [](double p) { return p <= 0.05; }), 4);
  EXPECT_NEAR(adjusted[0], 0.0001 * 15, 1e-15);
  EXPECT_NEAR(adjusted[3], 0.0095 * 15 / 4, 1e-15);
  // The sixth's own 0.0695 is above the seventh's 0.0639 and takes it over; so does the fifth's
  // not.
  EXPECT_NEAR(adjusted[4], 0.0201 * 15 / 5, 1e-15);
  EXPECT_NEAR(adjusted[5], 0.0298 * 15 / 7, 1e-15);
  EXPECT_EQ(adjusted[14], 1);
}

TEST(BenjaminiHochberg, KeepsTheOrderOfTheTests) {
  std::vector<double> shuffled = kPublished;
  std::reverse(shuffled.begin(), shuffled.end());
  std::vector<double> adjusted = BenjaminiHochberg(shuffled);
  std::reverse(adjusted.begin(), adjusted.end());
  EXPECT_EQ(adjusted, BenjaminiHochberg(kPublished));
}

TEST(BenjaminiHochberg, LeavesOneTestAlone) {
  EXPECT_THAT(BenjaminiHochberg(std::vector<double>{0.03}), ::testing::ElementsAre(0.03));
  EXPECT_TRUE(BenjaminiHochberg({}).empty());
}

TEST(BenjaminiHochberg, RefusesWhatIsNoProbability) {
  EXPECT_THAT(ErrorOf([] {
                BenjaminiHochberg(std::vector<double>{0.5, 1.5});
              }),
              HasSubstr("test 1: a p-value of 1.5"));
}

}  // namespace
}  // namespace meval
