#include "tests/support/cuda_emulator/emulator.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <numeric>
#include <random>
#include <vector>

#include "tests/support/cuda_emulator/fiber.h"

namespace meval::cuda_emulator {
namespace {

constexpr std::size_t kStackBytes = std::size_t{256} << 10;  // virtual: pages come when touched

enum class State { kReady, kInWarp, kAtBarrier, kExited };

struct AsyncCopy {
  void* shared;
  const void* global;
  int bytes;
};

struct Thread {
  Thread() : fiber(kStackBytes) {}

  Fiber fiber;
  State state = State::kExited;
  Extent3 index{};
  int number = 0;  // in the block
  // The collective it waits in.
  const char* name = nullptr;
  std::uint32_t mask = 0;
  Collective collective = nullptr;
  void* operand = nullptr;
  // Its asynchronous copies: not yet committed, and groups in order of commitment.
  std::vector<AsyncCopy> issued;
  std::deque<std::vector<AsyncCopy>> committed;

  int lane() const { return number % kWarpLanes; }
  int warp() const { return number / kWarpLanes; }
};

std::string Where(const Thread& thread) {
  return "thread " + std::to_string(thread.number) + " (warp " + std::to_string(thread.warp()) +
         ", lane " + std::to_string(thread.lane()) + ")";
}

std::string Hex(std::uint32_t mask) {
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
  std::byte* shared() const { return shared_.data(); }

  // Leaves the current thread in `state`; returns when it runs again.
  void Suspend(State state) {
    Thread& self = *current_;
    self.state = state;
    Fiber::Switch(self.fiber, scheduler_, state == State::kExited);
  }

  void MeetWarp(const char* name, std::uint32_t mask, Collective collective, void* operand) {
    Thread& self = *current_;
    if ((mask >> self.lane() & 1U) == 0) {
      throw EmulatorError(Where(self) + " calls " + name + " under the mask " + Hex(mask) +
                          ", which leaves it out");
    }
    self.name = name;
    self.mask = mask;
    self.collective = collective;
    self.operand = operand;
    self.state = State::kInWarp;
    WarpOperands operands{};
    if (!AllHaveCome(self, operands)) {
      Suspend(State::kInWarp);
      return;
    }
    collective(operands, mask);
    for (int lane = 0; lane < kWarpLanes; ++lane) {
      if ((mask >> lane & 1U) != 0) LaneOf(self.warp(), lane)->state = State::kReady;
    }
  }

 private:
  Thread* LaneOf(int warp, int lane) {
    const int number = warp * kWarpLanes + lane;
    return number < num_threads_ ? threads_[static_cast<std::size_t>(number)].get() : nullptr;
  }

  bool AllHaveCome(const Thread& self, WarpOperands& operands) {
    for (int lane = 0; lane < kWarpLanes; ++lane) {
      if ((self.mask >> lane & 1U) == 0) continue;
      Thread* other = LaneOf(self.warp(), lane);
      if (other == nullptr || other->state == State::kExited) {
        throw EmulatorError(Where(self) + " waits in " + self.name + " under the mask " +
                            Hex(self.mask) + " for lane " + std::to_string(lane) +
                            ", which has exited or does not exist");
      }
      if (other->state != State::kInWarp) return false;
      if (other->mask != self.mask || other->collective != self.collective) {
        throw EmulatorError(Where(self) + " is in " + self.name + " under the mask " +
                            Hex(self.mask) + ", and " + Where(*other) + " in " + other->name +
                            " under the mask " + Hex(other->mask));
      }
      operands.of_lane[lane] = other->operand;
    }
    return true;
  }

  void RunBlock(std::int64_t index) {
    block_index_ = {static_cast<std::uint32_t>(index % grid_.x),
                    static_cast<std::uint32_t>(index / grid_.x % grid_.y),
                    static_cast<std::uint32_t>(index / grid_.x / grid_.y)};
    ++block_serial_;
    shared_.Poison();
    for (int i = 0; i < num_threads_; ++i) {
      Thread& thread = *threads_[static_cast<std::size_t>(i)];
      thread.number = i;
      const auto n = static_cast<std::uint32_t>(i);
      thread.index = {n % block_.x, n / block_.x % block_.y, n / block_.x / block_.y};
      thread.state = State::kReady;
      thread.issued.clear();
      thread.committed.clear();
      thread.fiber.Start(&Machine::ThreadMain, this);
    }
    failure_ = nullptr;
    Schedule();
    if (failure_ != nullptr) std::rethrow_exception(failure_);
  }

  static void ThreadMain(void* machine) {
    auto* self = static_cast<Machine*>(machine);
    try {
      (*self->kernel_)();
    } catch (...) {
      self->failure_ = std::current_exception();
    }
    self->Suspend(State::kExited);
  }

  // Runs the block's threads until all have exited or one has failed.
  void Schedule() {
    const int num_warps = (num_threads_ + kWarpLanes - 1) / kWarpLanes;
    std::vector<int> runnable;
    while (failure_ == nullptr) {
      runnable.clear();
      for (int warp = 0; warp < num_warps; ++warp) {
        if (ReadyLane(warp) != nullptr) runnable.push_back(warp);
      }
      if (!runnable.empty()) {
        RunWarp(runnable[Below(runnable.size())]);
      } else if (!ReleaseBarrier()) {
        return;
      }
    }
  }

  // One warp until each of its lanes waits for another warp or has exited.
  void RunWarp(int warp) {
    while (Thread* thread = ReadyLane(warp)) {
      current_ = thread;
      Fiber::Switch(scheduler_, thread->fiber);
      if (failure_ != nullptr) return;
    }
  }

  // The first lane that can run, from a random one on.
  Thread* ReadyLane(int warp) {
    const auto first = static_cast<int>(Below(kWarpLanes));
    for (int i = 0; i < kWarpLanes; ++i) {
      Thread* thread = LaneOf(warp, (first + i) % kWarpLanes);
      if (thread != nullptr && thread->state == State::kReady) return thread;
    }
    return nullptr;
  }

  // No thread can run. True: all were at the barrier and go on. False: all have exited.
  bool ReleaseBarrier() {
    const Thread* waiting = nullptr;
    const Thread* exited = nullptr;
    for (int i = 0; i < num_threads_; ++i) {
      const Thread& thread = *threads_[static_cast<std::size_t>(i)];
      if (thread.state == State::kInWarp) {
        throw EmulatorError(Where(thread) + " waits in " + thread.name + " under the mask " +
                            Hex(thread.mask) + ", and other lanes of the mask never come");
      }
      (thread.state == State::kExited ? exited : waiting) = &thread;
    }
    if (waiting == nullptr) return false;
    if (exited != nullptr) {
      throw EmulatorError(Where(*waiting) + " waits at __syncthreads, and " + Where(*exited) +
                          " has exited without it");
    }
    for (int i = 0; i < num_threads_; ++i) {
      threads_[static_cast<std::size_t>(i)]->state = State::kReady;
    }
    return true;
  }

  std::size_t Below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }

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
  Thread* current_ = nullptr;
  Fiber scheduler_;
  std::exception_ptr failure_;
};

Machine& TheMachine() {
  static Machine machine;
  return machine;
}

void Complete(const std::vector<AsyncCopy>& group) {
  for (const AsyncCopy& copy : group) {
    if (copy.bytes > 0) std::memcpy(copy.shared, copy.global, static_cast<std::size_t>(copy.bytes));
    std::memset(static_cast<std::byte*>(copy.shared) + copy.bytes, 0,
                static_cast<std::size_t>(16 - copy.bytes));
  }
}

}  // namespace

