#include "metrics/sign_flip.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/mcnemar.h"
#include "metrics/numpy_random.h"
#include "tests/metrics/error_of.h"

namespace meval {
namespace {

using testing::ErrorOf;
using ::testing::HasSubstr;

// Fisher (1935), section 21: Darwin's fifteen pairs of maize plants, crossed less self-fertilised,
// in eighths of an inch. 863 of the 32,768 assignments reach a sum of 314, and as many -314.
const std::vector<double> kDarwin = {49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48};

TEST(SignFlipTest, GivesFishersCountOfDarwinsMaize) {
  EXPECT_EQ(SignFlipTest(kDarwin), 2 * 863 / 32768.0);
}

TEST(SignFlipTest, DoesNotDependOnSignUnitOrDocumentsThatAgree) {
  std::vector<double> other;
  for (const double difference : kDarwin) {
    other.push_back(-difference * 0.1);
    other.push_back(0);
  }
  EXPECT_EQ(SignFlipTest(other), SignFlipTest(kDarwin));
}

TEST(SignFlipTest, IsMcNemarsForRightAndWrong) {
  for (const auto& [only_baseline, only_system] :
       std::vector<std::pair<int, int>>{{0, 0}, {0, 1}, {1, 7}, {6, 6}, {3, 13}}) {
    std::vector<double> differences(40, 0);
    differences.insert(differences.end(), static_cast<std::size_t>(only_baseline), -1);
    differences.insert(differences.end(), static_cast<std::size_t>(only_system), 1);
    const PairedCounts counts = {.both_right = 40,
                                 .only_baseline = only_baseline,
                                 .only_system = only_system,
                                 .both_wrong = 0};
    EXPECT_NEAR(SignFlipTest(differences), ExactMcNemar(counts), 1e-12)
        << only_baseline << ' ' << only_system;
  }
}

TEST(SignFlipTest, DrawsWhatItCannotCount) {
  // 30 documents of which 20 improved: McNemar's p by hand of its definition.
  std::vector<double> differences(20, 1);
  differences.insert(differences.end(), 10, -1);
  const PairedCounts counts = {
      .both_right = 0, .only_baseline = 10, .only_system = 20, .both_wrong = 0};
  const double exact = ExactMcNemar(counts);
  const double drawn = SignFlipTest(differences, {.num_trials = 100'000});
  EXPECT_NEAR(drawn, exact, 4 * std::sqrt(exact / 100'000));
  EXPECT_NE(SignFlipTest(differences, {.num_trials = 100'000, .seed = 7}), drawn);
}

TEST(SignFlipTest, DoesNotDependOnThreads) {
  NumpyRandom random(5);
  std::vector<double> differences;
  for (int i = 0; i < 200; ++i) differences.push_back(random.Random() - 0.45);
  const double p = SignFlipTest(differences, {.num_trials = 2500});
  EXPECT_EQ(SignFlipTest(differences, {.num_trials = 2500, .num_threads = 3}), p);
  EXPECT_GT(p, 1.0 / 2501);
  EXPECT_LT(p, 1);
}

TEST(SignFlipTest, NeverGivesZero) {
  EXPECT_EQ(SignFlipTest(std::vector<double>(400, 0.5), {.num_trials = 99}), 0.01);
  EXPECT_EQ(SignFlipTest(std::vector<double>{0, 0}), 1);
  EXPECT_EQ(SignFlipTest(std::vector<double>{3}), 1);
}

TEST(SignFlipTest, RefusesWhatIsNoDifference) {
  EXPECT_THAT(ErrorOf([] { SignFlipTest({}); }), HasSubstr("no documents"));
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_THAT(ErrorOf([&] {
                SignFlipTest(std::vector<double>{1, infinite});
              }),
              HasSubstr("document 1: the difference is not finite"));
  EXPECT_THAT(ErrorOf([] { SignFlipTest(std::vector<double>{1}, {.num_trials = 0}); }),
              HasSubstr("0 trials"));
}

}  // namespace
}  // namespace meval
