#include "engine/tree_walk.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/plan_checker.h"
#include "tests/support/tiny_mistral.h"

namespace meval {
namespace {

using testing::PaperCache;
using testing::PrefixNumbers;
using testing::RandomTokens;

using Tokens = std::vector<TokenId>;

// A sequence that begins with `shared` tokens of another and goes on differently.
Tokens Branch(const Tokens& stem, std::int64_t shared, const Tokens& rest) {
  Tokens tokens(stem.begin(), stem.begin() + shared);
  tokens.insert(tokens.end(), rest.begin(), rest.end());
  return tokens;
}

class TreeWalkTest : public ::testing::Test {
 protected:
  // A walk over sequences in a pool of 6 pages.
  void Plant(std::vector<Tokens> sequences, std::int64_t window = 0) {
    sequences_ = std::move(sequences);
    std::vector<TokenPath> paths;
    for (const Tokens& tokens : sequences_) paths.emplace_back(tokens);
    tree_ = PrefixTree(paths, {}, true);
    walk_ = std::make_unique<TreeWalk>(tree_, pool_, window);
  }
  bool Enter(std::int64_t reserved = 0) { return walk_->Enter(reserved, step_); }
  TreeWalk::Run Feed(std::int64_t max_rows, std::int64_t reserved = 0) {
    return walk_->Feed(max_rows, reserved, step_);
  }
  // Enters and feeds as many nodes as it takes to feed `count` rows in one step.
  void FeedWholeNodes(std::int64_t count) {
    while (count > 0) {
      ASSERT_TRUE(Enter());
      count -= Feed(count).num_rows;
      ASSERT_TRUE(walk_->node_is_fed());
    }
  }
  void EndStep() {
    walk_->EndStep();
    step_.Clear();
  }

