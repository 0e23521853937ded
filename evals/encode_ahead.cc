#include "evals/encode_ahead.h"

#include <stdexcept>
#include <utility>

namespace meval {

EncodeAhead::EncodeAhead(std::span<const EvalPlan> plans, const TextEncoder& encoder,
                         int num_threads)
    : plans_(plans),
      encoder_(encoder),
      thread_([this, num_threads](std::stop_token stop) { Run(std::move(stop), num_threads); }) {}

EncodeAhead::~EncodeAhead() = default;  // the thread is asked to stop, then joined

EncodedTask EncodeAhead::Next() {
  if (num_taken_ == plans_.size()) throw std::logic_error("EncodeAhead: there is no further plan");
  ++num_taken_;
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ready_ || failure_; });
  if (!ready_) std::rethrow_exception(failure_);
  EncodedTask task = std::move(*ready_);
  ready_.reset();
  changed_.notify_all();
  return task;
}

void EncodeAhead::Run(std::stop_token stop, int num_threads) {
  for (const EvalPlan& plan : plans_) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [&] { return !ready_; })) return;
    lock.unlock();
    std::optional<EncodedTask> task;
    std::exception_ptr failure;
    try {
      task = EncodeTask(plan, encoder_, num_threads, stop);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    ready_ = std::move(task);
    failure_ = failure;
    changed_.notify_all();
    if (failure || stop.stop_requested()) return;
  }
}

}  // namespace meval
