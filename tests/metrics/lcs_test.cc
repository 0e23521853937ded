#include "metrics/sequence/lcs.h"

#include <algorithm>
#include <limits>

#include <gtest/gtest.h>

#include "metrics/python_random.h"

namespace meval::sequence {
namespace {

using Ids = std::vector<std::uint32_t>;
using Table = std::vector<std::vector<std::int64_t>>;

// The usual table, whole.
Table FillTable(const Ids& a, const Ids& b) {
  Table c(a.size() + 1, std::vector<std::int64_t>(b.size() + 1, 0));
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      c[i][j] = a[i - 1] == b[j - 1] ? c[i - 1][j - 1] + 1 : std::max(c[i - 1][j], c[i][j - 1]);
    }
  }
  return c;
}

// The way back as the definition words it.
std::vector<bool> MarksFromTable(const Ids& a, const Ids& b) {
  const Table c = FillTable(a, b);
  std::vector<bool> marks(a.size(), false);
  for (std::size_t i = a.size(), j = b.size(); i > 0 && j > 0;) {
    if (a[i - 1] == b[j - 1]) {
      marks[i - 1] = true;
      --i;
      --j;
    } else if (c[i][j - 1] > c[i - 1][j]) {
      --j;
    } else {
      --i;
    }
  }
  return marks;
}

Ids RandomIds(PythonRandom& random, std::int64_t size, std::int64_t alphabet) {
  Ids ids;
  for (std::int64_t i = 0; i < size; ++i) {
    ids.push_back(static_cast<std::uint32_t>(random.Below(alphabet)));
  }
  return ids;
}

// `ids` with some tokens replaced and some dropped, so that long common subsequences are there.
Ids Edited(PythonRandom& random, const Ids& ids, std::int64_t alphabet) {
  Ids edited;
  for (const std::uint32_t id : ids) {
    const std::int64_t kind = random.Below(8);
    if (kind == 0) {
      edited.push_back(static_cast<std::uint32_t>(random.Below(alphabet)));
    } else if (kind > 1) {
      edited.push_back(id);
    }
  }
  return edited;
}

// One object for all pairs: what it keeps from the pair before must not matter.
void ExpectTheTables(Lcs& lcs, const Ids& a, const Ids& b) {
  lcs.SetFirst(a);
  EXPECT_EQ(lcs.Length(b), FillTable(a, b)[a.size()][b.size()])
      << a.size() << " against " << b.size();
  std::vector<bool> marks(a.size(), false);
  lcs.Mark(b, marks);
  EXPECT_TRUE(marks == MarksFromTable(a, b)) << a.size() << " against " << b.size();
}

TEST(Lcs, AgreesWithThePlainTableOnRandomSequences) {
  PythonRandom random(1);
  Lcs lcs;
  for (const std::int64_t size : {0, 1, 2, 7, 63, 64, 65, 127, 128, 129, 200, 300}) {
    for (const std::int64_t alphabet : {1, 2, 5, 50, 1000}) {
      for (int round = 0; round < 6; ++round) {
        const Ids a = RandomIds(random, size, alphabet);
        const Ids b = RandomIds(random, random.Below(200), alphabet + 1);
        ExpectTheTables(lcs, a, b);
        ExpectTheTables(lcs, b, a);
      }
    }
  }
}

TEST(Lcs, AgreesWithThePlainTableOnSimilarSequences) {
  PythonRandom random(2);
  Lcs lcs;
  for (int round = 0; round < 300; ++round) {
    const std::int64_t alphabet = 1 + random.Below(60);
    const Ids a = RandomIds(random, random.Below(260), alphabet);
    ExpectTheTables(lcs, a, Edited(random, a, alphabet));
  }
}

// More than 64 columns take a second level of kept columns, more than 4096 a third.
TEST(Lcs, AgreesWithThePlainTableOnManyColumns) {
  PythonRandom random(3);
  Lcs lcs;
  for (const std::int64_t columns : {64, 65, 128, 4095, 4096, 4097, 4161, 5000}) {
    for (const std::int64_t alphabet : {2, 30}) {
      const Ids b = RandomIds(random, columns, alphabet);
      ExpectTheTables(lcs, RandomIds(random, 150, alphabet), b);
      Ids part(b.begin(), b.begin() + std::min<std::int64_t>(columns, 700));
      ExpectTheTables(lcs, Edited(random, part, alphabet), b);
    }
  }
}

TEST(Lcs, TakesTheSubsequenceThatTheTieRuleNames) {
  // c[2][1] = c[1][2] = 1 for "x y" against "y x": the tie goes to i-1, so x is taken.
  Lcs lcs;
  lcs.SetFirst(Ids{7, 9});
  std::vector<bool> marks(2, false);
  lcs.Mark(Ids{9, 7}, marks);
  EXPECT_EQ(marks, (std::vector<bool>{true, false}));
}

TEST(Lcs, KeepsMarksThatAreThere) {
  Lcs lcs;
  lcs.SetFirst(Ids{1, 2, 3});
  std::vector<bool> marks = {true, false, false};
  lcs.Mark(Ids{3}, marks);
  EXPECT_EQ(marks, (std::vector<bool>{true, false, true}));
}

TEST(Lcs, MatchesNoIdThatTheFirstSequenceLacks) {
  Lcs lcs;
  lcs.SetFirst(Ids{0, 1, 2});
  const Ids b = {std::numeric_limits<std::uint32_t>::max(), 2, 900};
  EXPECT_EQ(lcs.Length(b), 1);
  lcs.SetFirst(Ids{});
  EXPECT_EQ(lcs.Length(b), 0);
}

}  // namespace
}  // namespace meval::sequence
