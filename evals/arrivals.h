#ifndef MEVAL_EVALS_ARRIVALS_H_
#define MEVAL_EVALS_ARRIVALS_H_

// When the requests of a server scenario arrive: decided before the run, from a seed of its own.

#include <cstdint>
#include <vector>

namespace meval {

// Arrival times of `count` requests at one a second on average, the first gap included: sums of
// independent gaps that follow a gamma distribution of mean 1 and shape `burstiness`. 1 is a
// Poisson process; less comes in bursts, more is more regular (vLLM's --burstiness). Dividing by a
// rate gives the schedule of that rate, so schedules of one seed differ by nothing else.
//
// Gamma variates by Marsaglia and Tsang (2000), normal ones by the polar method (Marsaglia and Bray
// 1964), from numpy's PCG64 (metrics/numpy_random.h): the same on every machine up to the rounding
// of its logarithm. std::invalid_argument unless count >= 0 and burstiness > 0.
std::vector<double> UnitRateArrivals(std::int64_t count, double burstiness, std::uint64_t seed);

}  // namespace meval

#endif  // MEVAL_EVALS_ARRIVALS_H_
