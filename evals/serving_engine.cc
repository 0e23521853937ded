#include "evals/serving_engine.h"

#include <chrono>
#include <thread>

namespace meval {
namespace {

std::int64_t SteadyNanoseconds() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

SteadyClock::SteadyClock() : start_ns_(SteadyNanoseconds()) {}

double SteadyClock::Now() { return static_cast<double>(SteadyNanoseconds() - start_ns_) * 1e-9; }

void SteadyClock::WaitUntil(double time) {
  for (double left = time - Now(); left > 0; left = time - Now()) {
    std::this_thread::sleep_for(std::chrono::duration<double>(left));
  }
}

}  // namespace meval
