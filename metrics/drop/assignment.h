#ifndef MEVAL_METRICS_DROP_ASSIGNMENT_H_
#define MEVAL_METRICS_DROP_ASSIGNMENT_H_

// The assignment problem: pairs of rows and columns, no row or column twice, with the largest sum.

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace meval::drop {

// The column of each row in an assignment of min(num_rows, num_columns) pairs whose scores have the
// largest sum; nothing for rows without a column. scores[row * num_columns + column] are finite.
//
// Shortest augmenting paths with dual variables (Jonker & Volgenant 1987), in Crouse's arrangement
// for rectangular matrices (2016), time O(min(m, n)^2 max(m, n)). Among equally good assignments
// this takes the one scipy's linear_sum_assignment takes: rows in order, a free column before a
// taken one.
std::vector<std::optional<std::size_t>> AssignColumns(std::span<const double> scores,
                                                      std::size_t num_rows,
                                                      std::size_t num_columns);

}  // namespace meval::drop

#endif  // MEVAL_METRICS_DROP_ASSIGNMENT_H_
