#include "engine/sort_paths.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <span>
#include <vector>

#include <gtest/gtest.h>

namespace meval {
namespace {

using Tokens = std::vector<TokenId>;

// As the standard library orders them, and what neighbours have in common counted anew.
void ExpectSorted(const std::vector<TokenPath>& paths, const std::vector<Tokens>& texts) {
  std::vector<std::size_t> order(texts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return texts[a] < texts[b]; });
  const SortedPaths sorted = SortPaths(paths);
  ASSERT_EQ(sorted.order, order);
  ASSERT_EQ(sorted.common.size(), order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::int64_t common =
        i == 0 ? 0 : CommonPrefix(std::span(texts[order[i - 1]]), std::span(texts[order[i]]));
    ASSERT_EQ(sorted.common[i], common) << i;
  }
}

TEST(SortPaths, TakesNoneAndOne) {
  ExpectSorted({}, {});
  const std::vector<Tokens> one = {{1, 2}};
  ExpectSorted({TokenPath(one[0])}, one);
}

TEST(SortPaths, PutsPrefixesFirstAndEqualOnesInIndexOrder) {
  const std::vector<Tokens> texts = {{1, 2, 3}, {1, 2}, {1, 2, 3}, {}, {1, 2}, {0, 9}};
  std::vector<TokenPath> paths;
  for (const Tokens& text : texts) paths.emplace_back(text);
  ExpectSorted(paths, texts);
  EXPECT_EQ(SortPaths(paths).order, (std::vector<std::size_t>{3, 5, 1, 4, 0, 2}));
}

// Few different tokens and heads that many share: long common prefixes and equal paths, cut in two
// anywhere.
TEST(SortPaths, AgreesWithTheStandardLibraryOnAnything) {
  std::mt19937 random(20);
  const auto below = [&](std::size_t bound) { return random() % bound; };
  for (int round = 0; round < 300; ++round) {
    std::vector<Tokens> texts(below(70));
    for (Tokens& text : texts) {
      if (below(2) == 0) {
        const Tokens& head = texts[below(texts.size())];
        text.assign(head.begin(),
                    head.begin() + static_cast<std::ptrdiff_t>(below(head.size() + 1)));
      }
      const std::size_t size = text.size() + below(60);
      while (text.size() < size) text.push_back(static_cast<TokenId>(below(3) / 2));
    }
    std::vector<TokenPath> paths;
    for (const Tokens& text : texts) {
      const std::size_t cut = below(text.size() + 1);
      paths.emplace_back(std::span(text).first(cut), std::span(text).subspan(cut));
    }
    ExpectSorted(paths, texts);
  }
}

}  // namespace
}  // namespace meval