void SetScheduleSeed(std::uint64_t seed) { TheMachine().SetSeed(seed); }

void RunGrid(Extent3 grid, Extent3 block, std::size_t dynamic_shared_bytes,
             const std::function<void()>& kernel) {
  TheMachine().Run(grid, block, dynamic_shared_bytes, kernel);
}

Extent3 GridExtent() { return TheMachine().grid(); }
Extent3 BlockExtent() { return TheMachine().block(); }
Extent3 BlockIndex() { return TheMachine().block_index(); }
Extent3 ThreadIndex() { return TheMachine().current().index; }
int LaneIndex() { return TheMachine().current().lane(); }
std::uint64_t BlockSerial() { return TheMachine().block_serial(); }
std::byte* DynamicShared() { return TheMachine().shared(); }

void BlockBarrier() { TheMachine().Suspend(State::kAtBarrier); }

void MeetWarp(const char* name, std::uint32_t mask, Collective collective, void* operand) {
  TheMachine().MeetWarp(name, mask, collective, operand);
}

void IssueAsyncCopy(void* shared, const void* global, int bytes) {
  const auto misaligned = [](const void* pointer) {
    return reinterpret_cast<std::uintptr_t>(pointer) % 16 != 0;
  };
  Thread& self = TheMachine().current();
  if (misaligned(shared) || (bytes > 0 && misaligned(global)) || bytes < 0 || bytes > 16) {
    throw EmulatorError(Where(self) + ": cp.async of " + std::to_string(bytes) +
                        " bytes; expected addresses at multiples of 16 and 0 to 16 bytes");
  }
  std::memset(shared, 0xff, 16);
  self.issued.push_back({shared, global, bytes});
}

void CommitAsyncCopies() {
  Thread& self = TheMachine().current();
  self.committed.push_back(std::move(self.issued));
  self.issued.clear();
}

void WaitAsyncCopies(int pending) {
  Thread& self = TheMachine().current();
  while (static_cast<int>(self.committed.size()) > pending) {
    Complete(self.committed.front());
    self.committed.pop_front();
  }
}

}  // namespace meval::cuda_emulator
