#ifndef MEVAL_METRICS_GROUP_SEQUENTIAL_H_
#define MEVAL_METRICS_GROUP_SEQUENTIAL_H_

// Looking at a test before all documents are in. A test at 5 % that is made four times errs more
// often than in 5 %; the boundaries of O'Brien & Fleming (1979) are so high at early looks that the
// whole series keeps its level, and that the last look is nearly an ordinary test.
//
//   reject at look k where |Z_k| >= C / sqrt(t_k)        t_k: the share of documents seen by then
//
// C is such that equal systems are rejected at some look with probability alpha. In terms of
// Brownian motion the region of going on is |W(t_k)| < C at every look, whose probability is
// integrated look by look (Armitage, McPherson & Rowe 1969).

#include <span>
#include <vector>

namespace meval {

// C, to about 1e-5. `shares` rise strictly, from 0.01 or more to exactly 1, by 0.01 or more a look.
// std::invalid_argument otherwise, and unless 0 < alpha < 1.
double OBrienFlemingConstant(std::span<const double> shares, double alpha = 0.05);

// The two-sided p-value at or below which each look rejects: P(|Z| >= C / sqrt(t_k)).
std::vector<double> OBrienFlemingLevels(std::span<const double> shares, double alpha = 0.05);

// The probability that a series with these critical values of |Z| rejects at some look, when Z has
// the mean drift * sqrt(t_k): the error for drift 0, else the power. critical_values: one a look,
// >= 0; std::invalid_argument otherwise, and for shares as above.
double GroupSequentialPower(std::span<const double> shares, std::span<const double> critical_values,
                            double drift);

}  // namespace meval

#endif  // MEVAL_METRICS_GROUP_SEQUENTIAL_H_