  std::vector<Tokens> sequences_;
  PrefixTree tree_;
  KvPagePool pool_{6, [this](std::int32_t from, std::int32_t to) {
                     step_.page_copies.push_back({from, to});
                   }};
  std::unique_ptr<TreeWalk> walk_;
  Step step_;
};

TEST_F(TreeWalkTest, IsAtItsEndInAnEmptyTree) {
  Plant({});
  EXPECT_TRUE(walk_->is_at_end());
  EXPECT_TRUE(walk_->node_is_fed());
  EXPECT_EQ(walk_->node(), kNoNode);
}

TEST_F(TreeWalkTest, CutsALongNodeIntoChunks) {
  const Tokens tokens = RandomTokens(1, 100);
  Plant({tokens});
  ASSERT_TRUE(Enter());
  EXPECT_FALSE(walk_->node_is_fed());
  EXPECT_EQ(Feed(70).num_rows, 70);
  EXPECT_EQ(pool_.num_free_pages(), 4);
  EXPECT_FALSE(walk_->node_is_fed());
  EXPECT_EQ(Feed(0).num_rows, 0);
  EndStep();
  const TreeWalk::Run run = Feed(70);
  EXPECT_EQ(run.node, 0);
  EXPECT_EQ(run.row_begin, 0);
  EXPECT_EQ(run.position_begin, 70);
  EXPECT_EQ(run.num_rows, 30);
  EXPECT_TRUE(walk_->node_is_fed());
  EXPECT_TRUE(walk_->is_at_end());
  EXPECT_EQ(step_.tokens, Tokens(tokens.begin() + 70, tokens.end()));
  EXPECT_EQ(step_.positions.front(), 70);
}

TEST_F(TreeWalkTest, MakesANodeAndItsChildOneSegmentOfAStep) {
  const Tokens stem = RandomTokens(1, 40);
  Plant({Branch(stem, 40, {7, 7, 7}), Branch(stem, 40, {8})});
  FeedWholeNodes(43);
  ASSERT_EQ(step_.segments.size(), 1U);
  EXPECT_EQ(step_.segments[0].num_rows, 43);
  EXPECT_EQ(walk_->current(), 0U);
}

TEST_F(TreeWalkTest, GoesOnInThePageOfAStepThatIsOver) {
  const Tokens first = RandomTokens(1, 100);
  Plant({first, Branch(first, 90, {7})});
  FeedWholeNodes(100);
  EndStep();
  ASSERT_TRUE(Enter());
  EXPECT_EQ(pool_.num_free_pages(), 4);
  EXPECT_EQ(walk_->current(), 0U);
  EXPECT_TRUE(step_.copies.empty());
  EXPECT_TRUE(step_.page_copies.empty());
  EXPECT_EQ(Feed(100).num_rows, 1);
  EXPECT_EQ(step_.positions, std::vector<std::int32_t>{90});
}

TEST_F(TreeWalkTest, StoresRowsOfTheStepAgainForABranchThatBeginsWithThem) {
  const Tokens first = RandomTokens(1, 100);
  Plant({first, Branch(first, 90, {7})});
  FeedWholeNodes(100);
  ASSERT_TRUE(Enter());
  EXPECT_EQ(walk_->current(), 1U);
  // The first page is shared; positions 64 to 89 of the second are stored twice.
  EXPECT_EQ(walk_->sequence(1).pages()[0], walk_->sequence(0).pages()[0]);
  EXPECT_NE(walk_->sequence(1).pages()[1], walk_->sequence(0).pages()[1]);
  ASSERT_EQ(step_.copies.size(), 1U);
  EXPECT_EQ(step_.copies[0].row_begin, 64);
  EXPECT_EQ(step_.copies[0].position_begin, 64);
  EXPECT_EQ(step_.copies[0].num_rows, 26);
  EXPECT_EQ(step_.copies[0].num_pages, 2);
}

TEST_F(TreeWalkTest, StoresOnlyThisStepsRowsAgain) {
  const Tokens first = RandomTokens(1, 80);
  Plant({first, Branch(first, 78, {7})});
  ASSERT_TRUE(Enter());
  Feed(70);
  EndStep();
  Feed(70);
  ASSERT_TRUE(Enter());
  Feed(2);
  ASSERT_TRUE(Enter());
  ASSERT_EQ(step_.page_copies.size(), 1U) << "brings what the step before stored";
  ASSERT_EQ(step_.copies.size(), 1U);
  EXPECT_EQ(step_.copies[0].row_begin, 0);
  EXPECT_EQ(step_.copies[0].position_begin, 70);
  EXPECT_EQ(step_.copies[0].num_rows, 8);
}

TEST_F(TreeWalkTest, StoresRowsAgainThatStandApartInTheStep) {
  // Two branches within one page, the second of which branches once more: what the last begins with
  // stands before and after the rows of the first branch.
  const Tokens stem = RandomTokens(1, 20);
  const Tokens second = Branch(stem, 20, {8, 8, 8, 8});
  Plant({Branch(stem, 20, Tokens(10, 7)), second, Branch(second, 22, {9})});
  FeedWholeNodes(20 + 10 + 4);
  ASSERT_TRUE(Enter());
  ASSERT_EQ(step_.copies.size(), 3U);
  EXPECT_EQ(step_.copies[1].row_begin, 0);
  EXPECT_EQ(step_.copies[1].num_rows, 20);
  EXPECT_EQ(step_.copies[2].row_begin, 30);
  EXPECT_EQ(step_.copies[2].position_begin, 20);
  EXPECT_EQ(step_.copies[2].num_rows, 2);
}

TEST_F(TreeWalkTest, TakesNoMorePagesThanAreFreeBeyondTheReserve) {
  Plant({RandomTokens(1, 200)});
  ASSERT_TRUE(Enter());
  EXPECT_EQ(Feed(200, 4).num_rows, 128);
  EXPECT_EQ(pool_.num_free_pages(), 4);
  EXPECT_EQ(Feed(200, 4).num_rows, 0);
  EXPECT_EQ(Feed(200, 7).num_rows, 0) << "more is reserved than there is";
  EXPECT_EQ(Feed(200, 0).num_rows, 72);
  EXPECT_EQ(pool_.num_free_pages(), 2);
}

TEST_F(TreeWalkTest, WaitsWithABranchUntilThereIsAPageForItsCopy) {
  const Tokens first = RandomTokens(1, 100);
  Plant({first, Branch(first, 90, {7})});
  FeedWholeNodes(100);
  EXPECT_FALSE(Enter(4)) << "all free pages are reserved";
  EXPECT_EQ(walk_->current(), 0U);
  EXPECT_TRUE(step_.copies.empty());
  EXPECT_FALSE(walk_->is_at_end());
  EndStep();
  EXPECT_TRUE(Enter(4)) << "the page is taken over once the step is done";
}

TEST_F(TreeWalkTest, NeedsNoCopyWhereABranchLeavesAtTheEndOfAPage) {
  const Tokens first = RandomTokens(1, 100);
  Plant({first, Branch(first, 64, {7})});
  FeedWholeNodes(100);
  EXPECT_TRUE(Enter(4));
  EXPECT_EQ(pool_.num_free_pages(), 4);
  EXPECT_TRUE(step_.copies.empty());
}

TEST_F(TreeWalkTest, KeepsTheCurrentPathOnlyWhenAStepEnds) {
  Plant({RandomTokens(1, 64), RandomTokens(2, 64)});
  FeedWholeNodes(128);
  EXPECT_EQ(pool_.num_free_pages(), 4);
  EXPECT_EQ(walk_->current(), 1U);
  EndStep();
  EXPECT_EQ(walk_->current(), 0U);
  EXPECT_EQ(pool_.num_free_pages(), 5);
}

TEST_F(TreeWalkTest, LeavesAlonePagesThatAnotherSequenceHasForked) {
  // As a sample that goes on from a prompt: the walk turns back into a page the sample still holds.
  const Tokens first = RandomTokens(1, 64);
  Plant({first, Branch(first, 30, {7, 7})});
  FeedWholeNodes(64);
  const KvSequence sample = walk_->sequence(walk_->current()).Fork(64);
  EndStep();
  ASSERT_TRUE(Enter());
  EXPECT_EQ(Feed(9, 5).num_rows, 0) << "going on takes a page of its own";
  EXPECT_EQ(Feed(9).num_rows, 2);
  EXPECT_NE(walk_->sequence(0).pages()[0], sample.pages()[0]);
  ASSERT_EQ(step_.page_copies.size(), 1U);
  EXPECT_EQ(step_.page_copies[0].from, sample.pages()[0]);
}

TEST_F(TreeWalkTest, InsistsThatANodeIsFedBeforeTheNextIsEntered) {
  Plant({RandomTokens(1, 10), RandomTokens(2, 10)});
  EXPECT_THROW(Feed(1), std::logic_error) << "no node is entered";
  ASSERT_TRUE(Enter());
  Feed(9);
  EXPECT_THROW(Enter(), std::logic_error);
  Feed(1);
  FeedWholeNodes(10);
  EXPECT_THROW(Enter(), std::logic_error) << "there is no node left";
}

TEST_F(TreeWalkTest, GivesPagesBackThatNobodyWillSeeThroughTheWindow) {
  Plant({RandomTokens(1, 250)}, 65);
  ASSERT_TRUE(Enter());
  Feed(127);
  EndStep();
  EXPECT_EQ(pool_.num_free_pages(), 4) << "position 127 sees position 63";
  Feed(1);
  EndStep();
  EXPECT_EQ(pool_.num_free_pages(), 5) << "position 128 sees 64 and no less";
  Feed(122);
  EXPECT_TRUE(walk_->node_is_fed());
}

TEST_F(TreeWalkTest, KeepsPagesBelowTheWindowForABranchThatSeesThem) {
  const Tokens first = RandomTokens(1, 300);
  Plant({first, Branch(first, 60, {7})}, 8);
  ASSERT_TRUE(Enter());
  Feed(60);
  ASSERT_TRUE(Enter());
  EndStep();
  for (int step = 0; step < 4; ++step) {
    Feed(60);
    EndStep();
  }
  EXPECT_TRUE(walk_->node_is_fed());
  EXPECT_EQ(pool_.num_free_pages(), 4) << "page 0 for the branch, page 4 for the path";
  ASSERT_TRUE(Enter());
  EXPECT_EQ(Feed(9).position_begin, 60);
  EXPECT_EQ(walk_->num_refed(), 0);
}

TEST_F(TreeWalkTest, FeedsABranchFromTheStartOnceItsPagesAreGivenUp) {
  const Tokens first = RandomTokens(1, 300);
  Plant({first, Branch(first, 60, {7})}, 8);
  ASSERT_TRUE(Enter());
  Feed(60);
  ASSERT_TRUE(Enter());
  for (int step = 0; step < 4; ++step) {
    Feed(60);
    EndStep();
  }
  EXPECT_TRUE(walk_->GiveUpBranches());
  EXPECT_FALSE(walk_->GiveUpBranches()) << "nothing is left to give";
  EXPECT_EQ(pool_.num_free_pages(), 5);
  ASSERT_TRUE(Enter());
  const TreeWalk::Run run = Feed(100);
  EXPECT_EQ(run.node, 2);
  EXPECT_EQ(run.position_begin, 0);
  EXPECT_EQ(run.num_rows, 61);
  EXPECT_EQ(step_.tokens, sequences_[1]);
  EXPECT_EQ(walk_->num_refed(), 60);
}

TEST_F(TreeWalkTest, HasNothingToGiveUpWithoutAWindow) {
  const Tokens first = RandomTokens(1, 300);
  Plant({first, Branch(first, 60, {7})});
  FeedWholeNodes(300);
  EndStep();
  EXPECT_FALSE(walk_->GiveUpBranches());
}

// Walks with steps of any size and any reserve, while other sequences fork from the path and go,
// carried out on paper: every row sees its own prefix.
TEST(TreeWalk, LetsEveryRowSeeItsOwnPrefixAmongForks) {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto below = [&](std::int64_t n) {
      return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
    };
    std::vector<Tokens> sequences = {RandomTokens(random(), 100 + below(150))};
    for (std::int64_t i = 2 + below(6); i > 0; --i) {
      const Tokens& other =
          sequences[static_cast<std::size_t>(below(static_cast<std::int64_t>(sequences.size())))];
      const auto size = static_cast<std::int64_t>(other.size());
      sequences.push_back(Branch(other, below(size), RandomTokens(random(), 1 + below(150))));
    }
    std::vector<TokenPath> paths;
    for (const Tokens& tokens : sequences) paths.emplace_back(tokens);
    const PrefixTree tree(paths, {}, true);
    const std::int64_t window = std::vector<std::int64_t>{0, 1, 8, 64, 65}[seed % 5];
    PaperCache paper(24, window);
    KvPagePool pool(24, [&](std::int32_t from, std::int32_t to) { paper.CopyPage(from, to); });
    TreeWalk walk(tree, pool, window);
    PrefixNumbers numbers;
    std::deque<KvSequence> forks;
    std::int64_t num_rows = 0;
    while (!walk.is_at_end() || !walk.node_is_fed()) {
      Step step;
      std::deque<std::vector<std::int64_t>> of_runs;
      std::vector<PaperCache::Prefixes> prefixes;
      const std::int64_t reserved = below(3);
      std::int64_t room = 1 + below(120);
      while (room > 0) {
        if (walk.node_is_fed() && (walk.is_at_end() || !walk.Enter(reserved, step))) break;
        const TreeWalk::Run run = walk.Feed(room, reserved, step);
        if (run.num_rows == 0) break;
        room -= run.num_rows;
        num_rows += run.num_rows;
        of_runs.push_back(numbers.Of(sequences[tree.node(run.node).sequence]));
        prefixes.insert(prefixes.end(), static_cast<std::size_t>(run.num_rows), of_runs.back());
      }
      if (step.num_rows() == 0) {
        // Forks and branches are in the way.
        if (!forks.empty()) {
          forks.pop_front();
        } else {
          ASSERT_TRUE(walk.GiveUpBranches());
        }
        continue;
      }
      ASSERT_EQ(paper.Run(step, prefixes), "");
      const KvSequence& path = walk.sequence(walk.current());
      if (below(3) == 0 && pool.num_free_pages() > 1) forks.push_back(path.Fork(path.length()));
      if (below(4) == 0 && !forks.empty()) forks.pop_front();
      walk.EndStep();
    }
    EXPECT_EQ(num_rows, tree.num_tokens() + walk.num_refed());
  }
}

}  // namespace
}  // namespace meval
