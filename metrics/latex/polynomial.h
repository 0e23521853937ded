#ifndef MEVAL_METRICS_LATEX_POLYNOMIAL_H_
#define MEVAL_METRICS_LATEX_POLYNOMIAL_H_

// Quotients of polynomials in generators: symbols, roots of primes, and whatever else is carried
// along as a name. Exponents are rational numbers, also negative ones.
//
// A generator named by a number, "#p", is the base of a root of p: its exponents are kept between 0
// and 1, whole powers moving into the coefficient.

#include <gmpxx.h>

#include <map>
#include <string>

#include "metrics/latex/number.h"
#include "metrics/latex/outcome.h"

namespace meval::latex {

using Monomial = std::map<std::string, mpq_class>;  // exponents, none 0
using Polynomial = std::map<Monomial, Number>;      // coefficients, none 0

struct Quotient {
  Polynomial top;  // empty: 0
  Polynomial bottom = {{Monomial{}, Number{.value = 1}}};
};

Quotient MakeQuotient(const Number& number);

// The number that a quotient without generators is.
const Number* AsNumber(const Quotient& quotient);

// Different only for different quotients, but also for some that are written differently.
std::string ToText(const Quotient& quotient);

// Operations throw TooLarge where numbers, the number of terms or the work grow beyond bounds.
class Algebra {
 public:
  explicit Algebra(Budget& budget) : budget_(budget) {}

  Quotient Generator(const std::string& name, const mpq_class& exponent = 1);
  Quotient Sum(const Quotient& a, const Quotient& b);
  Quotient Product(const Quotient& a, const Quotient& b);
  // Throws Undefined for 0 to a negative power.
  Quotient Power(const Quotient& base, std::int64_t exponent);

 private:
  Polynomial Sum(const Polynomial& a, const Polynomial& b);
  Polynomial Product(const Polynomial& a, const Polynomial& b);
  Polynomial PowerOfTerm(const Polynomial::value_type& term, std::int64_t exponent);

  Budget& budget_;
};

}  // namespace meval::latex

#endif  // MEVAL_METRICS_LATEX_POLYNOMIAL_H_
