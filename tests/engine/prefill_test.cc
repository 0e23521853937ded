#include "engine/prefill.h"

#include <cstdint>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/tiny_mistral.h"

namespace meval {
namespace {

using testing::RandomTokens;
using testing::TinyConfig;

using Tokens = std::vector<TokenId>;

class PrefillTest : public ::testing::Test {
 protected:
  bool Begin(const Tokens& tokens, std::int64_t shared, std::int64_t reserved = 0) {
    return prefill_.Begin(TokenPath(tokens), shared, reserved, batch_);
  }
  void EndStep() {
    prefill_.EndStep();
    batch_.Clear();
  }

  KvCache cache_{TinyConfig(), DType::kF32, 6};
  Prefill prefill_{cache_};
  TokenBatch batch_;
};

TEST_F(PrefillTest, CutsALongSequenceIntoChunks) {
  const Tokens tokens = RandomTokens(1, 100);
  ASSERT_TRUE(Begin(tokens, 0));
  EXPECT_EQ(cache_.num_free_pages(), 4) << "all its pages are taken at once";
  EXPECT_EQ(prefill_.Feed(70, batch_).num_rows, 70);
  EXPECT_FALSE(prefill_.finished());
  EXPECT_EQ(prefill_.Feed(0, batch_).num_rows, 0);
  EndStep();
  const Prefill::Run run = prefill_.Feed(70, batch_);
  EXPECT_EQ(run.row_begin, 0);
  EXPECT_EQ(run.position_begin, 70);
  EXPECT_EQ(run.num_rows, 30);
  EXPECT_TRUE(prefill_.finished());
  EXPECT_EQ(batch_.tokens, Tokens(tokens.begin() + 70, tokens.end()));
  EXPECT_EQ(batch_.positions.front(), 70);
}

TEST_F(PrefillTest, TakesOverTheSequenceBeforeWhenAStepBegins) {
  const Tokens first = RandomTokens(1, 100);
  Tokens second(first.begin(), first.begin() + 90);
  second.push_back(7);
  ASSERT_TRUE(Begin(first, 0));
  prefill_.Feed(100, batch_);
  EndStep();
  ASSERT_TRUE(Begin(second, 90));
  EXPECT_EQ(cache_.num_free_pages(), 4);
  EXPECT_EQ(prefill_.current(), 0U);
  EXPECT_TRUE(batch_.copies.empty());
  EXPECT_EQ(prefill_.Feed(100, batch_).num_rows, 1);
}

TEST_F(PrefillTest, StoresRowsOfTheStepAgainForASequenceThatBeginsWithThem) {
  const Tokens first = RandomTokens(1, 100);
  Tokens second(first.begin(), first.begin() + 90);
  second.push_back(7);
  ASSERT_TRUE(Begin(first, 0));
  prefill_.Feed(100, batch_);
  ASSERT_TRUE(Begin(second, 90));
  EXPECT_EQ(prefill_.current(), 1U);
  // The first page is shared; positions 64 to 89 of the second are stored twice.
  EXPECT_EQ(prefill_.sequence(1).pages()[0], prefill_.sequence(0).pages()[0]);
  EXPECT_NE(prefill_.sequence(1).pages()[1], prefill_.sequence(0).pages()[1]);
  ASSERT_EQ(batch_.copies.size(), 1U);
  EXPECT_EQ(batch_.copies[0].row_begin, 64);
  EXPECT_EQ(batch_.copies[0].position_begin, 64);
  EXPECT_EQ(batch_.copies[0].num_rows, 26);
  EXPECT_EQ(batch_.copies[0].page_table.size(), 2U);
}

TEST_F(PrefillTest, StoresOnlyThisStepsRowsAgain) {
  const Tokens first = RandomTokens(1, 80);
  Tokens second(first.begin(), first.begin() + 78);
  second.push_back(7);
  ASSERT_TRUE(Begin(first, 0));
  prefill_.Feed(70, batch_);
  EndStep();
  prefill_.Feed(70, batch_);
  ASSERT_TRUE(Begin(second, 78));
  ASSERT_EQ(batch_.copies.size(), 1U);
  EXPECT_EQ(batch_.copies[0].row_begin, 0);
  EXPECT_EQ(batch_.copies[0].position_begin, 70);
  EXPECT_EQ(batch_.copies[0].num_rows, 8);
}

TEST_F(PrefillTest, WaitsForPagesThatAreInUseOrReserved) {
  const Tokens first = RandomTokens(1, 200);
  const Tokens second = RandomTokens(2, 150);
  ASSERT_TRUE(Begin(first, 0));
  prefill_.Feed(200, batch_);
  EXPECT_FALSE(Begin(second, 0)) << "4 of 6 pages are in use, 3 are needed";
  EXPECT_EQ(cache_.num_free_pages(), 2);
  EndStep();
  EXPECT_FALSE(Begin(second, 0, 4)) << "4 of 6 pages are reserved";
  ASSERT_TRUE(Begin(second, 0, 3));
  EXPECT_EQ(cache_.num_free_pages(), 3);
}

TEST_F(PrefillTest, KeepsTheCurrentSequenceOnlyWhenAStepEnds) {
  const Tokens first = RandomTokens(1, 64);
  ASSERT_TRUE(Begin(first, 0));
  prefill_.Feed(64, batch_);
  const Tokens second = RandomTokens(2, 64);
  ASSERT_TRUE(Begin(second, 0));
  EXPECT_EQ(cache_.num_free_pages(), 4);
  prefill_.Feed(64, batch_);
  EndStep();
  EXPECT_EQ(prefill_.current(), 0U);
  EXPECT_EQ(cache_.num_free_pages(), 5);
}

TEST_F(PrefillTest, InsistsThatOneSequenceIsFedBeforeTheNextBegins) {
  const Tokens tokens = RandomTokens(1, 10);
  ASSERT_TRUE(Begin(tokens, 0));
  prefill_.Feed(9, batch_);
  EXPECT_THROW(Begin(tokens, 5), std::logic_error);
  prefill_.Feed(1, batch_);
  EXPECT_THROW(Begin(tokens, 10), std::logic_error) << "nothing to feed";
}

}  // namespace
}  // namespace meval
