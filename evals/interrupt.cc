#include "evals/interrupt.h"

#include <pthread.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace meval {
namespace {

// Wakes the watcher when the guard goes away; not a signal anybody else sends.
constexpr int kWakeSignal = SIGUSR2;

void WriteToStderr(std::string_view text) {
  // The result does not matter: there is nobody left to tell.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

InterruptGuard::InterruptGuard() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, kWakeSignal}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, &previous_mask_);
  watcher_ = std::thread([this] { Watch(); });
}

InterruptGuard::~InterruptGuard() {
  pthread_kill(watcher_.native_handle(), kWakeSignal);
  watcher_.join();
  pthread_sigmask(SIG_SETMASK, &previous_mask_, nullptr);
}

void InterruptGuard::Watch() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, kWakeSignal}) sigaddset(&signals, signal);
  for (;;) {
    int received = 0;
    if (sigwait(&signals, &received) != 0) continue;
    if (received == kWakeSignal) return;
    if (source_.stop_requested()) {
      WriteToStderr("\nmistral-eval: stopped at once; the journal keeps what was written\n");
      std::_Exit(130);
    }
    WriteToStderr("\nmistral-eval: stopping after this step (once more to stop at once) ...\n");
    source_.request_stop();
  }
}

}  // namespace meval
