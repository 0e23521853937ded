#include "metrics/summed_statistics.h"

#include <stdexcept>
#include <string>

namespace meval {

void SegmentStatistics::Add(std::span<const double> row) {
  if (row.size() != width_) {
    throw std::invalid_argument("SegmentStatistics: " + std::to_string(row.size()) +
                                " numbers: expected " + std::to_string(width_));
  }
  numbers_.insert(numbers_.end(), row.begin(), row.end());
}

std::vector<double> SegmentStatistics::Sums() const {
  std::vector<double> sums(width_, 0);
  for (std::size_t i = 0; i < num_segments(); ++i) {
    AddRow(sums, (*this)[i]);
  }
  return sums;
}

void AddRow(std::span<double> sums, std::span<const double> row) {
  for (std::size_t i = 0; i < sums.size(); ++i) {
    sums[i] += row[i];
  }
}

}  // namespace meval
