#include "metrics/drop/assignment.h"

#include <limits>
#include <numeric>
#include <utility>

namespace meval::drop {
namespace {

constexpr std::size_t kFree = static_cast<std::size_t>(-1);

// Rows are given columns one after the other. Costs are negated scores, and num_rows <=
// num_columns.
class Assigner {
 public:
  Assigner(std::vector<double> costs, std::size_t num_rows, std::size_t num_columns)
      : costs_(std::move(costs)),
        num_columns_(num_columns),
        row_dual_(num_rows, 0),
        column_dual_(num_columns, 0),
        column_of_(num_rows, kFree),
        row_of_(num_columns, kFree),
        distance_(num_columns),
        came_from_(num_columns) {}

  // Gives `row` a column, moving earlier rows to others along the cheapest path to a free column.
  void Assign(std::size_t row) {
    std::size_t column = FindPath(row);
    UpdateDuals(row, distance_[column]);
    for (;;) {
      const std::size_t mover = came_from_[column];
      row_of_[column] = mover;
      std::swap(column_of_[mover], column);
      if (mover == row) {
        return;
      }
    }
  }

  const std::vector<std::size_t>& column_of() const { return column_of_; }
  const std::vector<std::size_t>& row_of() const { return row_of_; }

 private:
  // The free column that is cheapest to reach from `row`; came_from_ leads back to it.
  std::size_t FindPath(std::size_t row) {
    distance_.assign(num_columns_, std::numeric_limits<double>::infinity());
    reached_rows_.clear();
    reached_columns_.clear();
    // From the last to the first: where all costs are equal, row i gets column i.
    std::vector<std::size_t> unreached(num_columns_);
    std::iota(unreached.rbegin(), unreached.rend(), std::size_t{0});
    double lowest = 0;
    for (std::size_t from = row;;) {
      reached_rows_.push_back(from);
      const std::size_t nearest = Relax(from, lowest, unreached);
      const std::size_t column = unreached[nearest];
      lowest = distance_[column];
      if (row_of_[column] == kFree) {
        return column;
      }
      reached_columns_.push_back(column);
      unreached[nearest] = unreached.back();
      unreached.pop_back();
      from = row_of_[column];
    }
  }

  // Improves distances by way of row `from`, itself at distance `lowest`. The index of the nearest
  // unreached column, a free one among equals.
  std::size_t Relax(std::size_t from, double lowest, const std::vector<std::size_t>& unreached) {
    std::size_t nearest = 0;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < unreached.size(); ++k) {
      const std::size_t column = unreached[k];
      const double distance =
          lowest + costs_[from * num_columns_ + column] - row_dual_[from] - column_dual_[column];
      if (distance < distance_[column]) {
        distance_[column] = distance;
        came_from_[column] = from;
      }
      if (distance_[column] < least || (distance_[column] == least && row_of_[column] == kFree)) {
        least = distance_[column];
        nearest = k;
      }
    }
    return nearest;
  }

  void UpdateDuals(std::size_t row, double path_length) {
    row_dual_[row] += path_length;
    for (const std::size_t reached : reached_rows_) {
      if (reached != row) {
        row_dual_[reached] += path_length - distance_[column_of_[reached]];
      }
    }
    for (const std::size_t column : reached_columns_) {
      column_dual_[column] -= path_length - distance_[column];
    }
  }

  std::vector<double> costs_;
  std::size_t num_columns_;
  std::vector<double> row_dual_;
  std::vector<double> column_dual_;
  std::vector<std::size_t> column_of_;  // of each row
  std::vector<std::size_t> row_of_;     // of each column
  std::vector<double> distance_;        // of each column from the row being assigned
  std::vector<std::size_t> came_from_;  // the row before each column on its path
  std::vector<std::size_t> reached_rows_;
  std::vector<std::size_t> reached_columns_;  // all of them taken
};

}  // namespace

std::vector<std::optional<std::size_t>> AssignColumns(std::span<const double> scores,
                                                      std::size_t num_rows,
                                                      std::size_t num_columns) {
  const bool is_tall = num_rows > num_columns;
  const std::size_t m = is_tall ? num_columns : num_rows;
  const std::size_t n = is_tall ? num_rows : num_columns;
  std::vector<double> costs(m * n);
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      costs[i * n + j] = -scores[is_tall ? j * num_columns + i : i * num_columns + j];
    }
  }
  Assigner assigner(std::move(costs), m, n);
  for (std::size_t i = 0; i < m; ++i) {
    assigner.Assign(i);
  }
  std::vector<std::optional<std::size_t>> columns;
  for (const std::size_t column : is_tall ? assigner.row_of() : assigner.column_of()) {
    columns.push_back(column == kFree ? std::nullopt : std::optional(column));
  }
  return columns;
}

}  // namespace meval::drop
