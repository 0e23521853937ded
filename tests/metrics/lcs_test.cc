#include "metrics/sequence/lcs.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "metrics/python_random.h"

namespace meval::sequence {
namespace {

using Ids = std::vector<std::uint32_t>;

// The usual table.
std::int64_t TableLength(const Ids& a, const Ids& b) {
  std::vector<std::vector<std::int64_t>> c(a.size() + 1,
                                           std::vector<std::int64_t>(b.size() + 1, 0));
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      c[i][j] = a[i - 1] == b[j - 1] ? c[i - 1][j - 1] + 1 : std::max(c[i - 1][j], c[i][j - 1]);
    }
  }
  return c[a.size()][b.size()];
}

Ids RandomIds(PythonRandom& random, std::int64_t size, std::int64_t alphabet) {
  Ids ids;
  for (std::int64_t i = 0; i < size; ++i) {
    ids.push_back(static_cast<std::uint32_t>(random.Below(alphabet)));
  }
  return ids;
}

bool IsSubsequence(const Ids& part, const Ids& whole) {
  auto at = whole.begin();
  return std::all_of(part.begin(), part.end(), [&](std::uint32_t id) {
    at = std::find(at, whole.end(), id);
    return at != whole.end() && (++at, true);
  });
}

TEST(Lcs, BitParallelLengthIsTheTables) {
  PythonRandom random(1);
  for (const std::int64_t size : {0, 1, 2, 7, 63, 64, 65, 127, 128, 129, 200, 300}) {
    for (const std::int64_t alphabet : {1, 2, 5, 50}) {
      for (int round = 0; round < 6; ++round) {
        const Ids a = RandomIds(random, size, alphabet);
        const Ids b = RandomIds(random, random.Below(200), alphabet + 1);
        EXPECT_EQ(LcsLength(a, b), TableLength(a, b)) << size << " " << alphabet;
        EXPECT_EQ(LcsLength(b, a), TableLength(a, b)) << size << " " << alphabet;
      }
    }
  }
}

TEST(Lcs, MarksACommonSubsequenceOfThatLength) {
  PythonRandom random(2);
  for (int round = 0; round < 200; ++round) {
    const Ids a = RandomIds(random, random.Below(40), 4);
    const Ids b = RandomIds(random, random.Below(40), 4);
    std::vector<bool> marked(a.size(), false);
    MarkLcs(a, b, marked);
    Ids chosen;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (marked[i]) {
        chosen.push_back(a[i]);
      }
    }
    EXPECT_EQ(static_cast<std::int64_t>(chosen.size()), LcsLength(a, b));
    EXPECT_TRUE(IsSubsequence(chosen, b));
  }
}

}  // namespace
}  // namespace meval::sequence
