#include "metrics/latex/factorial.h"

#include <cmath>
#include <vector>

#include "metrics/latex/outcome.h"

namespace meval::latex {
namespace {

constexpr std::int64_t kMaxFactors = 20000;

Approximation One(const Approximation& like) { return Approximate(1, like.bits()); }

// Steps of Budget, as measured at 320 bits, for a factor of a product of approximations.
constexpr std::int64_t kStepsOfFactor = 20;
std::int64_t StepsOfFactor(mp_bitcnt_t bits) {
  return kStepsOfFactor * (1 + static_cast<std::int64_t>(bits) / 320);
}

// Bernoulli numbers B_2, B_4 ... B_2n from the tangent numbers T_1 ... T_n (Brent and Harvey, "Fast
// computation of Bernoulli, Tangent and Secant numbers", 2013): n^2 products with small numbers.
std::vector<mpq_class> BernoulliNumbers(std::size_t n, Budget& budget) {
  const auto size = static_cast<std::int64_t>(n);
  budget.Spend(size * size / 4 * (1 + size / 500));  // as measured
  std::vector<mpz_class> tangents(n + 1, 1);
  for (std::size_t k = 2; k <= n; ++k) {
    tangents[k] = tangents[k - 1] * (k - 1);
  }
  for (std::size_t k = 2; k <= n; ++k) {
    for (std::size_t j = k; j <= n; ++j) {
      tangents[j] = tangents[j] * (j - k + 2) + tangents[j - 1] * (j - k);
    }
  }
  std::vector<mpq_class> numbers;
  for (std::size_t k = 1; k <= n; ++k) {
    const mpz_class four_to_k = mpz_class(1) << (2 * k);
    const mpz_class top = tangents[k] * (2 * k);
    numbers.emplace_back(k % 2 == 0 ? mpz_class(-top) : top, four_to_k * (four_to_k - 1));
    numbers.back().canonicalize();
  }
  return numbers;
}

// Stirling's series for log Gamma, cut where its terms are smaller than needed: z is large.
Approximation LogGamma(const Approximation& z, Budget& budget) {
  const mp_bitcnt_t bits = z.bits();
  const Approximation half = Approximate({.value = mpq_class(1, 2)}, bits);
  const Approximation tau = {Real(2 * PiOf(bits)), Real(0, bits), 5 - static_cast<double>(bits)};
  Approximation sum = (z - half) * Log(z) - z + half * Log(tau);
  const Approximation square = z * z;
  Approximation power = z;
  // bits / 8 terms are enough where z is real.
  const std::vector<mpq_class> numbers = BernoulliNumbers(bits / 6, budget);
  budget.Spend(StepsOfFactor(bits) * static_cast<std::int64_t>(numbers.size()));
  for (std::size_t k = 1; k <= numbers.size(); ++k) {
    const mpq_class coefficient = numbers[k - 1] / (2 * k * (2 * k - 1));
    const Approximation term = Approximate({.value = coefficient}, bits) / power;
    sum = sum + term;
    if (LogMagnitude(term) < -static_cast<double>(bits)) {
      return sum;
    }
    power = power * square;
  }
  throw TooLarge{};
}

}  // namespace

Approximation Factorial(const Approximation& a, Budget& budget) {
  const auto integer = AsInteger(a);
  if (integer && *integer < 0) {
    throw Undefined{};
  }
  if (integer && *integer <= kMaxFactors) {
    budget.Spend(*integer);
    mpz_class product;
    mpz_fac_ui(product.get_mpz_t(), static_cast<unsigned long>(*integer));
    return Approximate({.value = product}, a.bits());
  }
  // Gamma(a + 1) = Gamma(z) / ((a+1) (a+2) ... (z-1)) with z far enough to the right.
  const double target = static_cast<double>(a.bits()) / 4;
  if (a.re < -kMaxFactors) {
    throw TooLarge{};
  }
  Approximation z = a + One(a);
  Approximation divisor = One(a);
  while (z.re < target) {
    budget.Spend(StepsOfFactor(a.bits()));
    divisor = divisor * z;
    z = z + One(a);
  }
  return Exp(LogGamma(z, budget)) / divisor;
}

Approximation Binomial(const Approximation& n, const Approximation& k, Budget& budget) {
  const auto size = AsInteger(k);
  if (!size || *size > kMaxFactors) {
    return Factorial(n, budget) / (Factorial(k, budget) * Factorial(n - k, budget));
  }
  if (*size < 0) {
    return Approximate(0, n.bits());
  }
  budget.Spend(2 * StepsOfFactor(n.bits()) * *size);
  Approximation product = One(n);
  for (std::int64_t i = 0; i < *size; ++i) {
    product = product * (n - Approximate(i, n.bits())) / Approximate(i + 1, n.bits());
  }
  return product;
}

}  // namespace meval::latex
