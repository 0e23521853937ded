#include "metrics/drop/assignment.h"

#include <algorithm>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/python_random.h"

namespace meval::drop {
namespace {

using ::testing::ElementsAre;

constexpr auto kNone = std::nullopt;

// The sum of the assigned scores, with each column used at most once.
double SumOf(const std::vector<double>& scores, std::size_t num_columns,
             const std::vector<std::optional<std::size_t>>& column_of) {
  std::vector<int> uses(num_columns, 0);
  double sum = 0;
  for (std::size_t row = 0; row < column_of.size(); ++row) {
    if (column_of[row]) {
      sum += scores[row * num_columns + *column_of[row]];
      EXPECT_EQ(++uses[*column_of[row]], 1);
    }
  }
  return sum;
}

// The largest sum over all ways to give the rows from `row` on different columns, by trying all.
double BestSum(const std::vector<double>& scores, std::size_t num_rows, std::size_t num_columns,
               std::size_t row, std::uint32_t taken) {
  if (row == num_rows) {
    return 0;
  }
  double best = BestSum(scores, num_rows, num_columns, row + 1, taken);
  for (std::size_t column = 0; column < num_columns; ++column) {
    if ((taken >> column & 1) == 0) {
      best = std::max(best,
                      scores[row * num_columns + column] +
                          BestSum(scores, num_rows, num_columns, row + 1, taken | (1u << column)));
    }
  }
  return best;
}

TEST(Assignment, MovesAnEarlierRowWhereTheSumGrows) {
  const std::vector<double> scores = {0.9, 0.8,  //
                                      0.9, 0.1};
  EXPECT_THAT(AssignColumns(scores, 2, 2), ElementsAre(1, 0));
}

TEST(Assignment, LeavesRowsOfATallMatrixWithoutAColumn) {
  EXPECT_THAT(AssignColumns(std::vector<double>{0.1, 0.7, 0.3}, 3, 1),
              ElementsAre(kNone, 0, kNone));
  EXPECT_THAT(AssignColumns(std::vector<double>{0.1, 0.7, 0.3}, 1, 3), ElementsAre(1));
}

TEST(Assignment, TakesTheDiagonalWhereAllIsEqual) {
  EXPECT_THAT(AssignColumns(std::vector<double>(9, 0.5), 3, 3), ElementsAre(0, 1, 2));
  EXPECT_THAT(AssignColumns(std::vector<double>(6, 0), 3, 2), ElementsAre(0, 1, kNone));
}

TEST(Assignment, HasNothingToDoWithoutColumnsOrRows) {
  EXPECT_THAT(AssignColumns({}, 2, 0), ElementsAre(kNone, kNone));
  EXPECT_THAT(AssignColumns({}, 0, 2), ElementsAre());
}

TEST(Assignment, IsAsGoodAsTheBestOfAll) {
  PythonRandom random(11);
  for (int round = 0; round < 400; ++round) {
    const auto num_rows = static_cast<std::size_t>(1 + random.Below(5));
    const auto num_columns = static_cast<std::size_t>(1 + random.Below(5));
    std::vector<double> scores(num_rows * num_columns);
    // Few distinct values, so that there are many ties.
    std::generate(scores.begin(), scores.end(),
                  [&] { return static_cast<double>(random.Below(5)) / 4; });
    const auto column_of = AssignColumns(scores, num_rows, num_columns);
    ASSERT_EQ(column_of.size(), num_rows);
    const auto num_pairs = static_cast<std::size_t>(std::count_if(
        column_of.begin(), column_of.end(), [](const auto& c) { return c.has_value(); }));
    EXPECT_EQ(num_pairs, std::min(num_rows, num_columns));
    EXPECT_EQ(SumOf(scores, num_columns, column_of), BestSum(scores, num_rows, num_columns, 0, 0));
  }
}

}  // namespace
}  // namespace meval::drop
