#ifndef MEVAL_METRICS_BRADLEY_TERRY_MAXIMUM_LIKELIHOOD_H_
#define MEVAL_METRICS_BRADLEY_TERRY_MAXIMUM_LIKELIHOOD_H_

#include <cstddef>
#include <span>
#include <vector>

namespace meval {

// All battles of two models: what the likelihood depends on.
struct PairTotal {
  std::size_t first = 0;   //
  std::size_t second = 0;  // > first
  double score = 0;        // wins of `first` plus half the ties
  double battles = 0;      // > 0
};

struct Strengths {
  std::vector<double> log_odds;  // [models]; they sum to 0
  double largest_gradient = 0;   // max over models of |d log-likelihood / d log_odds|
  int num_iterations = 0;
};

// Maximizes the sum over pairs of score ln p + (battles - score) ln(1 - p), where p is the logistic
// function of the difference of log-odds, until no component of the gradient exceeds 1e-10 (or,
// for millions of battles, what rounding leaves of it). Newton's method, halving steps that
// overshoot; the likelihood does not change along (1, ..., 1), so there the Hessian is filled in.
// The graph of "beat or tied with" must be strongly connected, else there is no maximum.
Strengths MaximizeLikelihood(std::span<const PairTotal> pairs, std::vector<double> start);

}  // namespace meval

#endif  // MEVAL_METRICS_BRADLEY_TERRY_MAXIMUM_LIKELIHOOD_H_
