#include "engine/kv_pages.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/check.h"

namespace meval {
namespace {

using Pages = std::vector<std::int32_t>;

Pages PagesOf(const KvSequence& sequence) {
  return {sequence.pages().begin(), sequence.pages().end()};
}

class KvPagesTest : public ::testing::Test {
 protected:
  KvSequence Filled(std::int64_t length) {
    KvSequence sequence(&pool_);
    sequence.Extend(length);
    return sequence;
  }

  std::vector<std::pair<std::int32_t, std::int32_t>> copies_;
  KvPagePool pool_{8,
                   [this](std::int32_t from, std::int32_t to) { copies_.emplace_back(from, to); }};
};

TEST(NumKvPages, RoundsUpToWholePages) {
  EXPECT_EQ(NumKvPages(0), 0);
  EXPECT_EQ(NumKvPages(1), 1);
  EXPECT_EQ(NumKvPages(64), 1);
  EXPECT_EQ(NumKvPages(65), 2);
}

TEST(NumWindowPages, IsTheMostPagesThatAWindowOfKeysTouches) {
  for (std::int64_t window = 1; window <= 300; ++window) {
    std::int64_t most = 0;
    for (std::int64_t last = window - 1; last < window + 64; ++last) {
      most = std::max(most, last / kKvPageTokens - (last - window + 1) / kKvPageTokens + 1);
    }
    EXPECT_EQ(NumWindowPages(window), most) << window << " keys";
  }
}

TEST_F(KvPagesTest, RefusesAPoolWithoutPages) {
  EXPECT_THROW(KvPagePool(0, {}), std::invalid_argument);
  EXPECT_THROW(KvPagePool(-1, {}), std::invalid_argument);
}

TEST_F(KvPagesTest, HandsOutTheLowestPagesFirstAndGivenBackOnesBeforeNewOnes) {
  KvSequence a = Filled(130);
  EXPECT_EQ(PagesOf(a), (Pages{0, 1, 2}));
  a.Truncate(60);
  const KvSequence b = Filled(200);
  EXPECT_EQ(std::set<std::int32_t>(b.pages().begin(), b.pages().end()),
            (std::set<std::int32_t>{1, 2, 3, 4}));
}

TEST_F(KvPagesTest, TakesPagesAsASequenceGrowsAndGivesThemBack) {
  {
    KvSequence sequence(&pool_);
    sequence.Extend(0);
    EXPECT_EQ(pool_.num_free_pages(), 8);
    sequence.Extend(1);
    EXPECT_EQ(pool_.num_free_pages(), 7);
    sequence.Extend(63);
    EXPECT_EQ(pool_.num_free_pages(), 7);
    sequence.Extend(1);
    EXPECT_EQ(pool_.num_free_pages(), 6);
    EXPECT_EQ(sequence.length(), 65);
    sequence.Truncate(64);
    EXPECT_EQ(pool_.num_free_pages(), 7);
    sequence.Truncate(1000);
    EXPECT_EQ(sequence.length(), 64);
  }
  EXPECT_EQ(pool_.num_free_pages(), 8);
}

TEST_F(KvPagesTest, SharesFullPagesWithAForkAndCopiesThePartlyFilledOne) {
  const KvSequence parent = Filled(130);
  const KvSequence aligned = parent.Fork(128);
  EXPECT_EQ(pool_.num_free_pages(), 5);
  EXPECT_EQ(PagesOf(aligned), (Pages{0, 1}));
  EXPECT_TRUE(copies_.empty());
  const KvSequence partly = parent.Fork(129);
  EXPECT_EQ(pool_.num_free_pages(), 4);
  EXPECT_EQ(PagesOf(partly), (Pages{0, 1, 3}));
  EXPECT_EQ(copies_, (std::vector<std::pair<std::int32_t, std::int32_t>>{{2, 3}}));
  const KvSequence empty = parent.Fork(0);
  EXPECT_EQ(empty.length(), 0);
  EXPECT_EQ(pool_.num_free_pages(), 4);
}

TEST_F(KvPagesTest, KeepsASharedPageUntilTheLastOfItsSequencesGoes) {
  KvSequence parent = Filled(64);
  KvSequence fork = parent.Fork(64);
  parent.Truncate(0);
  EXPECT_EQ(pool_.num_free_pages(), 7);
  fork.ReleasePage(0);
  EXPECT_EQ(pool_.num_free_pages(), 8);
}

TEST_F(KvPagesTest, CountsThePageThatASharedLastPageTakesToGrow) {
  KvSequence parent = Filled(64);
  const KvSequence fork = parent.Fork(64);
  parent.Truncate(10);
  EXPECT_EQ(parent.PagesToExtend(0), 0);
  EXPECT_EQ(parent.PagesToExtend(1), 1);
  EXPECT_EQ(parent.PagesToExtend(54), 1);
  EXPECT_EQ(parent.PagesToExtend(55), 2);
  EXPECT_EQ(parent.PositionsWithin(0), 0);
  EXPECT_EQ(parent.PositionsWithin(1), 54);
  parent.Extend(1);
  EXPECT_EQ(PagesOf(parent), Pages{1});
  EXPECT_EQ(copies_, (std::vector<std::pair<std::int32_t, std::int32_t>>{{0, 1}}));
  EXPECT_EQ(parent.PagesToExtend(53), 0);
}

TEST_F(KvPagesTest, GivesBackAPageBelowTheWindowAndRemembersThatItIsGone) {
  KvSequence sequence = Filled(200);
  sequence.ReleasePage(0);
  sequence.ReleasePage(1);
  sequence.ReleasePage(1);
  EXPECT_EQ(PagesOf(sequence), (Pages{-1, -1, 2, 3}));
  EXPECT_EQ(pool_.num_free_pages(), 6);
  EXPECT_FALSE(sequence.Holds(0, 200));
  EXPECT_FALSE(sequence.Holds(127, 200));
  EXPECT_FALSE(sequence.Holds(64, 65));
  EXPECT_TRUE(sequence.Holds(128, 200));
  EXPECT_TRUE(sequence.Holds(200, 200));
  EXPECT_TRUE(sequence.Holds(64, 64)) << "no position is asked for";
  sequence.Extend(60);
  EXPECT_EQ(sequence.length(), 260);
  sequence.Truncate(130);
  EXPECT_EQ(pool_.num_free_pages(), 7);
  sequence.Truncate(0);
  EXPECT_EQ(pool_.num_free_pages(), 8);
}

TEST_F(KvPagesTest, HoldsThePartlyFilledPageThatAWindowOfOneKeyGoesOnIn) {
  KvSequence sequence = Filled(70);
  sequence.ReleasePage(1);
  EXPECT_FALSE(sequence.Holds(70, 70)) << "the next position would be stored there";
}

TEST_F(KvPagesTest, ForksASequenceWhosePagesAreGone) {
  KvSequence parent = Filled(200);
  parent.ReleasePage(0);
  {
    const KvSequence fork = parent.Fork(190);
    EXPECT_EQ(PagesOf(fork), (Pages{-1, 1, fork.pages()[2]}));
    const KvSequence again = fork.Fork(128);
    EXPECT_EQ(PagesOf(again), (Pages{-1, 1}));
  }
  EXPECT_EQ(pool_.num_free_pages(), 5);
  EXPECT_THROW(parent.Fork(30), std::logic_error) << "position 30 is in the page that is gone";
  EXPECT_EQ(pool_.num_free_pages(), 5);
}

TEST_F(KvPagesTest, DoesNotGoOnInAPageThatIsGone) {
  KvSequence sequence = Filled(70);
  sequence.ReleasePage(1);
  EXPECT_THROW(sequence.Extend(1), std::logic_error);
  EXPECT_THROW(sequence.PagesToExtend(1), std::logic_error);
  EXPECT_THROW(sequence.PositionsWithin(1), std::logic_error);
  EXPECT_EQ(sequence.length(), 70);
  sequence.Truncate(64);
  sequence.Extend(1);
  EXPECT_EQ(sequence.length(), 65);
}

TEST_F(KvPagesTest, RefusesToReleaseAPageThereIsNot) {
  KvSequence sequence = Filled(64);
  EXPECT_THROW(sequence.ReleasePage(-1), std::invalid_argument);
  EXPECT_THROW(sequence.ReleasePage(1), std::invalid_argument);
}

TEST_F(KvPagesTest, RefusesToForkBeyondTheLengthAndToExtendBackwards) {
  KvSequence sequence = Filled(3);
  EXPECT_THROW(sequence.Fork(4), std::invalid_argument);
  EXPECT_THROW(sequence.Fork(-1), std::invalid_argument);
  EXPECT_THROW(sequence.Extend(-1), std::invalid_argument);
}

TEST_F(KvPagesTest, SaysHowMuchIsMissingWhenThePoolIsEmptyAndStaysAsItWas) {
  KvSequence sequence = Filled(500);
  try {
    sequence.Extend(100);
    FAIL() << "expected DeviceError";
  } catch (const DeviceError& error) {
    EXPECT_STREQ(error.what(),
                 "the KV cache is full: 2 more pages of 64 positions are needed, 0 of 8 are free");
  }
  EXPECT_EQ(sequence.length(), 500);
  EXPECT_THROW(sequence.Fork(100), DeviceError);
  EXPECT_EQ(pool_.num_free_pages(), 0);
  sequence.Truncate(0);
  EXPECT_EQ(pool_.num_free_pages(), 8);
}

TEST_F(KvPagesTest, LeavesNothingBehindWhenMovedFrom) {
  KvSequence a = Filled(70);
  KvSequence b(std::move(a));
  EXPECT_EQ(b.length(), 70);
  KvSequence c = Filled(1);
  c = std::move(b);
  EXPECT_EQ(c.length(), 70);
  EXPECT_EQ(pool_.num_free_pages(), 6);
}

TEST_F(KvPagesTest, RemembersTheMostPagesHeldAtOnce) {
  EXPECT_EQ(pool_.peak_pages(), 0);
  {
    const KvSequence a = Filled(130);
    const KvSequence b = a.Fork(100);
  }
  EXPECT_EQ(pool_.peak_pages(), 4);
  const KvSequence c = Filled(65);
  EXPECT_EQ(pool_.peak_pages(), 4);
  pool_.ForgetPeak();
  EXPECT_EQ(pool_.peak_pages(), 2);
}

// A sequence's books against a plain account of what it holds, whatever is done to it; and
// PositionsWithin against its definition.
TEST_F(KvPagesTest, AgreesWithAPlainAccount) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto below = [&](std::int64_t n) {
      return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
    };
    std::vector<KvSequence> sequences;
    sequences.emplace_back(&pool_);
    pool_.ForgetPeak();
    std::int64_t most = 0;
    for (int operation = 0; operation < 100; ++operation) {
      const auto which =
          static_cast<std::size_t>(below(static_cast<std::int64_t>(sequences.size())));
      KvSequence& sequence = sequences[which];
      const std::int64_t length = sequence.length();
      switch (below(5)) {
        case 0: {
          const std::int64_t fits = sequence.PositionsWithin(pool_.num_free_pages());
          EXPECT_LE(sequence.PagesToExtend(fits), pool_.num_free_pages());
          EXPECT_GT(sequence.PagesToExtend(fits + 1), pool_.num_free_pages());
          sequence.Extend(std::min(fits, below(100)));
          break;
        }
        case 1:
          // Never to the middle of a page that is gone.
          if (const std::int64_t to = below(length + 1); sequence.Holds(to, to)) {
            sequence.Truncate(to);
          }
          break;
        case 2:
          // The page that the next position goes to stays.
          if (length >= kKvPageTokens) sequence.ReleasePage(below(length / kKvPageTokens));
          break;
        case 3:
          if (const std::int64_t at = below(length + 1);
              sequence.Holds(at, at) && pool_.num_free_pages() > 0) {
            sequences.push_back(sequence.Fork(at));
          }
          break;
        default:
          if (sequences.size() > 1) {
            sequences.erase(sequences.begin() + static_cast<std::ptrdiff_t>(which));
          }
      }
      std::set<std::int32_t> held;
      for (const KvSequence& each : sequences) {
        ASSERT_EQ(static_cast<std::int64_t>(each.pages().size()), NumKvPages(each.length()));
        held.insert(each.pages().begin(), each.pages().end());
      }
      held.erase(-1);
      ASSERT_EQ(pool_.num_pages() - pool_.num_free_pages(), static_cast<std::int64_t>(held.size()));
      most = std::max(most, static_cast<std::int64_t>(held.size()));
      ASSERT_EQ(pool_.peak_pages(), most);
    }
  }
  EXPECT_EQ(pool_.num_free_pages(), pool_.num_pages());
}

}  // namespace
}  // namespace meval
