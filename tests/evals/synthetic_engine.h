#ifndef MEVAL_TESTS_EVALS_SYNTHETIC_ENGINE_H_
#define MEVAL_TESTS_EVALS_SYNTHETIC_ENGINE_H_

// An engine with known delays and a clock that moves when it is told to: what a scenario measures
// follows by formula.

#include <algorithm>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "evals/serving_engine.h"

namespace meval::testing {

class FakeClock : public BenchClock {
 public:
  double Now() override { return now_; }
  void WaitUntil(double time) override { now_ = std::max(now_, time); }
  void Advance(double seconds) { now_ += seconds; }

 private:
  double now_ = 0;
};

// Continuous batching of at most `slots` requests. A step takes step_seconds, and prompt_seconds
// more for each token of the prompts that begin in it; every request under way gets a token.
class SyntheticEngine : public ServingEngine {
 public:
  struct Delays {
    double step_seconds = 1;
    double prompt_seconds = 0;  // a token
    std::size_t slots = 1;
  };

  SyntheticEngine(FakeClock& clock, const Delays& delays) : clock_(clock), delays_(delays) {}

  void Add(std::int64_t id, const RequestShape& shape) override {
    waiting_.push_back({id, shape.prompt_tokens, shape.output_tokens});
  }
  bool is_idle() const override { return waiting_.empty() && running_.empty(); }
  std::span<const std::int64_t> Step() override {
    double seconds = delays_.step_seconds;
    while (!waiting_.empty() && running_.size() < delays_.slots) {
      seconds += delays_.prompt_seconds * static_cast<double>(waiting_.front().prompt_tokens);
      running_.push_back(waiting_.front());
      waiting_.pop_front();
    }
    clock_.Advance(seconds);
    served_.clear();
    for (Request& request : running_) {
      served_.push_back(request.id);
      --request.tokens_left;
    }
    std::erase_if(running_, [](const Request& request) { return request.tokens_left == 0; });
    return served_;
  }

 private:
  struct Request {
    std::int64_t id = 0;
    std::int64_t prompt_tokens = 0;
    std::int64_t tokens_left = 0;
  };

  FakeClock& clock_;
  Delays delays_;
  std::deque<Request> waiting_;
  std::vector<Request> running_;
  std::vector<std::int64_t> served_;
};

}  // namespace meval::testing

#endif  // MEVAL_TESTS_EVALS_SYNTHETIC_ENGINE_H_
