#ifndef MEVAL_KERNELS_CPU_THREAD_POOL_H_
#define MEVAL_KERNELS_CPU_THREAD_POOL_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace meval::cpu {

// A fixed set of threads that share the tasks of one loop at a time; the calling thread is one of
// them. Tasks are handed out one by one, so that a slow core takes fewer.
class ThreadPool {
 public:
  explicit ThreadPool(int num_threads);  // >= 1; one thread starts none and runs loops inline
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int num_threads() const { return static_cast<int>(workers_.size()) + 1; }
  void Run(std::int64_t count, const std::function<void(std::int64_t)>& task);

 private:
  void WorkerLoop();
  void TakeTasks(const std::function<void(std::int64_t)>& task, std::int64_t count);

  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable wake_;  // a loop is open, or stop_
  std::condition_variable idle_;  // num_active_ fell to 0
  bool stop_ = false;
  bool open_ = false;  // workers may still join the current loop
  const std::function<void(std::int64_t)>* task_ = nullptr;
  std::int64_t count_ = 0;
  std::exception_ptr error_;                 // the first of the current loop
  std::atomic<std::uint64_t> num_loops_{0};  // written under mutex_; read without it while spinning
  std::atomic<int> num_active_{0};           // workers inside the current loop; likewise
  std::atomic<std::int64_t> next_{0};
};

}  // namespace meval::cpu

#endif  // MEVAL_KERNELS_CPU_THREAD_POOL_H_
