#include "tests/support/cuda_emulator/emulator.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/support/cuda_emulator/machine.h"

namespace meval::cuda_emulator {
namespace {

// No local of a function: every threadIdx would ask whether it is there already.
Machine the_machine;

}  // namespace

void SetScheduleSeed(std::uint64_t seed) { the_machine.SetSeed(seed); }

void RunGrid(Extent3 grid, Extent3 block, std::size_t dynamic_shared_bytes,
             const std::function<void()>& kernel) {
  the_machine.Run(grid, block, dynamic_shared_bytes, kernel);
}

Extent3 GridExtent() { return the_machine.grid(); }
Extent3 BlockExtent() { return the_machine.block(); }
Extent3 BlockIndex() { return the_machine.block_index(); }
Extent3 ThreadIndex() { return the_machine.current().index; }
int LaneIndex() { return the_machine.current().lane(); }
std::uint64_t BlockSerial() { return the_machine.block_serial(); }
std::byte* DynamicShared() { return the_machine.shared().data(); }
std::size_t DynamicSharedBytes() { return the_machine.shared().bytes(); }

void BlockBarrier() { the_machine.BlockBarrier(); }

void WaitUntil(const char* name, bool (*has_come)(void* what), void* what) {
  the_machine.WaitUntil({name, has_come, what});
}

std::uint32_t SharedAddressOf(const void* place) {
  const std::ptrdiff_t offset = static_cast<const std::byte*>(place) - DynamicShared();
  if (offset < 0 || offset > static_cast<std::ptrdiff_t>(DynamicSharedBytes())) {
    throw EmulatorError(Where(the_machine.current()) +
                        " takes the address of a place outside of the dynamic shared memory");
  }
  return kDynamicSharedAddress + static_cast<std::uint32_t>(offset);
}

std::byte* AtSharedAddress(std::uint32_t address, std::size_t bytes) {
  const std::size_t end = std::size_t{address} + bytes;
  if (address < kDynamicSharedAddress || end > kDynamicSharedAddress + DynamicSharedBytes()) {
    throw EmulatorError(Where(the_machine.current()) + " names " + std::to_string(bytes) +
                        " bytes at the shared address " + std::to_string(address) +
                        ", outside of the dynamic shared memory");
  }
  return DynamicShared() + (address - kDynamicSharedAddress);
}

void MeetWarp(const char* name, std::uint32_t mask, Collective collective, void* operand,
              bool orders_memory) {
  the_machine.MeetWarp(name, mask, collective, operand, orders_memory);
}

void IssueAsyncCopy(void* shared, const void* global, int bytes) {
  const auto misaligned = [](const void* pointer) {
    return reinterpret_cast<std::uintptr_t>(pointer) % 16 != 0;
  };
  Thread& self = the_machine.current();
  if (misaligned(shared) || (bytes > 0 && misaligned(global)) || bytes < 0 || bytes > 16) {
    throw EmulatorError(Where(self) + ": cp.async of " + std::to_string(bytes) +
                        " bytes; expected addresses at multiples of 16 and 0 to 16 bytes");
  }
  self.copies.Issue(shared, global, bytes);
}

void CommitAsyncCopies() { the_machine.current().copies.Commit(); }

void WaitAsyncCopies(int pending) { the_machine.current().copies.Wait(pending); }

}  // namespace meval::cuda_emulator
