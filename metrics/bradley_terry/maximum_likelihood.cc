#include "metrics/bradley_terry/maximum_likelihood.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace meval {
namespace {

constexpr int kMaxIterations = 500;  // ten are usual
// Log-odds one step may move: far from the maximum the Hessian can be nearly flat.
constexpr double kLongestStep = 4;
// Within such a step the curvature changes by less than e^(1/2), and Newton's method cannot
// overshoot (Bach 2010, self-concordant analysis of logistic regression).
constexpr double kShortStep = 0.25;

// 1e-10, or for millions of battles what rounding leaves of a sum of so many.
double Tolerance(std::span<const PairTotal> pairs, std::size_t num_models) {
  std::vector<double> battles(num_models, 0);
  for (const PairTotal& pair : pairs) {
    battles[pair.first] += pair.battles;
    battles[pair.second] += pair.battles;
  }
  const double most = *std::max_element(battles.begin(), battles.end());
  return std::max(1e-10, 4 * std::numeric_limits<double>::epsilon() * most);
}

// ln(1 + exp(x)) without overflow.
double SoftPlus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

double LogLikelihood(std::span<const PairTotal> pairs, const std::vector<double>& at) {
  double sum = 0;
  for (const PairTotal& pair : pairs) {
    const double lead = at[pair.first] - at[pair.second];
    sum -= pair.score * SoftPlus(-lead) + (pair.battles - pair.score) * SoftPlus(lead);
  }
  return sum;
}

// The gradient, and the negative Hessian with the missing direction filled in, row by row.
struct Slope {
  std::vector<double> gradient;
  std::vector<double> hessian;
};

Slope SlopeAt(std::span<const PairTotal> pairs, const std::vector<double>& at) {
  const std::size_t n = at.size();
  Slope slope = {std::vector<double>(n, 0), std::vector<double>(n * n, 0)};
  double trace = 0;
  for (const PairTotal& pair : pairs) {
    const double p = 1 / (1 + std::exp(at[pair.second] - at[pair.first]));
    const double surprise = pair.score - pair.battles * p;
    slope.gradient[pair.first] += surprise;
    slope.gradient[pair.second] -= surprise;
    const double curvature = pair.battles * p * (1 - p);
    slope.hessian[pair.first * n + pair.first] += curvature;
    slope.hessian[pair.second * n + pair.second] += curvature;
    slope.hessian[pair.second * n + pair.first] -= curvature;
    trace += 2 * curvature;
  }
  // Any multiple of (1, ..., 1) (1, ..., 1)^T will do, since the gradient has no share of it; this
  // one is of the size of the rest.
  const double fill = trace / static_cast<double>(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      slope.hessian[i * n + j] += fill;
    }
  }
  return slope;
}

// Solves A x = b for a symmetric positive definite A, of which the lower triangle is read and
// overwritten, by Cholesky's decomposition: column by column, each taken out of all later ones.
std::vector<double> Solve(std::vector<double>& a, std::vector<double> b) {
  const std::size_t n = b.size();
  std::vector<double> column(n);
  for (std::size_t k = 0; k < n; ++k) {
    // A pivot that rounding has eaten up makes the step short, not wrong.
    const double pivot = std::sqrt(std::max(a[k * n + k], std::numeric_limits<double>::min()));
    a[k * n + k] = pivot;
    for (std::size_t i = k + 1; i < n; ++i) {
      column[i] = a[i * n + k] /= pivot;
    }
    for (std::size_t i = k + 1; i < n; ++i) {
      double* row = &a[i * n];
      const double factor = column[i];
      for (std::size_t j = k + 1; j <= i; ++j) {
        row[j] -= factor * column[j];
      }
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      b[i] -= a[i * n + k] * b[k];
    }
    b[i] /= a[i * n + i];
  }
  for (std::size_t i = n; i-- > 0;) {
    b[i] /= a[i * n + i];
    for (std::size_t k = 0; k < i; ++k) {
      b[k] -= a[i * n + k] * b[i];
    }
  }
  return b;
}

double LargestMagnitude(const std::vector<double>& values) {
  double largest = 0;
  for (const double value : values) {
    largest = std::max(largest, std::abs(value));
  }
  return largest;
}

std::vector<double> Moved(const std::vector<double>& at, const std::vector<double>& step,
                          double share) {
  std::vector<double> moved(at.size());
  double sum = 0;
  for (std::size_t i = 0; i < at.size(); ++i) {
    moved[i] = at[i] + share * step[i];
    sum += moved[i];
  }
  for (double& value : moved) {
    value -= sum / static_cast<double>(at.size());
  }
  return moved;
}

// `at` plus the step, cut or halved where it is too long for Newton's method to be sure of itself.
std::vector<double> Advance(std::span<const PairTotal> pairs, const std::vector<double>& at,
                            const std::vector<double>& step) {
  const double length = LargestMagnitude(step);
  if (length <= kShortStep) {
    return Moved(at, step, 1);
  }
  const double likelihood = LogLikelihood(pairs, at);
  double share = std::min(1.0, kLongestStep / length);
  std::vector<double> moved = Moved(at, step, share);
  while (LogLikelihood(pairs, moved) < likelihood && share * length > kShortStep) {
    share /= 2;
    moved = Moved(at, step, share);
  }
  return moved;
}

}  // namespace

Strengths MaximizeLikelihood(std::span<const PairTotal> pairs, std::vector<double> start) {
  const double tolerance = Tolerance(pairs, start.size());
  Strengths result;
  result.log_odds = Moved(start, start, 0);
  for (; result.num_iterations < kMaxIterations; ++result.num_iterations) {
    Slope slope = SlopeAt(pairs, result.log_odds);
    result.largest_gradient = LargestMagnitude(slope.gradient);
    if (result.largest_gradient <= tolerance) {
      return result;
    }
    const std::vector<double> step = Solve(slope.hessian, std::move(slope.gradient));
    result.log_odds = Advance(pairs, result.log_odds, step);
  }
  throw std::logic_error(
      "MaximizeLikelihood: no maximum found; is the graph of battles connected?");
}

}  // namespace meval
