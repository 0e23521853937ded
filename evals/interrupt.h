#ifndef MEVAL_EVALS_INTERRUPT_H_
#define MEVAL_EVALS_INTERRUPT_H_

#include <csignal>
#include <stop_token>
#include <thread>

namespace meval {

// Turns the first Ctrl-C (SIGINT) or SIGTERM into a stop request, so that a run ends between two
// forward passes with its journal written. A second signal ends the process at once; the journal
// then holds what was synced.
//
// Construct before any other thread starts: threads inherit the signal mask.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  std::stop_token token() const { return source_.get_token(); }

 private:
  void Watch();
  std::stop_source source_;
  sigset_t previous_mask_{};
  std::thread watcher_;
};

}  // namespace meval

#endif  // MEVAL_EVALS_INTERRUPT_H_
