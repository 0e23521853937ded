#ifndef MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_MACHINE_H_
#define MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_MACHINE_H_

// The scheduler of the emulated threads: for tests/support/cuda_emulator/emulator.cc alone.

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

#include "tests/support/cuda_emulator/async_copies.h"
#include "tests/support/cuda_emulator/emulator.h"
#include "tests/support/cuda_emulator/fiber.h"
#include "tests/support/cuda_emulator/race_detector.h"
#include "tests/support/cuda_emulator/warp.h"
#include "tests/support/cuda_emulator/warpgroup.h"

namespace meval::cuda_emulator {

inline constexpr std::size_t kStackBytes = std::size_t{256}
                                           << 10;  // virtual: pages come when touched
inline constexpr int kMaxWarps = kMaxBlockThreads / kWarpLanes;

// Of the dynamic shared memory. A device keeps the first KiB to itself, and a kernel's declared
// variables come before it.
inline constexpr std::uint32_t kDynamicSharedAddress = 1024 + 16;

// What a thread waits for in WaitUntil.
struct Awaited {
  const char* name = nullptr;
  bool (*has_come)(void* what) = nullptr;
  void* what = nullptr;
};

struct Thread {
  Thread() : fiber(kStackBytes) {}

  Fiber fiber;
  Extent3 index{};
  int number = 0;  // in the block
  AsyncCopies copies;
  Awaited awaited;
  SyncPoint came;
  SyncPoint goes;

  int lane() const { return number % kWarpLanes; }
  int warp() const { return number / kWarpLanes; }
};

inline std::string Where(const Thread& thread) {
  return "thread " + std::to_string(thread.number) + " (warp " + std::to_string(thread.warp()) +
         ", lane " + std::to_string(thread.lane()) + ")";
}

inline std::string Hex(std::uint32_t mask) {
  char text[16];
  std::snprintf(text, sizeof(text), "%08x", mask);
  return text;
}

// Memory of exactly the bytes asked for, so that AddressSanitizer sees the first byte beyond.
class SharedMemory {
 public:
  void Resize(std::size_t bytes) {
    std::free(data_);
    bytes_ = bytes;
    data_ = nullptr;
    if (bytes > 0 && posix_memalign(&data_, 128, bytes) != 0) throw std::bad_alloc();
  }
  ~SharedMemory() { std::free(data_); }
  void Poison() {
    if (bytes_ > 0) std::memset(data_, 0xff, bytes_);
  }
  std::byte* data() const { return static_cast<std::byte*>(data_); }
  std::size_t bytes() const { return bytes_; }

 private:
  void* data_ = nullptr;
  std::size_t bytes_ = 0;
};

// One launch at a time: the threads of the block that runs, and where it is.
class Machine {
 public:
  void SetSeed(std::uint64_t seed) {
    seed_ = seed;
    launches_ = 0;
  }

