#include "metrics/majority_vote.h"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
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

// The votes of some of the samples, which may come in any order.
class Tally {
 public:
  explicit Tally(const Ballots& ballots)
      : ballots_(ballots), votes_(ballots.num_answers), first_(ballots.num_answers) {
    Clear();
  }

  void Clear() {
    std::fill(votes_.begin(), votes_.end(), 0);
    std::fill(first_.begin(), first_.end(), std::numeric_limits<std::size_t>::max());
  }

  void Add(std::int64_t sample) {
    const auto index = static_cast<std::size_t>(sample);
    const std::size_t answer = ballots_.answer[index];
    if (answer != kAbstains) {
      ++votes_[answer];
      first_[answer] = std::min(first_[answer], index);
    }
  }

  // The smallest index among the samples of the winning answer.
  std::optional<std::size_t> Winner() const {
    std::int64_t most = 0;
    std::optional<std::size_t> winner;
    for (std::size_t answer = 0; answer < votes_.size(); ++answer) {
      const bool is_ahead = votes_[answer] > most;
      if (is_ahead || (votes_[answer] == most && winner && first_[answer] < *winner)) {
        most = votes_[answer];
        winner = first_[answer];
      }
    }
    return winner;
  }

 private:
  const Ballots& ballots_;
  std::vector<std::int64_t> votes_;  // of each answer
  std::vector<std::size_t> first_;   // sample that gave it
};

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

// What scoring one document's samples needs all along.
class SubsetScorer {
 public:
  SubsetScorer(std::span<const VoteSample> samples, VoteRule rule)
      : samples_(samples), ballots_(CountBallots(samples, rule)), tally_(ballots_) {}
  SubsetScorer(const SubsetScorer&) = delete;  // tally_ refers to ballots_
  SubsetScorer& operator=(const SubsetScorer&) = delete;

  std::int64_t size() const { return static_cast<std::int64_t>(samples_.size()); }

  // maj@k of the first k samples of `order`, for every k.
  std::vector<double> ScorePrefixes(std::span<const std::int64_t> order) {
    std::vector<double> scores;
    tally_.Clear();
    for (const std::int64_t sample : order) {
      tally_.Add(sample);
      scores.push_back(ScoreWinner());
    }
    return scores;
  }

  // The mean over all subsets of k samples, of which there are `num_subsets`.
  double MeanOverAll(std::int64_t k, std::int64_t num_subsets) {
    std::vector<std::int64_t> subset(static_cast<std::size_t>(k));
    std::iota(subset.begin(), subset.end(), std::int64_t{0});
    double sum = 0;
    do {
      tally_.Clear();
      for (const std::int64_t sample : subset) {
        tally_.Add(sample);
      }
      sum += ScoreWinner();
    } while (NextSubset(subset, size()));
    return sum / static_cast<double>(num_subsets);
  }

  // Means over the prefixes of random orders: for each k a random subset of k samples.
  std::vector<double> MeansOverDraws(std::uint64_t seed) {
    const std::array<std::uint32_t, 2> key = {static_cast<std::uint32_t>(seed),
                                              static_cast<std::uint32_t>(seed >> 32)};
    PythonRandom random{std::span<const std::uint32_t>(key)};
    std::vector<std::int64_t> order(samples_.size());
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::vector<double> means(samples_.size(), 0);
    for (std::int64_t i = 0; i < kMaxSubsets; ++i) {
      random.Shuffle(order);
      const std::vector<double> scores = ScorePrefixes(order);
      std::transform(means.begin(), means.end(), scores.begin(), means.begin(), std::plus<>());
    }
    for (double& mean : means) {
      mean /= static_cast<double>(kMaxSubsets);
    }
    return means;
  }

 private:
  double ScoreWinner() const {
    const auto winner = tally_.Winner();
    return winner && samples_[*winner].is_correct ? 1 : 0;
  }

  std::span<const VoteSample> samples_;
  Ballots ballots_;
  Tally tally_;
};

}  // namespace

std::optional<std::size_t> MajorityVote(std::span<const VoteSample> samples, VoteRule rule) {
  const Ballots ballots = CountBallots(samples, rule);
  Tally tally(ballots);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    tally.Add(static_cast<std::int64_t>(i));
  }
  return tally.Winner();
}

MajorityScore ScoreMajority(std::span<const VoteSample> samples, std::uint64_t seed,
                            VoteRule rule) {
  if (samples.empty()) {
    throw MetricError("maj@k", "", "no samples: expected at least one");
  }
  SubsetScorer scorer(samples, rule);
  const std::int64_t n = scorer.size();
  const std::int64_t num_correct =
      std::count_if(samples.begin(), samples.end(), [](const auto& s) { return s.is_correct; });
  std::vector<std::int64_t> in_order(samples.size());
  std::iota(in_order.begin(), in_order.end(), std::int64_t{0});

  MajorityScore result;
  result.first_k = scorer.ScorePrefixes(in_order);
  result.mean_accuracy = static_cast<double>(num_correct) / static_cast<double>(n);
  std::vector<double> drawn_means;
  for (std::int64_t k = 1; k <= n; ++k) {
    result.pass_at_k.push_back(PassAtK(n, num_correct, k));
    const std::int64_t num_subsets = NumSubsets(n, k);
    const bool is_exact = num_subsets <= kMaxSubsets;
    if (!is_exact && drawn_means.empty()) {
      drawn_means = scorer.MeansOverDraws(seed);
    }
    result.subset_mean.push_back(is_exact ? scorer.MeanOverAll(k, num_subsets)
                                          : drawn_means[static_cast<std::size_t>(k - 1)]);
    result.is_exact_mean.push_back(is_exact ? 1 : 0);
  }
  return result;
}

}  // namespace meval
