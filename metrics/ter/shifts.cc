#include "metrics/ter/shifts.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <vector>

namespace meval::ter {
namespace {

constexpr std::int64_t kMaxLength = 10;        // words of a shifted run
constexpr std::int64_t kMaxMove = 50;          // positions between a run and its counterpart
constexpr std::int64_t kMaxCandidates = 1000;  // tried for one pair

std::size_t Index(std::int64_t position) { return static_cast<std::size_t>(position); }

// How a path pairs up positions, and where it errs.
struct Alignment {
  // [R] the position in the hypothesis; of a missing word that of the word before it, or -1.
  std::vector<std::int64_t> of_reference;
  std::vector<std::int64_t> hypothesis_errors;  // [H + 1] among the words before each position
  std::vector<std::int64_t> reference_errors;   // [R + 1]

  explicit Alignment(const std::vector<Operation>& path)
      : hypothesis_errors({0}), reference_errors({0}) {
    std::int64_t position = -1;
    for (const Operation operation : path) {
      const std::int64_t error = operation == Operation::kMatch ? 0 : 1;
      if (operation != Operation::kInsert) {
        ++position;
        hypothesis_errors.push_back(hypothesis_errors.back() + error);
      }
      if (operation != Operation::kDelete) {
        of_reference.push_back(position);
        reference_errors.push_back(reference_errors.back() + error);
      }
    }
  }
};

// Where each word stands in the reference, in order.
std::vector<std::vector<std::int64_t>> Occurrences(std::span<const std::uint32_t> reference,
                                                   std::size_t num_words) {
  std::vector<std::vector<std::int64_t>> occurrences(num_words);
  for (std::size_t r = 0; r < reference.size(); ++r) {
    occurrences[reference[r]].push_back(static_cast<std::int64_t>(r));
  }
  return occurrences;
}

// A run of the hypothesis and where it goes. Moving it swaps two neighbouring stretches: the run
// and what lies between it and its target.
struct Shift {
  std::int64_t gain = 0;  // by how much the distance shrinks
  std::int64_t length = 0;
  std::int64_t from = 0;
  // A position in front of the run, or behind it; from one within it or just behind it the run
  // begins there once the rest has closed up.
  std::int64_t target = 0;

  std::int64_t Begin() const { return std::min(from, target); }
  std::int64_t Middle() const { return target < from ? from : from + length; }
  std::int64_t End(std::int64_t num_words) const {
    if (target < from) {
      return from + length;
    }
    return target > from + length ? target : std::min(target + length, num_words);
  }
  // The larger wins.
  auto Rank() const { return std::tuple(gain, length, -from, -target); }
};

class ShiftSearch {
 public:
  ShiftSearch(std::span<const std::uint32_t> hypothesis, std::span<const std::uint32_t> reference)
      : hypothesis_(hypothesis.begin(), hypothesis.end()),
        reference_(reference),
        distance_(hypothesis, reference) {
    const std::uint32_t num_words =
        1 + std::max(*std::max_element(hypothesis.begin(), hypothesis.end()),
                     *std::max_element(reference.begin(), reference.end()));
    occurrences_ = Occurrences(reference, num_words);
    const auto in_hypothesis = text::CountIds(hypothesis_, num_words);
    std::int64_t common = 0;
    for (std::size_t word = 0; word < num_words; ++word) {
      common += std::min(in_hypothesis[word], std::ssize(occurrences_[word]));
    }
    least_distance_ = std::max(NumHypothesis(), NumReference()) - common;
  }

  std::int64_t CountEdits() {
    std::int64_t num_shifts = 0;
    // At the least distance no shift has a gain.
    while (distance_.distance() > least_distance_) {
      const std::optional<Shift> best = FindBest();
      if (num_candidates_ >= kMaxCandidates || !best || best->gain <= 0) {
        break;
      }
      const std::int64_t begin = best->Begin();
      const Words words = Moved(*best);
      std::copy(words.begin(), words.end(), hypothesis_.begin() + begin);
      distance_.Replace(Index(begin), words);
      ++num_shifts;
    }
    return num_shifts + distance_.distance();
  }

 private:
  std::int64_t NumHypothesis() const { return std::ssize(hypothesis_); }
  std::int64_t NumReference() const { return std::ssize(reference_); }

