#include "engine/loading/nearest_name.h"

#include <gtest/gtest.h>

namespace meval {
namespace {

TEST(EditDistance, CountsInsertionsDeletionsAndSubstitutions) {
  EXPECT_EQ(EditDistance("", ""), 0u);
  EXPECT_EQ(EditDistance("", "abc"), 3u);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3u);
  EXPECT_EQ(EditDistance("rope_tetha", "rope_theta"), 2u);
  EXPECT_EQ(EditDistance("abc", "abc"), 0u);
}

TEST(EditDistance, IsSymmetricAndKeepsTheTriangle) {
  const std::vector<std::string> words = {"", "a", "ab", "ba", "head_dim", "hidden_dim", "hidden"};
  for (const std::string& a : words) {
    for (const std::string& b : words) {
      EXPECT_EQ(EditDistance(a, b), EditDistance(b, a));
      for (const std::string& c : words) {
        EXPECT_LE(EditDistance(a, c), EditDistance(a, b) + EditDistance(b, c));
      }
    }
  }
}

TEST(NearestName, GivesTheClosestWithinReach) {
  const std::vector<std::string> names = {"hidden_size", "head_dim", "hidden_act"};
  EXPECT_EQ(NearestName("hiden_size", names, 2), "hidden_size");
  EXPECT_EQ(NearestName("head_dim", names, 2), "head_dim");
  EXPECT_EQ(NearestName("rope_theta", names, 2), "");
  EXPECT_EQ(NearestName("x", names, 20), "");
  EXPECT_EQ(NearestName("x", {}, 2), "");
}

}  // namespace
}  // namespace meval
