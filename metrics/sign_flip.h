#ifndef MEVAL_METRICS_SIGN_FLIP_H_
#define MEVAL_METRICS_SIGN_FLIP_H_

// Whether two systems with graded scores on the same documents differ, by randomisation of signs
// (Fisher 1935, section 21): under equal systems each document's difference could as well have had
// the other sign.
//
//   p = share of all assignments of signs whose |sum of differences| is at least the observed one
//
// Two-sided. With up to 20 documents that differ, all assignments are counted, and p is exact;
// with more, `num_trials` are drawn and p = (1 + number at least as large) / (1 + num_trials)
// (Phipson & Smyth 2010), which keeps its level too. 1 where nothing differs. For differences of
// -1, 0 and 1 the exact p is that of ExactMcNemar (metrics/mcnemar.h).

#include <cstdint>
#include <span>

namespace meval {

struct SignFlipOptions {
  std::int64_t num_trials = 10'000;  // >= 1
  std::uint64_t seed = 1234;         // trials come 1000 a generator, default_rng([seed, chunk])
  int num_threads = 1;               // does not change a number
};

// `differences`: system - baseline, one a document. MetricError for no documents, for one that is
// not finite, and for no trials.
double SignFlipTest(std::span<const double> differences, const SignFlipOptions& options = {});

}  // namespace meval

#endif  // MEVAL_METRICS_SIGN_FLIP_H_
