#include "metrics/group_sequential.h"

#include <cmath>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "metrics/aggregate.h"
#include "metrics/numpy_random.h"

namespace meval {
namespace {

std::vector<double> EqualShares(int num_looks) {
  std::vector<double> shares;
  for (int k = 1; k <= num_looks; ++k) shares.push_back(static_cast<double>(k) / num_looks);
  return shares;
}

// Jennison & Turnbull (2000), Group Sequential Methods, table 2.3.
TEST(OBrienFleming, HasThePublishedConstants) {
  const std::vector<std::pair<int, double>> five_percent = {{1, 1.960}, {2, 1.977}, {3, 2.004},
                                                            {4, 2.024}, {5, 2.040}, {10, 2.087}};
  for (const auto& [num_looks, constant] : five_percent) {
    EXPECT_NEAR(OBrienFlemingConstant(EqualShares(num_looks)), constant, 6e-4) << num_looks;
  }
  EXPECT_NEAR(OBrienFlemingConstant(EqualShares(5), 0.01), 2.621, 6e-4);
}

TEST(OBrienFleming, IsAnOrdinaryTestForOneLook) {
  const std::vector<double> once = {1};
  EXPECT_NEAR(OBrienFlemingLevels(once)[0], 0.05, 1e-7);
  const std::vector<double> critical = {NormalQuantile(0.975)};
  // The power of an ordinary test, in closed form.
  const double drift = 2.8;
  const auto above = [](double z) { return std::erfc(z / std::sqrt(2.0)) / 2; };
  EXPECT_NEAR(GroupSequentialPower(once, critical, drift),
              above(critical[0] - drift) + above(critical[0] + drift), 1e-12);
}

TEST(OBrienFleming, SpendsItsErrorOverTheLooks) {
  const std::vector<double> shares = {0.1, 0.25, 0.5, 1};
  const std::vector<double> levels = OBrienFlemingLevels(shares);
  std::vector<double> critical;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    critical.push_back(NormalQuantile(1 - levels[k] / 2));
    EXPECT_GT(levels[k], k > 0 ? levels[k - 1] : 0);
  }
  EXPECT_LT(levels[0], 1e-9);
  EXPECT_LT(levels[3], 0.05);
  EXPECT_GT(levels[3], 0.045);
  EXPECT_NEAR(GroupSequentialPower(shares, critical, 0), 0.05, 1e-5);
}

// The integral against walks that are drawn.
TEST(GroupSequentialPower, IsTheShareOfWalksThatLeave) {
  const std::vector<double> shares = {0.1, 0.25, 0.5, 1};
  const std::vector<double> critical = {3.2, 2.6, 2.3, 2.1};
  const double drift = 2;
  NumpyRandom random(11);
  const int num_walks = 100'000;
  int left = 0;
  for (int walk = 0; walk < num_walks; ++walk) {
    double position = 0;
    double before = 0;
    for (std::size_t k = 0; k < shares.size(); ++k) {
      const double time = shares[k] - before;
      before = shares[k];
      // A standard normal by Box and Muller.
      const double normal = std::sqrt(-2 * std::log(1 - random.Random())) *
                            std::cos(2 * std::acos(-1.0) * random.Random());
      position += drift * time + std::sqrt(time) * normal;
      if (std::abs(position) >= critical[k] * std::sqrt(shares[k])) {
        ++left;
        break;
      }
    }
  }
  EXPECT_NEAR(GroupSequentialPower(shares, critical, drift), static_cast<double>(left) / num_walks,
              4 * 0.5 / std::sqrt(num_walks));
}

TEST(GroupSequential, RefusesLooksOutOfOrder) {
  for (const std::vector<double>& shares :
       {std::vector<double>{}, {0.5}, {0.5, 0.2, 1}, {0.5, 0.5, 1}, {0, 1}, {0.5, 1.5}}) {
    EXPECT_THROW(OBrienFlemingConstant(shares), std::invalid_argument);
  }
  EXPECT_THROW(OBrienFlemingConstant(EqualShares(2), 0), std::invalid_argument);
  EXPECT_THROW(GroupSequentialPower(EqualShares(2), std::vector<double>{2}, 0),
               std::invalid_argument);
  EXPECT_THROW(GroupSequentialPower(EqualShares(1), std::vector<double>{-2}, 0),
               std::invalid_argument);
}

}  // namespace
}  // namespace meval
