#include "engine/step.h"

#include <cstdint>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace meval {
namespace {

using Tokens = std::vector<TokenId>;
using Pages = std::vector<std::int32_t>;

class StepTest : public ::testing::Test {
 protected:
  KvSequence Filled(std::int64_t length) {
    KvSequence sequence(&pool_);
    sequence.Extend(length);
    return sequence;
  }
  Pages Table(const StepSegment& segment) const {
    const auto begin = step_.pages.begin() + static_cast<std::ptrdiff_t>(segment.page_begin);
    return Pages(begin, begin + static_cast<std::ptrdiff_t>(segment.num_pages));
  }

  KvPagePool pool_{16, [](std::int32_t, std::int32_t) {}};
  Step step_;
};

TEST_F(StepTest, PacksRowsOfSequencesWithoutPadding) {
  const KvSequence a = Filled(130);
  const KvSequence b = Filled(3);
  step_.Append(Tokens{7, 8}, 128, a);
  step_.Append(Tokens{4, 5, 6}, 0, b);
  EXPECT_EQ(step_.num_rows(), 5);
  EXPECT_EQ(step_.tokens, (Tokens{7, 8, 4, 5, 6}));
  EXPECT_EQ(step_.positions, (std::vector<std::int32_t>{128, 129, 0, 1, 2}));
  ASSERT_EQ(step_.segments.size(), 2U);
  EXPECT_EQ(step_.segments[0].row_begin, 0);
  EXPECT_EQ(step_.segments[0].num_rows, 2);
  EXPECT_EQ(step_.segments[0].position_begin, 128);
  EXPECT_EQ(Table(step_.segments[0]), (Pages{0, 1, 2}));
  EXPECT_EQ(step_.segments[1].row_begin, 2);
  EXPECT_EQ(Table(step_.segments[1]), Pages{3});
}

TEST_F(StepTest, NamesOnlyThePagesItsRowsReach) {
  const KvSequence sequence = Filled(300);
  step_.Append(Tokens{7}, 63, sequence);
  EXPECT_EQ(Table(step_.segments[0]), Pages{0});
  step_.Append(Tokens{7}, 64, sequence);
  EXPECT_EQ(Table(step_.segments[1]), (Pages{0, 1}));
}

TEST_F(StepTest, KeepsTheTableOfASequenceThatGrowsAfterwards) {
  KvSequence sequence = Filled(64);
  step_.Append(Tokens(64, 7), 0, sequence);
  sequence.Truncate(0);
  const KvSequence other = Filled(200);
  EXPECT_EQ(Table(step_.segments[0]), Pages{0});
}

TEST_F(StepTest, MakesRowsThatContinueTheLatestSegmentPartOfIt) {
  KvSequence sequence = Filled(60);
  step_.Append(Tokens(60, 7), 0, sequence);
  sequence.Extend(10);
  step_.Append(Tokens(10, 8), 60, sequence, true);
  ASSERT_EQ(step_.segments.size(), 1U);
  EXPECT_EQ(step_.segments[0].num_rows, 70);
  EXPECT_EQ(step_.segments[0].position_begin, 0);
  EXPECT_EQ(Table(step_.segments[0]), (Pages{0, 1}));
  EXPECT_EQ(step_.num_rows(), 70);
}

TEST_F(StepTest, InsistsThatContinuingRowsFollowTheLatest) {
  const KvSequence sequence = Filled(100);
  step_.Append(Tokens{7, 8}, 10, sequence);
  EXPECT_THROW(step_.Append(Tokens{9}, 13, sequence, true), std::logic_error);
  EXPECT_THROW(step_.Append(Tokens{9}, 11, sequence, true), std::logic_error);
}

TEST_F(StepTest, RefusesRowsTheSequenceHasNoPagesFor) {
  const KvSequence sequence = Filled(10);
  EXPECT_THROW(step_.Append(Tokens{}, 0, sequence), std::invalid_argument);
  EXPECT_THROW(step_.Append(Tokens{7}, -1, sequence), std::invalid_argument);
  EXPECT_THROW(step_.Append(Tokens{7, 8}, 9, sequence), std::invalid_argument);
  EXPECT_EQ(step_.num_rows(), 0);
  EXPECT_TRUE(step_.segments.empty());
}

TEST_F(StepTest, StoresRowsASecondTimeWithoutRepeatingThem) {
  const KvSequence a = Filled(70);
  const KvSequence fork = a.Fork(70);
  step_.Append(Tokens(70, 7), 0, a);
  step_.CopyRows(64, 6, 64, fork);
  EXPECT_EQ(step_.num_rows(), 70);
  ASSERT_EQ(step_.copies.size(), 1U);
  EXPECT_EQ(step_.copies[0].row_begin, 64);
  EXPECT_EQ(step_.copies[0].num_rows, 6);
  EXPECT_EQ(step_.copies[0].position_begin, 64);
  EXPECT_EQ(Table(step_.copies[0]), (Pages{0, 2}));
}

TEST_F(StepTest, BecomesABatchOfTheSameRows) {
  const KvSequence a = Filled(70);
  const KvSequence fork = a.Fork(70);
  step_.Append(Tokens(70, 7), 0, a);
  step_.CopyRows(64, 6, 64, fork);
  TokenBatch batch;
  batch.logit_rows = {5};
  batch.tokens = {9};
  ToBatch(step_, batch);
  EXPECT_EQ(batch.tokens, step_.tokens);
  EXPECT_EQ(batch.positions, step_.positions);
  EXPECT_TRUE(batch.logit_rows.empty());
  ASSERT_EQ(batch.segments.size(), 1U);
  EXPECT_EQ(batch.segments[0].num_rows, 70);
  EXPECT_EQ(Pages(batch.segments[0].page_table.begin(), batch.segments[0].page_table.end()),
            (Pages{0, 1}));
  ASSERT_EQ(batch.copies.size(), 1U);
  EXPECT_EQ(batch.copies[0].row_begin, 64);
  EXPECT_EQ(batch.copies[0].position_begin, 64);
  EXPECT_EQ(batch.copies[0].page_table[1], 2);
}

TEST_F(StepTest, IsEmptyWhenCleared) {
  const KvSequence sequence = Filled(2);
  step_.Append(Tokens{7, 8}, 0, sequence);
  step_.CopyRows(0, 1, 0, sequence);
  step_.page_copies.push_back({0, 1});
  step_.Clear();
  EXPECT_EQ(step_.num_rows(), 0);
  EXPECT_TRUE(step_.positions.empty());
  EXPECT_TRUE(step_.segments.empty());
  EXPECT_TRUE(step_.copies.empty());
  EXPECT_TRUE(step_.pages.empty());
  EXPECT_TRUE(step_.page_copies.empty());
}

}  // namespace
}  // namespace meval
