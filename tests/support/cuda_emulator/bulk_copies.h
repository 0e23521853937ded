#ifndef MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_BULK_COPIES_H_
#define MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_BULK_COPIES_H_

// The copy engine and the barriers of compute capability 9.0, for the thread that runs: mbarrier,
// cp.async.bulk.tensor and the two ways to shared memory (generic and async proxy) of the PTX ISA.
//
// A copy poisons its destination when it is issued. It arrives when someone waits for its barrier
// and nothing else is missing there, not before. The async proxy has a view of its own of the
// dynamic shared memory: bulk copies write both, ordinary stores only the memory that threads see,
// and products read the view. It takes over what threads have stored when one of them has fenced;
// that each thread that has stored must fence is not checked.

#include <cstddef>
#include <cstdint>

#include <cuda.h>

namespace meval::cuda_emulator {

// mbarrier.init: each phase takes `arrivals` of them.
void BeginBarrier(void* barrier, int arrivals);
// mbarrier.arrive, and with bytes > 0 .expect_tx.
void ArriveAtBarrier(void* barrier, std::int64_t bytes);
// mbarrier.try_wait.parity until it is true: until the phase of that parity is not the present one.
void AwaitBarrier(void* barrier, std::uint32_t parity);

// cp.async.bulk.tensor.3d of the map's box at (x, y, z).
void IssueTileCopy(void* shared, const CUtensorMap& map, int x, int y, int z, void* barrier);

// fence.proxy.async.shared::cta
void FenceAsyncProxy();

// 16 bytes as the async proxy sees them, at a multiple of 16.
struct Chunk {
  std::byte bytes[16];
  bool operator==(const Chunk&) const = default;
};
Chunk ReadAsync(std::uint32_t shared_address);

// Where the 128-byte swizzle puts the bytes at a shared address: bits 4 to 6 change by bits 7 to 9.
constexpr std::uint32_t Swizzled128(std::uint32_t address) {
  return address ^ (address >> 7 & 7) << 4;
}

}  // namespace meval::cuda_emulator

#endif  // MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_BULK_COPIES_H_
