#include "metrics/sequence/lcs.h"

#include <algorithm>
#include <bit>

namespace meval::sequence {
namespace {

constexpr std::size_t kBits = 64;
constexpr std::size_t kColumnsKept = 64;
constexpr std::uint64_t kAllOnes = ~std::uint64_t{0};

std::size_t NumWords(std::size_t num_tokens) { return (num_tokens + kBits - 1) / kBits; }

// One word of Hyyrö's recurrence; `carry` goes from word to word.
void AdvanceWord(std::uint64_t& column, std::uint64_t matches, bool& carry) {
  const std::uint64_t hits = column & matches;
  const std::uint64_t partial = column + hits;
  const std::uint64_t sum = partial + (carry ? 1 : 0);
  carry = partial < column || sum < partial;
  column = sum | (column & ~hits);
}

// The bits of a word that stand below position `end`.
std::uint64_t MaskBelow(std::size_t end, std::size_t word) {
  const std::size_t begin = word * kBits;
  if (end <= begin) {
    return 0;
  }
  return end - begin >= kBits ? kAllOnes : (std::uint64_t{1} << (end - begin)) - 1;
}

// Behind the highest of these bits, which are not all zero.
std::size_t EndOf(std::uint64_t bits, std::size_t word) {
  return word * kBits + static_cast<std::size_t>(std::bit_width(bits));
}

}  // namespace

void Lcs::SetFirst(std::span<const std::uint32_t> a) {
  for (const std::uint32_t id : ids_) {
    count_[id] = 0;
  }
  ids_.clear();
  num_tokens_ = a.size();
  if (a.empty()) {
    return;
  }
  const std::size_t num_ids = std::size_t{*std::max_element(a.begin(), a.end())} + 1;
  begin_.resize(std::max(begin_.size(), num_ids));
  count_.resize(begin_.size(), 0);
  // Cells of each id; begin_ serves as the last word seen.
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::uint32_t id = a[i];
    if (count_[id] == 0) {
      ids_.push_back(id);
    } else if (begin_[id] == i / kBits) {
      continue;
    }
    begin_[id] = i / kBits;
    ++count_[id];
  }
  std::size_t num_cells = 0;
  for (const std::uint32_t id : ids_) {
    begin_[id] = num_cells;
    num_cells += count_[id];
    count_[id] = 0;
  }
  cells_.resize(num_cells);
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto word = static_cast<std::uint32_t>(i / kBits);
    const std::size_t end = begin_[a[i]] + count_[a[i]];
    if (count_[a[i]] == 0 || cells_[end - 1].word != word) {
      cells_[end] = {word, 0};
      ++count_[a[i]];
    }
    cells_[begin_[a[i]] + count_[a[i]] - 1].bits |= std::uint64_t{1} << (i % kBits);
  }
}

std::span<const Lcs::Cell> Lcs::CellsOf(std::uint32_t id) const {
  if (id >= count_.size() || count_[id] == 0) {
    return {};
  }
  return std::span(cells_).subspan(begin_[id], count_[id]);
}

void Lcs::Advance(std::span<std::uint64_t> column, std::uint32_t id) const {
  bool carry = false;
  std::size_t word = 0;  // those below are done
  for (const Cell& cell : CellsOf(id)) {
    if (cell.word >= column.size()) {
      break;
    }
    for (; carry && word < cell.word; ++word) {
      AdvanceWord(column[word], 0, carry);
    }
    AdvanceWord(column[cell.word], cell.bits, carry);
    word = cell.word + 1;
  }
  for (; carry && word < column.size(); ++word) {
    AdvanceWord(column[word], 0, carry);
  }
}

std::int64_t Lcs::Length(std::span<const std::uint32_t> b) const {
  std::vector<std::uint64_t> column(NumWords(num_tokens_), kAllOnes);
  for (const std::uint32_t id : b) {
    Advance(column, id);
  }
  std::int64_t length = 0;
  for (std::size_t word = 0; word < column.size(); ++word) {
    length += std::popcount(~column[word] & MaskBelow(num_tokens_, word));
  }
  return length;
}

// Where the way back has got to.
struct Lcs::Way {
  std::span<const std::uint32_t> b;
  std::vector<bool>& in_lcs;
  std::size_t end;  // i: tokens of a that are still to be passed
};

void Lcs::Mark(std::span<const std::uint32_t> b, std::vector<bool>& in_lcs) const {
  Way way{b, in_lcs, num_tokens_};
  const std::vector<std::uint64_t> column(NumWords(num_tokens_), kAllOnes);
  FollowBack(way, 0, b.size(), column);
}

// From column `last` to column `first`.
void Lcs::FollowBack(Way& way, std::size_t first, std::size_t last,
                     std::span<const std::uint64_t> first_column) const {
  std::size_t stride = 1;  // of the columns kept: first + stride, first + 2 * stride, ...
  while (last - first > stride * kColumnsKept) {
    stride *= kColumnsKept;
  }
  // The way only goes down, so words above it are of no use any more.
  const std::size_t num_words = NumWords(way.end);
  std::vector<std::uint64_t> column(first_column.begin(),
                                    first_column.begin() + static_cast<std::ptrdiff_t>(num_words));
  std::vector<std::uint64_t> kept;
  kept.reserve((last - first) / stride * num_words);
  for (std::size_t j = first; j < last; ++j) {
    Advance(column, way.b[j]);
    if ((j + 1 - first) % stride == 0) {
      kept.insert(kept.end(), column.begin(), column.end());
    }
  }
  const auto kept_column = [&](std::size_t k) {
    return k == 0 ? first_column : std::span(kept).subspan((k - 1) * num_words, num_words);
  };
  for (std::size_t k = (last - first + stride - 1) / stride; k > 0 && way.end > 0; --k) {
    if (stride == 1) {
      StepBack(way, kept_column(k), way.b[first + k - 1]);
    } else {
      const std::size_t begin = first + (k - 1) * stride;
      FollowBack(way, begin, std::min(last, begin + stride), kept_column(k - 1));
    }
  }
}

// Within column j the way goes up until the token equals b[j], which is taken, or to a step: where
// the tokens differ and c[i][j] > c[i-1][j], that larger value can only come from c[i][j-1].
void Lcs::StepBack(Way& way, std::span<const std::uint64_t> column, std::uint32_t id) const {
  std::size_t step = 0;  // positions end behind it; 0 if there is none below way.end
  for (std::size_t word = NumWords(way.end); word > 0 && step == 0; --word) {
    const std::uint64_t bits = ~column[word - 1] & MaskBelow(way.end, word - 1);
    step = bits == 0 ? 0 : EndOf(bits, word - 1);
  }
  std::size_t match = 0;
  const std::span<const Cell> cells = CellsOf(id);
  for (std::size_t k = cells.size(); k > 0 && match == 0; --k) {
    const std::uint64_t bits = cells[k - 1].bits & MaskBelow(way.end, cells[k - 1].word);
    match = bits == 0 ? 0 : EndOf(bits, cells[k - 1].word);
  }
  if (match > 0 && match >= step) {
    way.in_lcs[match - 1] = true;
    way.end = match - 1;
  } else {
    way.end = step;
  }
}

}  // namespace meval::sequence
