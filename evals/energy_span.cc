#include "evals/energy_span.h"

#include <utility>

#include "kernels/energy_meter.h"

namespace meval {
namespace {

std::optional<double> Read(const JouleCounter& counter) {
  return counter ? counter() : std::nullopt;
}

}  // namespace

EnergySpan::EnergySpan(JouleCounter counter, BenchClock& clock)
    : counter_(std::move(counter)), clock_(clock), joules_(Read(counter_)) {
  if (joules_) begin_ = clock.Now();
}

std::optional<BenchEnergy> EnergySpan::Finish() const {
  const std::optional<double> joules = JoulesBetween(joules_, Read(counter_));
  if (!joules) return std::nullopt;
  return BenchEnergy{.joules = *joules, .seconds = clock_.Now() - begin_};
}

}  // namespace meval
