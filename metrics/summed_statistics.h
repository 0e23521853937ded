#ifndef MEVAL_METRICS_SUMMED_STATISTICS_H_
#define MEVAL_METRICS_SUMMED_STATISTICS_H_

// Corpus metrics such as BLEU, chrF and TER are functions of sums over segments: numbers of
// n-grams, of edits, of words. Kept per segment, these give the score of any selection of segments
// without a look at the texts, which is what resampling and significance tests need.

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace meval {

// One row of `width` numbers a segment.
class SegmentStatistics {
 public:
  explicit SegmentStatistics(std::size_t width) : width_(width) {}

  // std::invalid_argument unless the row has `width` numbers.
  void Add(std::span<const double> row);

  std::size_t width() const { return width_; }
  std::size_t num_segments() const { return width_ == 0 ? 0 : numbers_.size() / width_; }
  std::span<const double> operator[](std::size_t segment) const {
    return std::span(numbers_).subspan(segment * width_, width_);
  }
  // Over all segments, from the first.
  std::vector<double> Sums() const;

 private:
  std::size_t width_;
  std::vector<double> numbers_;
};

// The metric: from the sums of some segments' rows to their score.
using ScoreOfSums = std::function<double(std::span<const double> sums)>;

// sums += row, element by element.
void AddRow(std::span<double> sums, std::span<const double> row);

}  // namespace meval

#endif  // MEVAL_METRICS_SUMMED_STATISTICS_H_
