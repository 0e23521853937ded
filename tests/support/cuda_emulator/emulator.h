#ifndef MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_EMULATOR_H_
#define MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_EMULATOR_H_

// Runs CUDA kernels that g++ has compiled: one fiber per CUDA thread, one block after another.
//
// A thread runs until it meets others: at a warp collective (shuffle, vote, mma, ldmatrix,
// __syncwarp) the lanes of the mask wait for each other, at __syncthreads all threads of the block.
// Between these points the order is as unkind as a seed can make it: blocks in random order, and a
// random warp runs to its block barrier before any other warp of the block moves. Shared memory is
// poisoned when a block starts; an asynchronous copy poisons its destination when it is issued and
// arrives when it is waited for, not before.
//
// What no correct kernel does is an EmulatorError that says where: lanes of one warp in different
// collectives or under different masks, a barrier some threads of the block never reach, a
// misaligned or out-of-bounds address given to an instruction that is emulated here.
//
// In a build with ThreadSanitizer, two accesses of different threads to one place are a data race
// unless a barrier orders them, whichever came first (race_detector.h).
//
// Not emulated: reordering of plain loads and stores, the order of sums inside a real mma, banks,
// occupancy. One launch runs at a time; host threads queue.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>

#include "tests/support/cuda_emulator/race_detector.h"

namespace meval::cuda_emulator {

class EmulatorError : public std::runtime_error {
 public:
  explicit EmulatorError(const std::string& what) : std::runtime_error(what) {}
};

struct Extent3 {
  std::uint32_t x = 1;
  std::uint32_t y = 1;
  std::uint32_t z = 1;
  std::int64_t count() const { return std::int64_t{x} * y * z; }
};

inline constexpr int kWarpLanes = 32;
inline constexpr int kMaxBlockThreads = 1024;

// What the scheduling of every later launch follows from, with the number of the launch.
void SetScheduleSeed(std::uint64_t seed);

// Calls kernel() once for every thread of every block. Throws EmulatorError on a kernel that breaks
// the rules, and whatever kernel() throws.
void RunGrid(Extent3 grid, Extent3 block, std::size_t dynamic_shared_bytes,
             const std::function<void()>& kernel);

// What follows is for the thread that runs, inside RunGrid.

Extent3 GridExtent();
Extent3 BlockExtent();
Extent3 BlockIndex();   // from 0
Extent3 ThreadIndex();  // from 0
int LaneIndex();
// Numbers the blocks of the process in the order they run, from 1.
std::uint64_t BlockSerial();

// The block's dynamic shared memory, of exactly the bytes the launch asked for, 128-byte aligned.
std::byte* DynamicShared();

// Shared memory a kernel declares: one object per block, poisoned before the block's first use.
template <typename T>
class SharedVariable {
 public:
  T& OfThisBlock() {
    const EmulatorsOwn own;
    if (block_ != BlockSerial()) {
      Poison();
      block_ = BlockSerial();
    }
    return *reinterpret_cast<T*>(bytes_);
  }

 private:
  void Poison() {
    for (std::byte& byte : bytes_) byte = std::byte{0xff};
  }
  alignas(128) std::byte bytes_[sizeof(T)];
  std::uint64_t block_ = 0;
};

void BlockBarrier();

// Waits until has_come(what) is true, which other threads of the block may make it. `name` says in
// errors what is waited for.
void WaitUntil(const char* name, bool (*has_come)(void* what), void* what);

// The 32-bit address by which instructions know a place in the dynamic shared memory, which begins
// at a multiple of 16 that is none of 256: kernels that need more must see to it. Throws
// EmulatorError where the place, or one of the bytes behind it, lies outside.
std::uint32_t SharedAddressOf(const void* place);
std::byte* AtSharedAddress(std::uint32_t address, std::size_t bytes);
std::size_t DynamicSharedBytes();

// What a lane brings to a warp collective and takes from it, by lane number; null for lanes outside
// the mask.
struct WarpOperands {
  void* of_lane[kWarpLanes];
};
// The collective itself, called once, when all lanes of the mask have come.
using Collective = void (*)(WarpOperands& operands, std::uint32_t mask);

// Waits for the lanes of `mask`, which must all call this with the same name, mask and collective.
// orders_memory: what each of them wrote before, the others see after.
void MeetWarp(const char* name, std::uint32_t mask, Collective collective, void* operand,
              bool orders_memory = false);

// Copies `bytes` bytes of 16 and zeros for the rest when the group it is committed to is waited
// for.
void IssueAsyncCopy(void* shared, const void* global, int bytes);
void CommitAsyncCopies();
// Waits until at most `pending` of the groups committed last are under way.
void WaitAsyncCopies(int pending);

}  // namespace meval::cuda_emulator

#endif  // MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_EMULATOR_H_
