#include "metrics/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <limits>
#include <mutex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace meval {
namespace {

// Enough blocks that a thread which gets slow documents, or a busy core, takes fewer of them.
constexpr std::size_t kBlocksPerThread = 16;

// One loop: blocks are handed out in rising order.
class Loop {
 public:
  Loop(std::size_t count, std::size_t block_size,
       const std::function<void(std::size_t, std::size_t)>& body)
      : count_(count), block_size_(block_size), body_(body) {}

  // Runs blocks until none is left. Blocks below a failed one have all been handed out before it,
  // so each runs to its end or its own exception: the lowest failure is always found.
  void TakeBlocks() {
    for (std::size_t begin = next_.fetch_add(block_size_); begin < count_ && begin < failed_.load();
         begin = next_.fetch_add(block_size_)) {
      try {
        body_(begin, begin + std::min(block_size_, count_ - begin));
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (begin < failed_.load()) {
          failed_.store(begin);
          error_ = std::current_exception();
        }
      }
    }
  }

  void Rethrow() const {
    if (error_ != nullptr) {
      std::rethrow_exception(error_);
    }
  }

 private:
  const std::size_t count_;
  const std::size_t block_size_;
  const std::function<void(std::size_t, std::size_t)>& body_;
  std::atomic<std::size_t> next_{0};
  std::atomic<std::size_t> failed_{std::numeric_limits<std::size_t>::max()};  // lowest such block
  std::mutex mutex_;
  std::exception_ptr error_;  // of the block at failed_; written under mutex_
};

}  // namespace

int NumHardwareThreads() {
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void ParallelBlocks(int num_threads, std::size_t count,
                    const std::function<void(std::size_t, std::size_t)>& body) {
  if (num_threads < 1) {
    throw std::invalid_argument("ParallelBlocks: " + std::to_string(num_threads) +
                                " threads: expected at least 1");
  }
  if (count == 0) {
    return;
  }
  if (num_threads == 1) {
    body(0, count);
    return;
  }
  const auto most_threads = static_cast<std::size_t>(num_threads);
  const std::size_t block_size =
      std::max<std::size_t>(1, count / (most_threads * kBlocksPerThread));
  Loop loop(count, block_size, body);
  {
    const std::size_t num_blocks = (count + block_size - 1) / block_size;
    std::vector<std::jthread> others;
    others.reserve(std::min(most_threads, num_blocks) - 1);
    try {
      while (others.size() + 1 < std::min(most_threads, num_blocks)) {
        others.emplace_back([&loop] { loop.TakeBlocks(); });
      }
    } catch (const std::system_error&) {
      // The machine gives no more threads: those there are do all the work.
    }
    loop.TakeBlocks();
  }  // joins
  loop.Rethrow();
}

}  // namespace meval
