#ifndef MEVAL_METRICS_MCNEMAR_H_
#define MEVAL_METRICS_MCNEMAR_H_

// Two systems that answered the same documents, each answer right or wrong: whether they differ,
// and by how much. Documents on which both are right or both wrong say nothing of a difference, so
// these look at the discordant ones.
//
//                        system right   system wrong
//   baseline right       both_right     only_baseline      difference = share right of the system
//   baseline wrong       only_system    both_wrong                    - share right of the baseline
//                                                                   = (only_system - only_baseline)
//                                                                     / n

#include <cstdint>
#include <span>

#include "metrics/aggregate.h"

namespace meval {

struct PairedCounts {
  std::int64_t both_right = 0;
  std::int64_t only_baseline = 0;
  std::int64_t only_system = 0;
  std::int64_t both_wrong = 0;

  std::int64_t n() const { return both_right + only_baseline + only_system + both_wrong; }
  std::int64_t discordant() const { return only_baseline + only_system; }
  double Difference() const;  // -1 .. 1; 0 for no documents
};

// From scores of the same documents in the same order, 1 right and 0 wrong. MetricError: numbers of
// documents that differ, or a score that is neither, with its document.
PairedCounts CountPairedOutcomes(std::span<const double> baseline, std::span<const double> system);

// The exact test of McNemar (1947): under equal systems each discordant document falls to either
// side with probability 1/2, so only_system is binomial. Two-sided:
//
//   p = min(1, 2 P(X <= min(only_baseline, only_system))),  X ~ Binomial(discordant, 1/2)
//
// 1 without discordant documents. It never exceeds its nominal error, and falls short of it where
// discordant documents are few.
double ExactMcNemar(const PairedCounts& counts);

// The score interval of Difference() (Tango 1998, Statistics in Medicine 17:891): all differences
// that the score test at this level does not reject. Within [-1, 1]; it keeps its coverage with few
// discordant documents, and with none it is -+ z^2 / (n + z^2), not a point. MetricError for n = 0.
Interval PairedDifferenceInterval(const PairedCounts& counts, double level = 0.95);

}  // namespace meval

#endif  // MEVAL_METRICS_MCNEMAR_H_
