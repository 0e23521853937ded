#ifndef MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_WARP_H_
#define MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_WARP_H_

// What the lanes of one warp are at: for tests/support/cuda_emulator/emulator.cc alone.

#include <cstdint>

#include "tests/support/cuda_emulator/emulator.h"

namespace meval::cuda_emulator {

struct Warp {
  // What its lanes are at, a bit for each: one of five things.
  std::uint32_t ready = 0;
  std::uint32_t meeting = 0;     // waits in a collective
  std::uint32_t at_barrier = 0;  // of the block
  std::uint32_t waiting = 0;     // for what another thread does
  std::uint32_t exited = 0;      // or is beyond the block's last thread
  std::uint32_t exists = 0;
  // The collective each lane came to last, and what it brought.
  std::uint32_t mask_of[kWarpLanes];
  Collective collective_of[kWarpLanes];
  const char* name_of[kWarpLanes];
  WarpOperands operands;

  void Begin(int lanes) {
    exists = ~0U >> (kWarpLanes - lanes);
    ready = exists;
    exited = ~exists;
    meeting = at_barrier = waiting = 0;
  }
  bool Agree(int lane, int other) const {
    return mask_of[lane] == mask_of[other] && collective_of[lane] == collective_of[other];
  }
};

}  // namespace meval::cuda_emulator

#endif  // MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_WARP_H_
