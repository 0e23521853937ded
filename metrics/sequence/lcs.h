#ifndef MEVAL_METRICS_SEQUENCE_LCS_H_
#define MEVAL_METRICS_SEQUENCE_LCS_H_

// Longest common subsequences of token sequences given as ids.
//
// The usual table c[i][j] holds the length for the first i tokens of a and the first j of b. Down a
// column neighbours differ by 0 or 1, so a column is kept as |a| bits, and Hyyrö's recurrence
// (2004) makes the next column from it, 64 cells at a time:
//
//   bit i of column j is 0 where c[i+1][j] = c[i][j] + 1; column 0 is all ones
//   next = (column + (column & m)) | (column & ~m)       m: the positions in a of the token b[j]
//
// Only words where m is not zero change, and those above them that a carry reaches. So m is kept as
// the list of its words that are not zero: no more of them than a has tokens, for all ids together.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace meval::sequence {

// One sequence a against any number of others.
class Lcs {
 public:
  // Takes `a` in place of the one before and keeps the memory. Ids should be small numbers: two
  // lists as long as the largest are kept.
  void SetFirst(std::span<const std::uint32_t> a);

  // The length of a longest common subsequence. O(|a| |b| / 64) time, O(|a|) memory.
  std::int64_t Length(std::span<const std::uint32_t> b) const;

  // Marks in `in_lcs` (of a's size) the positions of one particular longest common subsequence:
  // from the end of the table, an equal pair is taken; else the way goes to j-1 if
  // c[i][j-1] > c[i-1][j], and to i-1 otherwise. The way back needs the columns in falling order:
  // 64 are kept, evenly spread, and those in between made again from them, and so on. With L
  // levels, 64^L >= |b|, O(L |a| |b| / 64) time and O(L |a|) memory.
  void Mark(std::span<const std::uint32_t> b, std::vector<bool>& in_lcs) const;

 private:
  // The positions of one token within 64 tokens of a.
  struct Cell {
    std::uint32_t word = 0;  // positions from 64 * word on
    std::uint64_t bits = 0;
  };
  struct Way;

  std::span<const Cell> CellsOf(std::uint32_t id) const;
  // The next column in place; `column` may be cut off at any word.
  void Advance(std::span<std::uint64_t> column, std::uint32_t id) const;
  void FollowBack(Way& way, std::size_t first, std::size_t last,
                  std::span<const std::uint64_t> first_column) const;
  void StepBack(Way& way, std::span<const std::uint64_t> column, std::uint32_t id) const;

  std::size_t num_tokens_ = 0;      // of a
  std::vector<std::uint32_t> ids_;  // the distinct tokens of a
  std::vector<Cell> cells_;         // grouped by id, words rising
  std::vector<std::size_t> begin_;  // by id: where its cells begin
  std::vector<std::size_t> count_;  // by id: how many there are; 0 for ids that a lacks
};

}  // namespace meval::sequence

#endif  // MEVAL_METRICS_SEQUENCE_LCS_H_
