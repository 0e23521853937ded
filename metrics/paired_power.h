#ifndef MEVAL_METRICS_PAIRED_POWER_H_
#define MEVAL_METRICS_PAIRED_POWER_H_

// How small a difference a set can show. With n documents of which a share `discordance` is
// answered rightly by one system only, the systems differ by `difference` where the discordant
// documents fall to one side with probability (1 + difference / discordance) / 2.

#include <cstdint>
#include <optional>

namespace meval {

// The probability that ExactMcNemar (metrics/mcnemar.h) gives a p-value <= alpha: the exact sum
// over numbers of discordant documents, Binomial(n, discordance), of the power given that number
// (Miettinen 1968; Connor 1987 approximates it). Time by n * discordance. std::invalid_argument
// unless n >= 1, 0 <= |difference| <= discordance <= 1 and 0 < alpha < 1.
double McNemarPower(std::int64_t n, double discordance, double difference, double alpha = 0.05);

// The smallest difference that McNemarPower finds with probability `power` or more, to 1e-6. A
// difference larger than `discordance` makes all discordant documents fall to one side, and so many
// of them. Nothing where even a difference of 1 is not found: the set is too small.
// std::invalid_argument as above, and unless alpha < power < 1.
std::optional<double> MinimumDetectableDifference(std::int64_t n, double discordance,
                                                  double alpha = 0.05, double power = 0.8);

// The same for means of graded scores, whose paired difference has this standard error:
// (z(1 - alpha / 2) + z(power)) * standard_error, the normal approximation.
double MinimumDetectableMeanDifference(double standard_error, double alpha = 0.05,
                                       double power = 0.8);

}  // namespace meval

#endif  // MEVAL_METRICS_PAIRED_POWER_H_
