#ifndef MEVAL_EVALS_ENERGY_SPAN_H_
#define MEVAL_EVALS_ENERGY_SPAN_H_

#include <functional>
#include <optional>

#include "evals/serving_engine.h"
#include "reports/bench_record.h"

namespace meval {

// What a counter says, in joules (EnergyMeter::Joules). Empty, or without a value: not readable.
using JouleCounter = std::function<std::optional<double>()>;

// The energy that is used between the moment it is made and Finish.
class EnergySpan {
 public:
  EnergySpan(JouleCounter counter, BenchClock& clock);  // borrows the clock
  // All but the tokens, which the caller has counted. Nothing where the counter cannot be read or
  // has not moved.
  std::optional<BenchEnergy> Finish() const;

 private:
  JouleCounter counter_;
  BenchClock& clock_;
  std::optional<double> joules_;
  double begin_ = 0;
};

}  // namespace meval

#endif  // MEVAL_EVALS_ENERGY_SPAN_H_
