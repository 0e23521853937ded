#ifndef MEVAL_METRICS_BINOMIAL_H_
#define MEVAL_METRICS_BINOMIAL_H_

// The binomial distribution: how many of n independent trials succeed, each with probability p.

#include <cstdint>

namespace meval {

// P(X = k), relative error about 1e-12; 0 for k outside [0, n]. std::invalid_argument unless n >= 0
// and 0 <= p <= 1, as below.
double BinomialProbability(std::int64_t k, std::int64_t n, double p);
// P(X <= k). The smaller of the two tails is summed, from its largest term on, so a small
// probability keeps its digits and time is by standard deviations rather than by n.
double BinomialCdf(std::int64_t k, std::int64_t n, double p);

}  // namespace meval

#endif  // MEVAL_METRICS_BINOMIAL_H_
