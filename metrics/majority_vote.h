#ifndef MEVAL_METRICS_MAJORITY_VOTE_H_
#define MEVAL_METRICS_MAJORITY_VOTE_H_

// Self-consistency (Wang et al. 2023): several sampled answers to one document vote, and the answer
// with the most votes is scored. maj@k is the accuracy with k samples, 0..1.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace meval {

enum class VoteRule {
  // The product's `maj@k`: votes are compared as given, so give the canonical form the metric
  // compares by (metrics/numeric_match.h); invalid samples abstain; among equally many votes the
  // answer with the smallest sample index wins. No valid sample: no winner, which scores 0.
  kCanonical,
  // `maj@k,reference`: lm-evaluation-harness' majority_vote over extracted texts. An invalid answer
  // ("[invalid]") votes like any other; the answer seen first wins among equally many.
  kReference,
};

struct VoteSample {
  std::string answer;       // what is compared
  bool is_valid = true;     // an answer was found in the response
  bool is_correct = false;  // this answer, alone, scores 1
};

// The index of the winning answer's first sample; nothing if no sample may vote.
std::optional<std::size_t> MajorityVote(std::span<const VoteSample> samples,
                                        VoteRule rule = VoteRule::kCanonical);

// One document's samples, scored for every k up to their number n; index k - 1 holds the value for
// k. All are 0..1; set scores are means over documents.
struct MajorityScore {
  std::vector<double> first_k;              // maj@k of samples 0 .. k-1: 0 or 1
  std::vector<double> subset_mean;          // maj@k averaged over subsets of k samples
  std::vector<std::uint8_t> is_exact_mean;  // all C(n, k) subsets, not a sample of them
  std::vector<double> pass_at_k;            // at least one of k right, without bias
  double mean_accuracy = 0;                 // fraction of right samples
};

// Subsets keep the order of samples. All C(n, k) are taken where they are at most 1000, otherwise
// 1000 drawn ones: the first k of 1000 random orders, from a generator seeded by `seed`. Give each
// document a seed of its own, and its values depend on nothing else. MetricError for no samples.
MajorityScore ScoreMajority(std::span<const VoteSample> samples, std::uint64_t seed,
                            VoteRule rule = VoteRule::kCanonical);

}  // namespace meval

#endif  // MEVAL_METRICS_MAJORITY_VOTE_H_
