#ifndef MEVAL_EVALS_ENCODE_AHEAD_H_
#define MEVAL_EVALS_ENCODE_AHEAD_H_

// Tokenising beside the model: the first task is encoded while the weights are read, each next one
// while the one before it runs.

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <span>
#include <thread>

#include "evals/encoded_task.h"
#include "evals/eval_plan.h"
#include "evals/text_encoder.h"

namespace meval {

class EncodeAhead {
 public:
  // Begins with plans[0] at once. Plans and encoder must outlive this.
  EncodeAhead(std::span<const EvalPlan> plans, const TextEncoder& encoder, int num_threads);
  ~EncodeAhead();  // stops soon, with whatever is being encoded thrown away
  EncodeAhead(const EncodeAhead&) = delete;
  EncodeAhead& operator=(const EncodeAhead&) = delete;

  // The next plan's task, in order; waits for it. Encoding of the one after begins when this
  // returns, so two encoded tasks exist at a time. Throws what EncodeTask threw, and
  // std::logic_error behind the last plan.
  EncodedTask Next();

 private:
  void Run(std::stop_token stop, int num_threads);

  std::span<const EvalPlan> plans_;
  const TextEncoder& encoder_;
  std::size_t num_taken_ = 0;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<EncodedTask> ready_;
  std::exception_ptr failure_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace meval

#endif  // MEVAL_EVALS_ENCODE_AHEAD_H_
