#ifndef MEVAL_EVALS_SERVING_ENGINE_H_
#define MEVAL_EVALS_SERVING_ENGINE_H_

// What the latency scenarios (evals/serving_scenarios.h) need of the world: something that answers
// requests step by step, and a clock. Both are interfaces so that an engine with known delays and a
// clock that moves when it is told to give exact results.

#include <cstdint>
#include <span>

namespace meval {

// Lengths are all that speed depends on.
struct RequestShape {
  std::int64_t prompt_tokens = 0;  // >= 1
  std::int64_t output_tokens = 0;  // >= 1

  bool operator==(const RequestShape&) const = default;
};

class ServingEngine {
 public:
  virtual ~ServingEngine() = default;
  // Takes a request; `id` is the caller's name for it, unique in a run.
  virtual void Add(std::int64_t id, const RequestShape& shape) = 0;
  virtual bool is_idle() const = 0;
  // Works for a while. The ids of requests that have got one more output token by its end.
  virtual std::span<const std::int64_t> Step() = 0;
};

class BenchClock {
 public:
  virtual ~BenchClock() = default;
  virtual double Now() = 0;  // seconds since some fixed moment; never goes back
  // Returns when Now() is `time` or later.
  virtual void WaitUntil(double time) = 0;
};

// std::chrono::steady_clock, from the moment it is made.
class SteadyClock : public BenchClock {
 public:
  SteadyClock();
  double Now() override;
  void WaitUntil(double time) override;

 private:
  std::int64_t start_ns_;
};

}  // namespace meval

#endif  // MEVAL_EVALS_SERVING_ENGINE_H_
