#include "engine/prefix_order.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace meval {
namespace {

using Tokens = std::vector<TokenId>;

PrefixOrder Order(const std::vector<Tokens>& sequences, bool share = true) {
  std::vector<TokenPath> paths;
  for (const Tokens& tokens : sequences) paths.emplace_back(tokens);
  return OrderByPrefix(paths, share);
}

TEST(TokenPath, ReadsTwoPiecesAsOne) {
  const Tokens head = {1, 2};
  const Tokens tail = {3};
  const TokenPath path(head, tail);
  ASSERT_EQ(path.size(), 3);
  EXPECT_EQ(path[0], 1);
  EXPECT_EQ(path[1], 2);
  EXPECT_EQ(path[2], 3);
  const Tokens whole = {1, 2, 3};
  EXPECT_EQ(CommonPrefix(path, TokenPath(whole)), 3);
}

TEST(OrderByPrefix, PutsSequencesThatShareAPrefixSideBySide) {
  const PrefixOrder order = Order({{1, 5, 6, 7}, {1, 9}, {1, 5}, {1, 5, 8}});
  EXPECT_EQ(order.order, (std::vector<std::size_t>{2, 0, 3, 1}));
  EXPECT_EQ(order.shared, (std::vector<std::int64_t>{0, 2, 2, 1}));
}

TEST(OrderByPrefix, PutsAPrefixBeforeWhatBeginsWithItAndEqualsInIndexOrder) {
  const PrefixOrder order = Order({{1, 2, 3}, {1, 2}, {1, 2, 3}, {1}});
  EXPECT_EQ(order.order, (std::vector<std::size_t>{3, 1, 0, 2}));
  EXPECT_EQ(order.shared, (std::vector<std::int64_t>{0, 1, 2, 3}));
}

TEST(OrderByPrefix, KeepsTheGivenOrderWhenNothingIsToBeShared) {
  const PrefixOrder order = Order({{1, 9}, {1, 5}, {1, 9}}, false);
  EXPECT_EQ(order.order, (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(order.shared, (std::vector<std::int64_t>{0, 0, 0}));
}

TEST(OrderByPrefix, IsEmptyForNoSequences) { EXPECT_TRUE(Order({}).order.empty()); }

// The walk feeds every node of the prefix tree once: the rows it counts are the distinct prefixes.
TEST(OrderByPrefix, CountsEveryDistinctPrefixOnce) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<Tokens> sequences(1 + random() % 12);
    std::set<Tokens> prefixes;
    for (Tokens& tokens : sequences) {
      tokens.resize(1 + random() % 6);
      for (TokenId& token : tokens) token = static_cast<TokenId>(random() % 3);
      for (std::size_t n = 1; n <= tokens.size(); ++n) {
        prefixes.insert(Tokens(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(n)));
      }
    }
    const PrefixOrder order = Order(sequences);
    std::size_t rows = 0;
    for (std::size_t i = 0; i < sequences.size(); ++i) {
      rows += sequences[order.order[i]].size() - static_cast<std::size_t>(order.shared[i]);
    }
    EXPECT_EQ(rows, prefixes.size());
  }
}

}  // namespace
}  // namespace meval
