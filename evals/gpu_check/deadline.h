#ifndef MEVAL_EVALS_GPU_CHECK_DEADLINE_H_
#define MEVAL_EVALS_GPU_CHECK_DEADLINE_H_

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

namespace meval::gpu_check {

// Requests a stop once `seconds` are over, unless it is destroyed before.
class Deadline {
 public:
  explicit Deadline(double seconds)
      : waiter_([this, seconds](const std::stop_token& destroyed) {
          std::unique_lock lock(mutex_);
          changed_.wait_for(lock, destroyed, std::chrono::duration<double>(seconds),
                            [] { return false; });
          if (!destroyed.stop_requested()) source_.request_stop();
        }) {}

  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::jthread waiter_;  // the last: it uses the others
};

}  // namespace meval::gpu_check

#endif  // MEVAL_EVALS_GPU_CHECK_DEADLINE_H_
