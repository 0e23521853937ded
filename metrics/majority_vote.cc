#include "metrics/majority_vote.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>
#include <unordered_map>

#include "metrics/metric_error.h"
#include "metrics/pass_at_k.h"
#include "metrics/python_random.h"

namespace meval {
namespace {

constexpr std::int64_t kMaxSubsets = 1000;
constexpr std::size_t kAbstains = static_cast<std::size_t>(-1);

// The samples with their answers numbered, so that thousands of votes compare no texts.
struct Ballots {
  std::vector<std::size_t> answer;  // answer number of each sample, or kAbstains
  std::size_t num_answers = 0;
};

Ballots CountBallots(std::span<const VoteSample> samples, VoteRule rule) {
  Ballots ballots;
  std::unordered_map<std::string_view, std::size_t> number_of;
  for (const VoteSample& sample : samples) {
    if (rule == VoteRule::kCanonical && !sample.is_valid) {
      ballots.answer.push_back(kAbstains);
      continue;
    }
    ballots.answer.push_back(number_of.emplace(sample.answer, number_of.size()).first->second);
  }
  ballots.num_answers = number_of.size();
  return ballots;
}

// `chosen` are sample indices in rising order.
std::optional<std::size_t> Winner(const Ballots& ballots, std::span<const std::int64_t> chosen) {
  std::vector<std::int64_t> votes(ballots.num_answers, 0);
  std::int64_t most = 0;
  for (const std::int64_t sample : chosen) {
    const std::size_t answer = ballots.answer[static_cast<std::size_t>(sample)];
    if (answer != kAbstains) {
      most = std::max(most, ++votes[answer]);
    }
  }
  for (const std::int64_t sample : chosen) {
    const std::size_t answer = ballots.answer[static_cast<std::size_t>(sample)];
    if (answer != kAbstains && votes[answer] == most) {
      return static_cast<std::size_t>(sample);
    }
  }
  return std::nullopt;
}

// C(n, k), or kMaxSubsets + 1 if it is larger than kMaxSubsets.
std::int64_t NumSubsets(std::int64_t n, std::int64_t k) {
  std::int64_t count = 1;
  for (std::int64_t i = 1; i <= std::min(k, n - k); ++i) {
    count = count * (n - i + 1) / i;
    if (count > kMaxSubsets) {
      return kMaxSubsets + 1;
    }
  }
  return count;
}

// The next subset of 0 .. n-1 with as many members, in lexicographic order; false behind the last.
bool NextSubset(std::vector<std::int64_t>& subset, std::int64_t n) {
  const auto k = static_cast<std::int64_t>(subset.size());
  for (std::int64_t i = k - 1; i >= 0; --i) {
    if (subset[static_cast<std::size_t>(i)] < n - k + i) {
      std::iota(subset.begin() + i, subset.end(), subset[static_cast<std::size_t>(i)] + 1);
      return true;
    }
  }
  return false;
}

}  // namespace

std::optional<std::size_t> MajorityVote(std::span<const VoteSample> samples, VoteRule rule) {
  std::vector<std::int64_t> all(samples.size());
  std::iota(all.begin(), all.end(), std::int64_t{0});
  return Winner(CountBallots(samples, rule), all);
}

MajorityScore ScoreMajority(std::span<const VoteSample> samples, std::uint64_t seed,
                            VoteRule rule) {
  if (samples.empty()) {
    throw MetricError("maj@k", "", "no samples: expected at least one");
  }
  const auto n = static_cast<std::int64_t>(samples.size());
  const Ballots ballots = CountBallots(samples, rule);
  const auto score = [&](std::span<const std::int64_t> chosen) {
    const auto winner = Winner(ballots, chosen);
    return winner && samples[*winner].is_correct ? 1.0 : 0.0;
  };
  const std::int64_t num_correct =
      std::count_if(samples.begin(), samples.end(), [](const auto& s) { return s.is_correct; });

  MajorityScore result;
  result.mean_accuracy = static_cast<double>(num_correct) / static_cast<double>(n);
  std::vector<std::int64_t> subset;
  for (std::int64_t k = 1; k <= n; ++k) {
    subset.resize(static_cast<std::size_t>(k));
    std::iota(subset.begin(), subset.end(), std::int64_t{0});
    result.first_k.push_back(score(subset));
    result.pass_at_k.push_back(PassAtK(n, num_correct, k));

    const std::int64_t num_subsets = NumSubsets(n, k);
    const bool is_exact = num_subsets <= kMaxSubsets;
    double sum = 0;
    if (is_exact) {
      do {
        sum += score(subset);
      } while (NextSubset(subset, n));
    } else {
      const std::array<std::uint32_t, 3> key = {static_cast<std::uint32_t>(seed),
                                                static_cast<std::uint32_t>(seed >> 32),
                                                static_cast<std::uint32_t>(k)};
      PythonRandom random{std::span<const std::uint32_t>(key)};
      for (std::int64_t i = 0; i < kMaxSubsets; ++i) {
        std::vector<std::int64_t> drawn = random.Sample(n, k);
        std::sort(drawn.begin(), drawn.end());
        sum += score(drawn);
      }
    }
    result.subset_mean.push_back(sum / static_cast<double>(std::min(num_subsets, kMaxSubsets)));
    result.is_exact_mean.push_back(is_exact ? 1 : 0);
  }
  return result;
}

}  // namespace meval
