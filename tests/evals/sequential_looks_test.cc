#include "evals/sequential_looks.h"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meval {
namespace {

EvalPlan PlanOf(std::size_t num_records) {
  EvalPlan plan;
  for (std::size_t i = 0; i < num_records; ++i) {
    plan.selected.push_back(3 * i);
    plan.prompt_digests.push_back("prompt" + std::to_string(3 * i));
  }
  return plan;
}

TEST(SequentialLooks, GrowToTheWholeSet) {
  const SequentialLooks looks(0.05, 1);
  const EvalPlan plan = PlanOf(200);
  std::set<std::size_t> before;
  const std::size_t sizes[] = {20, 50, 100, 200};
  for (std::size_t look = 0; look < 4; ++look) {
    const EvalPlan part = looks.PlanUpTo(plan, look);
    EXPECT_EQ(part.selected.size(), sizes[look]);
    EXPECT_TRUE(std::is_sorted(part.selected.begin(), part.selected.end()));
    const std::set<std::size_t> now(part.selected.begin(), part.selected.end());
    EXPECT_TRUE(std::includes(now.begin(), now.end(), before.begin(), before.end()));
    for (std::size_t i = 0; i < part.selected.size(); ++i) {
      EXPECT_EQ(part.prompt_digests[i], "prompt" + std::to_string(part.selected[i]));
    }
    before = now;
  }
  EXPECT_EQ(looks.PlanUpTo(plan, 3).selected, plan.selected);
}

TEST(SequentialLooks, FollowFromTheSeedAlone) {
  const SequentialLooks looks(0.05, 1);
  EvalPlan plan = PlanOf(200);
  const std::vector<std::size_t> once = looks.PlanUpTo(plan, 0).selected;
  EXPECT_EQ(SequentialLooks(0.01, 3).PlanUpTo(plan, 0).selected, once);
  plan.seed = 99;
  EXPECT_NE(looks.PlanUpTo(plan, 0).selected, once);
}

TEST(SequentialLooks, OfATinySetHoldARecordAtLeast) {
  EXPECT_EQ(SequentialLooks(0.05, 1).PlanUpTo(PlanOf(3), 0).selected.size(), 1U);
  EXPECT_TRUE(SequentialLooks(0.05, 1).PlanUpTo(PlanOf(0), 0).selected.empty());
}

PairComparison PairWith(double p_value) {
  PairComparison pair;
  pair.p_value = pair.adjusted_p = p_value;
  pair.difference = -0.1;
  pair.num_scores_changed = 9;
  pair.num_answers_changed = 9;
  return pair;
}

TEST(SequentialLooks, DecideLaterWhatIsLessSure) {
  const SequentialLooks looks(0.05, 1);
  EXPECT_FALSE(looks.IsDecided(PairWith(0.001), 0));
  EXPECT_FALSE(looks.IsDecided(PairWith(0.001), 1));
  EXPECT_TRUE(looks.IsDecided(PairWith(0.001), 2));
  EXPECT_TRUE(looks.IsDecided(PairWith(1e-12), 0));
  // The more tasks there are, the surer each must be.
  EXPECT_FALSE(SequentialLooks(0.05, 20).IsDecided(PairWith(0.001), 2));
}

TEST(SequentialLooks, StopAtOnceForEqualBits) {
  PairComparison pair = PairWith(1);
  pair.num_scores_changed = 0;
  pair.num_answers_changed = 0;
  EXPECT_TRUE(SequentialLooks(0.05, 1).IsDecided(pair, 0));
  pair.num_answers_changed.reset();  // not known is not equal
  EXPECT_FALSE(SequentialLooks(0.05, 1).IsDecided(pair, 0));
}

TEST(SequentialLooks, AdjustPValuesSoThatTheyRejectWhereTheLookDoes) {
  const SequentialLooks looks(0.05, 1);
  TaskComparison task;
  task.pairs = {PairWith(0.001)};
  TaskComparison early = task;
  looks.Adjust(1, early);
  EXPECT_GT(early.pairs[0].adjusted_p, 0.05);
  EXPECT_EQ(early.pairs[0].verdict, Verdict::kInconclusive);
  TaskComparison half = task;
  looks.Adjust(2, half);
  EXPECT_LE(half.pairs[0].adjusted_p, 0.05);
  EXPECT_EQ(half.pairs[0].verdict, Verdict::kRegressed);
  EXPECT_THAT(half.notes, ::testing::ElementsAre(::testing::HasSubstr("looks, 3 of 4 made")));
}

}  // namespace
}  // namespace meval
