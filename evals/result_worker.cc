#include "evals/result_worker.h"

#include <chrono>
#include <utility>

namespace meval {
namespace {

constexpr std::chrono::seconds kIdle{1};

}  // namespace

ResultWorker::ResultWorker(std::stop_token stop, std::function<void()> between,
                           std::size_t capacity)
    : between_(std::move(between)),
      capacity_(capacity),
      pass_on_(std::move(stop), [this] { stop_source_.request_stop(); }),
      thread_([this] { Run(); }) {}

ResultWorker::~ResultWorker() {
  try {
    Finish();
  } catch (...) {
    // The owner is being unwound by an exception of its own, which says why the run ended.
  }
}

void ResultWorker::Push(std::function<void()> work) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return queue_.size() < capacity_ || failure_; });
  if (failure_) return;
  queue_.push_back(std::move(work));
  changed_.notify_all();
}

void ResultWorker::Finish() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  if (const std::exception_ptr failure = std::exchange(failure_, nullptr)) {
    std::rethrow_exception(failure);
  }
}

void ResultWorker::Run() {
  std::vector<std::function<void()>> batch;
  std::unique_lock lock(mutex_);
  for (bool is_last = false; !is_last;) {
    changed_.wait_for(lock, kIdle, [&] { return !queue_.empty() || is_ending_; });
    batch.clear();
    std::swap(batch, queue_);
    is_last = is_ending_ && batch.empty();
    changed_.notify_all();
    lock.unlock();
    try {
      Do(batch);
    } catch (...) {
      lock.lock();
      failure_ = std::current_exception();
      queue_.clear();
      changed_.notify_all();
      lock.unlock();
      stop_source_.request_stop();
      return;
    }
    lock.lock();
  }
}

void ResultWorker::Do(std::vector<std::function<void()>>& batch) {
  for (const std::function<void()>& work : batch) work();
  if (between_) between_();
}

}  // namespace meval
