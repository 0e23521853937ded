#ifndef MEVAL_METRICS_TER_BEAM_DISTANCE_H_
#define MEVAL_METRICS_TER_BEAM_DISTANCE_H_

// The word-level edit distance of Tercom: unit costs, inside a beam around the diagonal.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "metrics/text/ngrams.h"

namespace meval::ter {

using Words = text::NgramIds;  // a word is known by its number

enum class Operation : std::uint8_t {
  kMatch,
  kSubstitute,
  kDelete,  // a word of the hypothesis that is too many
  kInsert,  // a word of the reference that is missing
};

// Distances from variants of one hypothesis, all of the same length, to one reference.
//
// Row i, column j of the table holds the distance between the first i words of the hypothesis and
// the first j of the reference. With ratio = |R| / |H| row i reaches from floor(i ratio) - B to
// floor(i ratio) + B, B being 25 or, for long references, half the ratio more; the last row reaches
// to the end. Outside a cell counts as infinitely far.
//
// A second table holds distances from each cell to the end. What changes a stretch of words then
// costs only that stretch's rows: the distance is the least sum, over the row behind it, of the way
// there and the way on. Time and memory of a table are O(|H| B).
class BeamDistance {
 public:
  // Neither side may be empty.
  BeamDistance(std::span<const std::uint32_t> hypothesis, std::span<const std::uint32_t> reference);

  std::int32_t distance() const { return CellAt(from_begin_, num_rows_, num_columns_); }

  // Operations that turn the hypothesis into the reference, first word first. Traced back from the
  // end; of equally short ways a match or substitution goes before a deletion before an insertion.
  std::vector<Operation> Path() const;

  // The distance if the words from position `first` on were `words`. Keeps the hypothesis.
  std::int32_t DistanceWith(std::size_t first, std::span<const std::uint32_t> words);

  // Makes the words from position `first` on `words`.
  void Replace(std::size_t first, std::span<const std::uint32_t> words);

 private:
  using Cells = std::vector<std::int32_t>;

  // The cell of the first column of a row. Up to `pad_` cells on both sides of a row are infinite.
  std::size_t Start(std::size_t row) const { return row * stride_ + pad_; }
  std::size_t Width(std::size_t row) const { return end_[row] - begin_[row]; }
  std::int32_t CellAt(const Cells& cells, std::size_t row, std::size_t column) const {
    return cells[Start(row) + column - begin_[row]];
  }

  void FillRow(std::size_t row, std::uint32_t word, const std::int32_t* above,
               std::int32_t* cells) const;
  void FillFromBegin(std::size_t first_row);
  void FillToEnd();

  Words hypothesis_;
  Words reference_;                 // with a word that never matches in front and behind
  std::size_t num_rows_ = 0;        // |H|; rows are 0 to |H|
  std::size_t num_columns_ = 0;     // |R|; columns are 0 to |R|
  std::vector<std::size_t> begin_;  // [rows] first column of the beam
  std::vector<std::size_t> end_;    // [rows] behind its last
  std::size_t pad_ = 0;
  std::size_t stride_ = 0;
  Cells from_begin_;
  Cells to_end_;                   // rows 1 to |H|
  bool to_end_is_filled_ = false;  // for the current hypothesis
  Cells scratch_;                  // two rows
};

}  // namespace meval::ter

#endif  // MEVAL_METRICS_TER_BEAM_DISTANCE_H_
