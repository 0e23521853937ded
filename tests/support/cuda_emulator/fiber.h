#ifndef MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_FIBER_H_
#define MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_FIBER_H_

// Threads of execution that take turns on one thread of the host, each with a stack of its own: a
// fiber runs until it switches away. On x86-64 a switch is a dozen instructions; elsewhere, or with
// MEVAL_FIBER_UCONTEXT defined, it is swapcontext. AddressSanitizer and ThreadSanitizer are told of
// every switch; to the latter it is no synchronisation.

#include <cstddef>

#include "tests/support/cuda_emulator/race_detector.h"

#if !defined(__x86_64__) && !defined(MEVAL_FIBER_UCONTEXT)
#define MEVAL_FIBER_UCONTEXT
#endif
#ifdef MEVAL_FIBER_UCONTEXT
#include <ucontext.h>
#endif

namespace meval::cuda_emulator {

class Fiber {
 public:
  using Entry = void (*)(void* argument);

  // The fiber the caller runs on: a place to come back to.
  Fiber() = default;
  // A fiber with a stack of its own, behind a page that faults when it overflows.
  explicit Fiber(std::size_t stack_bytes);
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Has the next switch to this fiber call entry(argument) on an empty stack, whatever it did
  // before. `entry` must not return or throw: it ends in a last switch away.
  void Start(Entry entry, void* argument);

  // Leaves `from`, the fiber that runs, and goes on where `to` left off. Returns when something
  // switches back. `is_last`: `from` will not run again before it is started anew.
  MEVAL_NO_TSAN static void Switch(Fiber& from, Fiber& to, bool is_last = false);

 private:
  MEVAL_NO_TSAN static void Enter();
  void FinishSwitch();
  void RenewRaceState(bool is_needed);

  std::byte* mapping_ = nullptr;  // guard page, then the stack
  std::size_t mapping_bytes_ = 0;
  const void* stack_bottom_ = nullptr;
  std::size_t stack_bytes_ = 0;
  Entry entry_ = nullptr;
  void* argument_ = nullptr;
  void* fake_stack_ = nullptr;  // AddressSanitizer's
  void* race_state_ = nullptr;  // ThreadSanitizer's
  bool has_ended_ = true;       // by a last switch, since it was started
#ifdef MEVAL_FIBER_UCONTEXT
  ucontext_t context_{};
#else
  void* stack_pointer_ = nullptr;
#endif
};

}  // namespace meval::cuda_emulator

#endif  // MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_FIBER_H_
