#include "metrics/latex/factorial.h"

#include <cmath>
#include <vector>

#include "metrics/latex/outcome.h"

namespace meval::latex {
namespace {

constexpr std::int64_t kMaxFactors = 20000;

Approximation One(const Approximation& like) { return Approximate(1, like.bits()); }

// Bernoulli numbers B_2, B_4 ... B_2n, by sum_{j<=m} C(m+1, j) B_j = 0.
std::vector<mpq_class> BernoulliNumbers(std::size_t n) {
  std::vector<mpq_class> numbers = {1, mpq_class(-1, 2)};
  std::vector<mpq_class> even;
  for (std::size_t m = 2; m <= 2 * n; ++m) {
    mpq_class sum = 0;
    mpz_class binomial = 1;
    for (std::size_t j = 0; j < m; ++j) {
      sum += binomial * numbers[j];
      binomial = binomial * (m + 1 - j) / (j + 1);
    }
    numbers.emplace_back(-sum / (m + 1));
    if (m % 2 == 0) {
      even.push_back(numbers.back());
    }
  }
  return even;
}

// Stirling's series for log Gamma, cut where its terms are smallest beyond need: z is large.
Approximation LogGamma(const Approximation& z) {
  const mp_bitcnt_t bits = z.bits();
  const Approximation half = Approximate({.value = mpq_class(1, 2)}, bits);
  const Approximation tau = {Real(2 * PiOf(bits)), Real(0, bits), 5 - static_cast<double>(bits)};
  Approximation sum = (z - half) * Log(z) - z + half * Log(tau);
  const Approximation square = z * z;
  Approximation power = z;
  const std::vector<mpq_class> numbers = BernoulliNumbers(bits / 4);
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

Approximation Factorial(const Approximation& a) {
  const auto integer = AsInteger(a);
  if (integer && *integer < 0) {
    throw Undefined{};
  }
  if (integer && *integer <= kMaxFactors) {
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
    divisor = divisor * z;
    z = z + One(a);
  }
  return Exp(LogGamma(z)) / divisor;
}

Approximation Binomial(const Approximation& n, const Approximation& k) {
  const auto size = AsInteger(k);
  if (!size || *size > kMaxFactors) {
    return Factorial(n) / (Factorial(k) * Factorial(n - k));
  }
  if (*size < 0) {
    return Approximate(0, n.bits());
  }
  Approximation product = One(n);
  for (std::int64_t i = 0; i < *size; ++i) {
    product = product * (n - Approximate(i, n.bits())) / Approximate(i + 1, n.bits());
  }
  return product;
}

}  // namespace meval::latex
