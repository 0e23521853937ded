#include "kernels/cpu/thread_pool.h"

#include <chrono>
#include <utility>

namespace meval::cpu {
namespace {

// Ops follow each other within microseconds, some on the calling thread alone; a sleeping thread
// takes tens of them to wake. Spinning for as long before sleeping keeps the threads together and
// an idle program idle.
constexpr std::chrono::microseconds kSpinTime(50);
constexpr int kSpinsPerLook = 32;  // at the clock

void Pause() {
#ifdef __x86_64__
  __builtin_ia32_pause();
#endif
}

template <typename Done>
void SpinUntil(Done done) {
  const auto end = std::chrono::steady_clock::now() + kSpinTime;
  do {
    for (int i = 0; i < kSpinsPerLook; ++i) {
      if (done()) return;
      Pause();
    }
  } while (std::chrono::steady_clock::now() < end);
}

}  // namespace

ThreadPool::ThreadPool(int num_threads) {
  for (int i = 1; i < num_threads; ++i) workers_.emplace_back([this] { WorkerLoop(); });
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    num_loops_.fetch_add(1);
  }
  wake_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::Run(std::int64_t count, const std::function<void(std::int64_t)>& task) {
  if (workers_.empty() || count <= 1) {
    for (std::int64_t i = 0; i < count; ++i) task(i);
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    task_ = &task;
    count_ = count;
    error_ = nullptr;
    next_.store(0);
    open_ = true;
    num_loops_.fetch_add(1);
  }
  wake_.notify_all();
  TakeTasks(task, count);

  // All tasks are taken: whoever has not joined need not, whoever has must finish.
  std::unique_lock lock(mutex_);
  open_ = false;
  lock.unlock();
  SpinUntil([this] { return num_active_.load() == 0; });
  lock.lock();
  idle_.wait(lock, [this] { return num_active_.load() == 0; });
  if (error_ != nullptr) std::rethrow_exception(std::exchange(error_, nullptr));
}

void ThreadPool::WorkerLoop() {
  std::uint64_t seen = 0;
  while (true) {
    SpinUntil([&] { return num_loops_.load() != seen; });
    std::unique_lock lock(mutex_);
    if (!stop_ && !open_ && num_loops_.load() != seen) {  // too late for one: not for the next
      seen = num_loops_.load();
      continue;
    }
    wake_.wait(lock, [&] { return stop_ || (open_ && num_loops_.load() != seen); });
    if (stop_) return;
    seen = num_loops_.load();
    num_active_.fetch_add(1);
    const std::function<void(std::int64_t)>& task = *task_;
    const std::int64_t count = count_;
    lock.unlock();
    TakeTasks(task, count);
    lock.lock();
    if (num_active_.fetch_sub(1) == 1) idle_.notify_one();
  }
}

void ThreadPool::TakeTasks(const std::function<void(std::int64_t)>& task, std::int64_t count) {
  for (std::int64_t i = next_.fetch_add(1); i < count; i = next_.fetch_add(1)) {
    try {
      task(i);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (error_ == nullptr) error_ = std::current_exception();
      next_.store(count);  // the loop has failed: leave the tasks nobody has begun
    }
  }
}

}  // namespace meval::cpu
