#include "metrics/sequence/lcs.h"

#include <algorithm>
#include <bit>
#include <unordered_map>

namespace meval::sequence {

std::int64_t LcsLength(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b) {
  const std::size_t num_words = (a.size() + 63) / 64;
  // For each id of a, the positions it stands at, as bits.
  std::unordered_map<std::uint32_t, std::size_t> row_of;
  std::vector<std::uint64_t> positions;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::size_t row = row_of.try_emplace(a[i], row_of.size()).first->second;
    positions.resize(std::max(positions.size(), (row + 1) * num_words), 0);
    positions[row * num_words + i / 64] |= std::uint64_t{1} << (i % 64);
  }
  // A zero bit i says that c[i + 1] is one more than c[i] in the current column of the table.
  std::vector<std::uint64_t> steps(num_words, ~std::uint64_t{0});
  for (const std::uint32_t id : b) {
    const auto row = row_of.find(id);
    if (row == row_of.end()) {
      continue;
    }
    const std::uint64_t* matches = positions.data() + row->second * num_words;
    std::uint64_t carry = 0;
    for (std::size_t w = 0; w < num_words; ++w) {
      const std::uint64_t v = steps[w];
      const std::uint64_t u = v & matches[w];
      const std::uint64_t partial = v + u;
      const std::uint64_t sum = partial + carry;
      carry = (partial < v || sum < partial) ? 1 : 0;
      steps[w] = sum | (v & ~u);
    }
  }
  std::int64_t length = 0;
  for (std::size_t w = 0; w < num_words; ++w) {
    const std::size_t bits = std::min<std::size_t>(64, a.size() - w * 64);
    const std::uint64_t used = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
    length += std::popcount(~steps[w] & used);
  }
  return length;
}

void MarkLcs(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b,
             std::vector<bool>& in_lcs) {
  const std::size_t columns = b.size() + 1;
  std::vector<bool> goes_left((a.size() + 1) * columns, false);
  std::vector<std::uint32_t> above(columns, 0);
  std::vector<std::uint32_t> current(columns, 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      if (a[i - 1] == b[j - 1]) {
        current[j] = above[j - 1] + 1;
      } else {
        const bool left = current[j - 1] > above[j];
        goes_left[i * columns + j] = left;
        current[j] = left ? current[j - 1] : above[j];
      }
    }
    std::swap(above, current);
  }
  for (std::size_t i = a.size(), j = b.size(); i > 0 && j > 0;) {
    if (a[i - 1] == b[j - 1]) {
      in_lcs[i - 1] = true;
      --i;
      --j;
    } else if (goes_left[i * columns + j]) {
      --j;
    } else {
      --i;
    }
  }
}

}  // namespace meval::sequence
