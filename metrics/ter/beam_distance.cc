#include "metrics/ter/beam_distance.h"

#include <algorithm>
#include <cmath>

namespace meval::ter {
namespace {

constexpr std::int32_t kFar = 1 << 29;  // beyond any distance, and two of them still fit
constexpr std::uint32_t kNoWord = ~std::uint32_t{0};
constexpr double kBeamWidth = 25;

}  // namespace

BeamDistance::BeamDistance(std::span<const std::uint32_t> hypothesis,
                           std::span<const std::uint32_t> reference)
    : hypothesis_(hypothesis.begin(), hypothesis.end()),
      num_rows_(hypothesis.size()),
      num_columns_(reference.size()) {
  reference_.assign(num_columns_ + 2, kNoWord);
  std::copy(reference.begin(), reference.end(), reference_.begin() + 1);

  const double ratio = static_cast<double>(num_columns_) / static_cast<double>(num_rows_);
  const double width = ratio / 2 > kBeamWidth ? std::ceil(ratio / 2 + kBeamWidth) : kBeamWidth;
  for (std::size_t i = 0; i <= num_rows_; ++i) {
    const double diagonal = std::floor(static_cast<double>(i) * ratio);
    begin_.push_back(static_cast<std::size_t>(std::max(0.0, diagonal - width)));
    end_.push_back(std::min(num_columns_ + 1, static_cast<std::size_t>(diagonal + width)));
  }
  end_[num_rows_] = num_columns_ + 1;
  end_[0] = end_[1];  // the beam leaves row 0 whole; nothing reads beyond this
  std::size_t widest = 0;
  for (std::size_t i = 0; i <= num_rows_; ++i) {
    widest = std::max(widest, Width(i));
    if (i > 0) {
      pad_ = std::max({pad_, begin_[i] - begin_[i - 1] + 1, end_[i] - end_[i - 1] + 1});
    }
  }
  stride_ = widest + 2 * pad_;
  from_begin_.assign((num_rows_ + 1) * stride_, kFar);
  for (std::size_t j = 0; j < end_[0]; ++j) {
    from_begin_[Start(0) + j] = static_cast<std::int32_t>(j);
  }
  FillFromBegin(1);
}

// A row from the one above it. Column 0 has nothing but the cell above, since what is left of it is
// infinitely far.
void BeamDistance::FillRow(std::size_t row, std::uint32_t word, const std::int32_t* above,
                           std::int32_t* cells) const {
  const std::size_t width = Width(row);
  above += begin_[row] - begin_[row - 1];
  const std::uint32_t* reference = reference_.data() + begin_[row];  // the word before column k
  std::int32_t diagonal = above[-1];
  std::int32_t left = kFar;
  for (std::size_t k = 0; k < width; ++k) {
    const std::int32_t here = above[k];
    left = std::min({diagonal + (reference[k] == word ? 0 : 1), here + 1, left + 1});
    cells[k] = left;
    diagonal = here;
  }
  std::fill_n(cells + width, pad_, kFar);
}

void BeamDistance::FillFromBegin(std::size_t first_row) {
  for (std::size_t i = first_row; i <= num_rows_; ++i) {
    FillRow(i, hypothesis_[i - 1], &from_begin_[Start(i - 1)], &from_begin_[Start(i)]);
  }
  to_end_is_filled_ = false;
}

void BeamDistance::FillToEnd() {
  to_end_.assign(from_begin_.size(), kFar);
  for (std::size_t j = begin_[num_rows_]; j <= num_columns_; ++j) {
    to_end_[Start(num_rows_) + j - begin_[num_rows_]] = static_cast<std::int32_t>(num_columns_ - j);
  }
  for (std::size_t i = num_rows_ - 1; i > 0; --i) {
    std::int32_t* cells = &to_end_[Start(i)];
    // Cells of the row below, by this row's columns.
    const std::int32_t* below = &to_end_[Start(i + 1) - (begin_[i + 1] - begin_[i])];
    const std::uint32_t* reference = reference_.data() + begin_[i] + 1;  // the word behind column k
    for (std::size_t k = Width(i); k-- > 0;) {
      cells[k] = std::min({below[k + 1] + (reference[k] == hypothesis_[i] ? 0 : 1), below[k] + 1,
                           cells[k + 1] + 1});
    }
  }
  to_end_is_filled_ = true;
}

std::vector<Operation> BeamDistance::Path() const {
  std::vector<Operation> path;
  std::size_t i = num_rows_;
  std::size_t j = num_columns_;
  while (i > 0 || j > 0) {
    Operation operation = i > 0 ? Operation::kDelete : Operation::kInsert;
    if (i > 0 && j > 0) {
      const bool matches = hypothesis_[i - 1] == reference_[j];
      const std::int32_t diagonal = CellAt(from_begin_, i - 1, j - 1) + (matches ? 0 : 1);
      const std::int32_t above = CellAt(from_begin_, i - 1, j) + 1;
      const std::int32_t left = CellAt(from_begin_, i, j - 1) + 1;
      if (diagonal <= above && diagonal <= left) {
        operation = matches ? Operation::kMatch : Operation::kSubstitute;
      } else if (left < above) {
        operation = Operation::kInsert;
      }
    }
    path.push_back(operation);
    i -= operation == Operation::kInsert ? 0 : 1;
    j -= operation == Operation::kDelete ? 0 : 1;
  }
  std::reverse(path.begin(), path.end());
  return path;
}

std::int32_t BeamDistance::DistanceWith(std::size_t first, std::span<const std::uint32_t> words) {
  if (words.empty()) {
    return distance();
  }
  if (!to_end_is_filled_) {
    FillToEnd();
  }
  scratch_.resize(2 * stride_, kFar);
  const std::int32_t* above = &from_begin_[Start(first)];
  for (std::size_t k = 0; k < words.size(); ++k) {
    std::int32_t* cells = &scratch_[Start(k % 2)];
    FillRow(first + k + 1, words[k], above, cells);
    above = cells;
  }
  const std::size_t last = first + words.size();
  const std::int32_t* rest = &to_end_[Start(last)];
  std::int32_t least = kFar;
  for (std::size_t k = 0; k < Width(last); ++k) {
    least = std::min(least, above[k] + rest[k]);
  }
  return least;
}

void BeamDistance::Replace(std::size_t first, std::span<const std::uint32_t> words) {
  std::copy(words.begin(), words.end(), hypothesis_.begin() + static_cast<std::ptrdiff_t>(first));
  FillFromBegin(first + 1);
}

}  // namespace meval::ter