  // The words that change place, in their new order.
  Words Moved(const Shift& shift) const {
    const auto at = [&](std::int64_t position) { return hypothesis_.begin() + position; };
    Words words(Index(shift.End(NumHypothesis()) - shift.Begin()));
    std::rotate_copy(at(shift.Begin()), at(shift.Middle()), at(shift.End(NumHypothesis())),
                     words.begin());
    return words;
  }

  std::optional<Shift> FindBest() {
    const Alignment alignment(distance_.Path());
    std::optional<Shift> best;
    for (std::int64_t h = 0; h < NumHypothesis(); ++h) {
      if (!HasErrorsNearby(alignment.hypothesis_errors, h)) {
        continue;
      }
      const std::vector<std::int64_t>& places = occurrences_[hypothesis_[Index(h)]];
      for (auto r = std::ranges::lower_bound(places, h - kMaxMove);
           r != places.end() && *r <= h + kMaxMove; ++r) {
        if (HasErrorsNearby(alignment.reference_errors, *r) && !TryRuns(alignment, h, *r, best)) {
          return best;
        }
      }
    }
    return best;
  }

  // Whether the longest run from `first` on has an error in it. No other run is worth trying.
  static bool HasErrorsNearby(const std::vector<std::int64_t>& errors, std::int64_t first) {
    return errors[Index(first)] <
           errors[Index(std::min(first + kMaxLength, std::ssize(errors) - 1))];
  }

  // All runs from h on that stand in the reference from r on. False once enough has been tried.
  bool TryRuns(const Alignment& alignment, std::int64_t h, std::int64_t r,
               std::optional<Shift>& best) {
    for (std::int64_t length = 1; length <= kMaxLength; ++length) {
      const std::int64_t last_h = h + length - 1;
      const std::int64_t last_r = r + length - 1;
      if (last_h >= NumHypothesis() || last_r >= NumReference() ||
          hypothesis_[Index(last_h)] != reference_[Index(last_r)]) {
        break;
      }
      const std::int64_t aligned = alignment.of_reference[Index(r)];
      const auto has_errors = [&](const std::vector<std::int64_t>& errors, std::int64_t first) {
        return errors[Index(first)] < errors[Index(first + length)];
      };
      if (!has_errors(alignment.hypothesis_errors, h) ||
          !has_errors(alignment.reference_errors, r) || (h <= aligned && aligned <= last_h)) {
        continue;
      }
      TryTargets(alignment, {.length = length, .from = h}, r, best);
      if (num_candidates_ >= kMaxCandidates) {
        return false;
      }
    }
    return true;
  }

  void TryTargets(const Alignment& alignment, Shift shift, std::int64_t r,
                  std::optional<Shift>& best) {
    std::int64_t previous = -1;
    for (std::int64_t offset = -1; offset < shift.length; ++offset) {
      const std::int64_t neighbour = r + offset;
      shift.target = neighbour < 0 ? 0 : alignment.of_reference[Index(neighbour)] + 1;
      if (shift.target == previous) {
        continue;
      }
      previous = shift.target;
      ++num_candidates_;
      // Words only change place, so no distance falls below the least one.
      shift.gain = distance_.distance() - least_distance_;
      if (best && shift.Rank() <= best->Rank()) {
        continue;
      }
      shift.gain =
          distance_.distance() - distance_.DistanceWith(Index(shift.Begin()), Moved(shift));
      if (!best || shift.Rank() > best->Rank()) {
        best = shift;
      }
    }
  }

  Words hypothesis_;
  std::span<const std::uint32_t> reference_;
  BeamDistance distance_;
  std::vector<std::vector<std::int64_t>> occurrences_;  // [words] in the reference
  // What separates the two as bags of words, a lower bound whatever their order.
  std::int64_t least_distance_ = 0;
  std::int64_t num_candidates_ = 0;  // over all rounds
};

}  // namespace

std::int64_t CountEdits(std::span<const std::uint32_t> hypothesis,
                        std::span<const std::uint32_t> reference) {
  if (hypothesis.empty() || reference.empty()) {
    return static_cast<std::int64_t>(std::max(hypothesis.size(), reference.size()));
  }
  return ShiftSearch(hypothesis, reference).CountEdits();
}

}  // namespace meval::ter
