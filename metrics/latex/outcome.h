#ifndef MEVAL_METRICS_LATEX_OUTCOME_H_
#define MEVAL_METRICS_LATEX_OUTCOME_H_

// How the comparison of two texts can end early. These are thrown and caught inside the library
// (metrics/symbolic_equivalence.cc): to the metric they are outcomes like any other, all meaning
// "not equal".

#include <cstdint>

namespace meval::latex {

// The text is not mathematics.
struct Unreadable {};
// Division by zero and the like: no value is left to compare.
struct Undefined {};
// More work, or longer numbers, than a comparison may take.
struct TooLarge {};

// The work that one comparison may still do, in steps of some 100 nanoseconds. Used up by hostile
// texts only.
class Budget {
 public:
  // Throws TooLarge when all is spent.
  void Spend(std::int64_t steps) {
    if ((left_ -= steps) < 0) {
      throw TooLarge{};
    }
  }

 private:
  std::int64_t left_ = 8'000'000;
};

}  // namespace meval::latex

#endif  // MEVAL_METRICS_LATEX_OUTCOME_H_
