#include "tests/support/cuda_emulator/fiber.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <new>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

#ifndef MEVAL_FIBER_UCONTEXT
// Saves the registers a call preserves on the stack that runs, notes the stack pointer in *from and
// goes on with the stack `to`, which was left in the same way.
extern "C" void meval_switch_stack(void** from, void* to);
asm(R"(
.text
.globl meval_switch_stack
.type meval_switch_stack, @function
meval_switch_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size meval_switch_stack, .-meval_switch_stack
)");
#endif

namespace meval::cuda_emulator {
namespace {

// The two ends of the switch under way: what a fiber needs to know when it wakes.
thread_local Fiber* switched_from = nullptr;
thread_local Fiber* switched_to = nullptr;

}  // namespace

Fiber::Fiber(std::size_t stack_bytes) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  stack_bytes_ = (stack_bytes + page - 1) / page * page;
  mapping_bytes_ = stack_bytes_ + page;
  void* mapping = mmap(nullptr, mapping_bytes_, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping == MAP_FAILED) throw std::bad_alloc();
  mapping_ = static_cast<std::byte*>(mapping);
  mprotect(mapping_, page, PROT_NONE);
  stack_bottom_ = mapping_ + page;
}

Fiber::~Fiber() {
  RenewRaceState(false);
  if (mapping_ != nullptr) munmap(mapping_, mapping_bytes_);
}

void Fiber::Start(Entry entry, void* argument) {
  if (race_state_ == nullptr || !has_ended_) RenewRaceState(true);
  has_ended_ = false;
  entry_ = entry;
  argument_ = argument;
  fake_stack_ = nullptr;
#ifdef __SANITIZE_ADDRESS__
  // Frames that were left for good leave their marks.
  __asan_unpoison_memory_region(stack_bottom_, stack_bytes_);
#endif
#ifdef MEVAL_FIBER_UCONTEXT
  getcontext(&context_);
  context_.uc_stack.ss_sp = mapping_ + (mapping_bytes_ - stack_bytes_);
  context_.uc_stack.ss_size = stack_bytes_;
  context_.uc_link = nullptr;
  makecontext(&context_, &Fiber::Enter, 0);
#else
  // As if Enter had been called from address 0 and had then switched away: six registers, the
  // address to go on at, the return address.
  auto* top = reinterpret_cast<std::uintptr_t*>(mapping_ + mapping_bytes_);
  *--top = 0;
  *--top = reinterpret_cast<std::uintptr_t>(&Fiber::Enter);
  for (int i = 0; i < 6; ++i) *--top = 0;
  stack_pointer_ = top;
#endif
}

// What ThreadSanitizer knows of a fiber that was left in the midst of calls is of no use to the
// next start, and cannot be given back: it takes such an end for a mistake.
void Fiber::RenewRaceState([[maybe_unused]] bool is_needed) {
#ifdef __SANITIZE_THREAD__
  if (mapping_ == nullptr) return;  // a host thread has its own
  if (race_state_ != nullptr && has_ended_) __tsan_destroy_fiber(race_state_);
  race_state_ = is_needed ? __tsan_create_fiber(0) : nullptr;
#endif
}

void Fiber::Enter() {
  Fiber* self = switched_to;
  self->FinishSwitch();
  self->entry_(self->argument_);
  __builtin_trap();  // entry has returned
}

void Fiber::FinishSwitch() {
#ifdef __SANITIZE_ADDRESS__
  // The fiber of a host thread learns here where its own stack lies.
  __sanitizer_finish_switch_fiber(fake_stack_, &switched_from->stack_bottom_,
                                  &switched_from->stack_bytes_);
#endif
}

void Fiber::Switch(Fiber& from, Fiber& to, bool is_last) {
  switched_from = &from;
  switched_to = &to;
  from.has_ended_ = is_last;
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_start_switch_fiber(is_last ? nullptr : &from.fake_stack_, to.stack_bottom_,
                                 to.stack_bytes_);
#endif
#ifdef __SANITIZE_THREAD__
  if (from.mapping_ == nullptr) from.race_state_ = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(to.race_state_, __tsan_switch_to_fiber_no_sync);
#endif
#ifdef MEVAL_FIBER_UCONTEXT
  swapcontext(&from.context_, &to.context_);
#else
  meval_switch_stack(&from.stack_pointer_, to.stack_pointer_);
#endif
  from.FinishSwitch();
}

}  // namespace meval::cuda_emulator
