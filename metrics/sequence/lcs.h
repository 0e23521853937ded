#ifndef MEVAL_METRICS_SEQUENCE_LCS_H_
#define MEVAL_METRICS_SEQUENCE_LCS_H_

// Longest common subsequences of token sequences given as ids.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace meval::sequence {

// The length alone, by Hyyrö's bit-parallel recurrence (2004): 64 cells of the table at a time,
// O(|a| |b| / 64) time and O((distinct ids of a) |a| / 64) memory.
std::int64_t LcsLength(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b);

// Marks in `in_lcs` (of a's size) the positions of one particular longest common subsequence: from
// the end of the usual table c[i][j], an equal pair is taken; else the way goes to j-1 if
// c[i][j-1] > c[i-1][j], and to i-1 otherwise. O(|a| |b|) time, one bit of memory for each cell.
void MarkLcs(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b,
             std::vector<bool>& in_lcs);

}  // namespace meval::sequence

#endif  // MEVAL_METRICS_SEQUENCE_LCS_H_
