#ifndef MEVAL_EVALS_RESULT_WORKER_H_
#define MEVAL_EVALS_RESULT_WORKER_H_

// Results are written and scored beside the model: the engine's callbacks only queue them, one
// thread does the rest.
//
//   ResultWorker worker(stop, [&] { journal.Flush(); });
//   model.Score(requests, [&](std::size_t i, ContinuationScore score) {
//     worker.Push([&, i, score] { journal.Add(...); ... });
//   }, worker.stop_token());
//   worker.Finish();

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace meval {

class ResultWorker {
 public:
  // Results that may wait: thousands of steps' worth of work are seconds, their memory is small.
  static constexpr std::size_t kCapacity = 4096;

  // `between` runs on the worker's thread whenever the queue has been emptied, and about once a
  // second while nothing comes. A request of `stop` (the user's) is passed on to stop_token().
  ResultWorker(std::stop_token stop, std::function<void()> between,
               std::size_t capacity = kCapacity);
  // Does what is queued, then ends the thread; a failure that Finish did not tell stays untold.
  ~ResultWorker();
  ResultWorker(const ResultWorker&) = delete;
  ResultWorker& operator=(const ResultWorker&) = delete;

  // Queues work; waits while `capacity` pieces are queued. Work runs in the order of the calls.
  // After a failure it is dropped: nothing behind it could be kept.
  void Push(std::function<void()> work);
  // For the model: requested by the user, or as soon as a piece of work or `between` has thrown.
  std::stop_token stop_token() const { return stop_source_.get_token(); }
  // Waits until everything queued is done, `between` included, and ends the thread. Rethrows the
  // first exception it met.
  void Finish();

 private:
  void Run();
  void Do(std::vector<std::function<void()>>& batch);

  const std::function<void()> between_;
  const std::size_t capacity_;
  std::stop_source stop_source_;
  std::stop_callback<std::function<void()>> pass_on_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::function<void()>> queue_;
  bool is_ending_ = false;
  std::exception_ptr failure_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace meval

#endif  // MEVAL_EVALS_RESULT_WORKER_H_