  void Run(Extent3 grid, Extent3 block, std::size_t shared_bytes,
           const std::function<void()>& kernel) {
    std::lock_guard lock(mutex_);
    const EmulatorsOwn own;
    const std::int64_t num_threads = block.count();
    if (num_threads < 1 || num_threads > kMaxBlockThreads) {
      throw EmulatorError("a block of " + std::to_string(num_threads) + " threads; expected 1 to " +
                          std::to_string(kMaxBlockThreads));
    }
    random_.seed(seed_ * 1000003 + launches_++);
    grid_ = grid;
    block_ = block;
    kernel_ = &kernel;
    shared_.Resize(shared_bytes);
    while (static_cast<std::int64_t>(threads_.size()) < num_threads) {
      threads_.push_back(std::make_unique<Thread>());
    }
    num_threads_ = static_cast<int>(num_threads);
    std::vector<std::int64_t> order(static_cast<std::size_t>(grid.count()));
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), random_);
    for (const std::int64_t i : order) RunBlock(i);
  }

  Thread& current() { return *current_; }
  const Extent3& grid() const { return grid_; }
  const Extent3& block() const { return block_; }
  const Extent3& block_index() const { return block_index_; }
  std::uint64_t block_serial() const { return block_serial_; }
  const SharedMemory& shared() const { return shared_; }

  void WaitUntil(const Awaited& awaited) {
    {
      const EmulatorsOwn own;
      if (awaited.has_come(awaited.what)) return;
      current_->awaited = awaited;
    }
    Suspend(&Warp::waiting);
  }

  void BlockBarrier() {
    // Two in turn: who is through early must not tell the others of what it does next.
    SyncPoint& point = barriers_[num_barriers_ % 2];
    point.Release();
    Suspend(&Warp::at_barrier);
    point.Acquire();
  }

  void MeetWarp(const char* name, std::uint32_t mask, Collective collective, void* operand,
                bool orders_memory) {
    const EmulatorsOwn own;
    Thread& self = *current_;
    Warp& warp = warps_[self.warp()];
    const std::uint32_t bit = 1U << self.lane();
    if ((mask & bit) == 0) {
      throw EmulatorError(Where(self) + " calls " + name + " under the mask " + Hex(mask) +
                          ", which leaves it out");
    }
    warp.name_of[self.lane()] = name;
    warp.mask_of[self.lane()] = mask;
    warp.collective_of[self.lane()] = collective;
    warp.operands.of_lane[self.lane()] = operand;
    if ((mask & warp.exited) != 0) throw EmulatorError(WhyItWaits(self));
    const std::uint32_t others = mask & warp.meeting;
    if (others != 0) RequireAgreement(self, std::countr_zero(others));
    if (orders_memory) self.came.Release();
    if ((others | bit) != mask) {
      Suspend(&Warp::meeting);
      if (orders_memory) self.goes.Acquire();
      return;
    }
    for (std::uint32_t left = others; left != 0; left &= left - 1) {
      RequireAgreement(self, std::countr_zero(left));
    }
    Complete(warp, mask, collective);
    warp.meeting &= ~others;
    warp.ready |= others;
    if (orders_memory) OrderMemory(self, others);
  }

 private:
  Thread& LaneOf(int warp, int lane) {
    return *threads_[static_cast<std::size_t>(warp * kWarpLanes + lane)];
  }

  // "__syncwarp under the mask ffffffff".
  std::string Collectively(const Thread& thread) const {
    const Warp& warp = warps_[thread.warp()];
    return std::string(warp.name_of[thread.lane()]) + " under the mask " +
           Hex(warp.mask_of[thread.lane()]);
  }

  // Of a thread in a collective that will never be whole.
  std::string WhyItWaits(const Thread& thread) const {
    const Warp& warp = warps_[thread.warp()];
    const std::uint32_t gone = warp.mask_of[thread.lane()] & warp.exited;
    return Where(thread) + " waits in " + Collectively(thread) +
           (gone == 0 ? ", and other lanes of the mask never come"
                      : " for lane " + std::to_string(std::countr_zero(gone)) +
                            ", which has exited or does not exist");
  }

  void RequireAgreement(const Thread& self, int lane) {
    if (warps_[self.warp()].Agree(self.lane(), lane)) return;
    const Thread& other = LaneOf(self.warp(), lane);
    throw EmulatorError(Where(self) + " is in " + Collectively(self) + ", and " + Where(other) +
                        " in " + Collectively(other));
  }

  static void Complete(Warp& warp, std::uint32_t mask, Collective collective) {
    if (mask == ~0U) return collective(warp.operands, mask);
    WarpOperands operands{};
    for (std::uint32_t left = mask; left != 0; left &= left - 1) {
      const int lane = std::countr_zero(left);
      operands.of_lane[lane] = warp.operands.of_lane[lane];
    }
    collective(operands, mask);
  }

  // What each lane of a meeting did before it comes before what each does after it.
  void OrderMemory(const Thread& self, std::uint32_t others) {
    for (std::uint32_t left = others; left != 0; left &= left - 1) {
      LaneOf(self.warp(), std::countr_zero(left)).came.Acquire();
    }
    for (std::uint32_t left = others; left != 0; left &= left - 1) {
      LaneOf(self.warp(), std::countr_zero(left)).goes.Release();
    }
  }

  void RunBlock(std::int64_t index) {
    block_index_ = {static_cast<std::uint32_t>(index % grid_.x),
                    static_cast<std::uint32_t>(index / grid_.x % grid_.y),
                    static_cast<std::uint32_t>(index / grid_.x / grid_.y)};
    ++block_serial_;
    shared_.Poison();
    num_warps_ = (num_threads_ + kWarpLanes - 1) / kWarpLanes;
    for (int warp = 0; warp < num_warps_; ++warp) {
      warps_[warp].Begin(std::min(kWarpLanes, num_threads_ - warp * kWarpLanes));
    }
    for (int i = 0; i < num_threads_; ++i) {
      Thread& thread = *threads_[static_cast<std::size_t>(i)];
      thread.number = i;
      const auto n = static_cast<std::uint32_t>(i);
      thread.index = {n % block_.x, n / block_.x % block_.y, n / block_.x / block_.y};
      thread.copies.Clear();
      thread.fiber.Start(&Machine::ThreadMain, this);
    }
    failure_ = nullptr;
    start_.Release();
    try {
      Schedule();
    } catch (...) {
      failure_ = std::current_exception();
    }
    end_.Acquire();
    if (failure_ != nullptr) std::rethrow_exception(failure_);
    EndProducts(num_warps_);
  }

  MEVAL_NO_TSAN static void ThreadMain(void* machine) {
    auto* self = static_cast<Machine*>(machine);
    self->start_.Acquire();
    self->CallKernel();
    self->Suspend(&Warp::exited);
  }

  void CallKernel() {
    try {
      (*kernel_)();
    } catch (...) {
      const EmulatorsOwn own;
      failure_ = std::current_exception();
    }
  }

  // Leaves the current thread, which from now on is at `what`; returns when it runs again. The next
  // is another lane of its warp, as long as one is ready.
  MEVAL_NO_TSAN void Suspend(std::uint32_t Warp::*what) {
    Thread& self = *current_;
    end_.Release();  // it may be the last time that it runs, if another one fails
    Fiber::Switch(self.fiber, Next(what), what == &Warp::exited);
  }
  Fiber& Next(std::uint32_t Warp::*what) {
    const EmulatorsOwn own;
    Warp& warp = warps_[current_->warp()];
    const std::uint32_t bit = 1U << current_->lane();
    warp.ready &= ~bit;
    warp.*what |= bit;
    if (failure_ != nullptr || warp.ready == 0) return scheduler_;
    current_ = &LaneOf(current_->warp(), AnyOf(warp.ready));
    return current_->fiber;
  }

  // Runs the block's threads until all have exited or one has failed: one warp until each of its
  // lanes waits for another warp or has exited, then another.
  void Schedule() {
    do {
      for (std::uint32_t runnable = Runnable(); runnable != 0; runnable = Runnable()) {
        const int warp = AnyOf(runnable);
        current_ = &LaneOf(warp, AnyOf(warps_[warp].ready));
        Fiber::Switch(scheduler_, current_->fiber);
        if (failure_ != nullptr) return;
      }
    } while (WakeWaiting() || ReleaseBarrier());
  }

  // Whether what some thread waits for has come; it goes on.
  bool WakeWaiting() {
    bool any = false;
    for (int w = 0; w < num_warps_; ++w) {
      Warp& warp = warps_[w];
      for (std::uint32_t left = warp.waiting; left != 0; left &= left - 1) {
        const int lane = std::countr_zero(left);
        const Awaited& awaited = LaneOf(w, lane).awaited;
        if (!awaited.has_come(awaited.what)) continue;
        warp.waiting &= ~(1U << lane);
        warp.ready |= 1U << lane;
        any = true;
      }
    }
    return any;
  }

  // The warps with a lane that is ready, a bit for each.
  std::uint32_t Runnable() const {
    std::uint32_t runnable = 0;
    for (int warp = 0; warp < num_warps_; ++warp) {
      runnable |= static_cast<std::uint32_t>(warps_[warp].ready != 0) << warp;
    }
    return runnable;
  }

  // No thread can run. True: all were at the barrier and go on. False: all have exited.
  bool ReleaseBarrier() {
    const Thread* waiting = nullptr;
    const Thread* exited = nullptr;
    for (int w = 0; w < num_warps_; ++w) {
      const Warp& warp = warps_[w];
      if (warp.waiting != 0) {
        const Thread& thread = LaneOf(w, std::countr_zero(warp.waiting));
        throw EmulatorError(Where(thread) + " waits for " + thread.awaited.name +
                            ", which never comes");
      }
      if (warp.meeting != 0) {
        throw EmulatorError(WhyItWaits(LaneOf(w, std::countr_zero(warp.meeting))));
      }
      if (warp.at_barrier != 0) waiting = &LaneOf(w, std::countr_zero(warp.at_barrier));
      const std::uint32_t gone = warp.exited & warp.exists;
      if (gone != 0) exited = &LaneOf(w, std::countr_zero(gone));
    }
    if (waiting == nullptr) return false;
    if (exited != nullptr) {
      throw EmulatorError(Where(*waiting) + " waits at __syncthreads, and " + Where(*exited) +
                          " has exited without it");
    }
    ++num_barriers_;
    for (int w = 0; w < num_warps_; ++w) {
      warps_[w].ready = std::exchange(warps_[w].at_barrier, 0);
    }
    return true;
  }

  // One of the bits, at random: the first that is set from a random one on.
  int AnyOf(std::uint32_t bits) {
    const auto first = static_cast<int>(random_() % 32);
    return (first + std::countr_zero(std::rotr(bits, first))) % 32;
  }

  std::mutex mutex_;
  std::uint64_t seed_ = 1;
  std::uint64_t launches_ = 0;
  std::minstd_rand random_;
  Extent3 grid_;
  Extent3 block_;
  Extent3 block_index_;
  std::uint64_t block_serial_ = 0;
  const std::function<void()>* kernel_ = nullptr;
  SharedMemory shared_;
  std::vector<std::unique_ptr<Thread>> threads_;
  int num_threads_ = 0;
  Warp warps_[kMaxWarps];
  int num_warps_ = 0;
  Thread* current_ = nullptr;
  Fiber scheduler_;
  std::exception_ptr failure_;
  std::uint64_t num_barriers_ = 0;
  SyncPoint barriers_[2];
  SyncPoint start_;
  SyncPoint end_;
};

}  // namespace meval::cuda_emulator

#endif  // MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_MACHINE_H_
