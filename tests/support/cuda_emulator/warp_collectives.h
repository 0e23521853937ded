#ifndef MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_WARP_COLLECTIVES_H_
#define MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_WARP_COLLECTIVES_H_

// Shuffles, votes and the tensor core instructions, as meetings of a warp's lanes.

#include <bit>
#include <cstdint>

#include "tests/support/cuda_emulator/emulator.h"

namespace meval::cuda_emulator {

// Each lane gives a value and takes the one of lane `source`; of its own where that lane is outside
// the mask is an error.
struct ShuffleOperand {
  std::uint64_t value;
  int source;
};
std::uint64_t Shuffle(const char* name, std::uint32_t mask, std::uint64_t value, int source);

template <typename T>
T ShuffleValue(const char* name, std::uint32_t mask, T value, int source) {
  static_assert(sizeof(T) == 4 || sizeof(T) == 8);
  if constexpr (sizeof(T) == 4) {
    const auto bits = Shuffle(name, mask, std::bit_cast<std::uint32_t>(value), source);
    return std::bit_cast<T>(static_cast<std::uint32_t>(bits));
  } else {
    return std::bit_cast<T>(Shuffle(name, mask, std::bit_cast<std::uint64_t>(value), source));
  }
}

// The lanes of the mask whose predicate is true.
std::uint32_t Ballot(std::uint32_t mask, bool predicate);
void WarpBarrier(std::uint32_t mask);

enum class MmaFormat { kBFloat16, kFloat16 };

// mma.sync.aligned.m16n8k16.row.col.f32.{bf16|f16}.{bf16|f16}.f32: c += A B, the fragments as the
// PTX ISA lays them out over the lanes.
void Mma16816(MmaFormat format, float (&c)[4], const std::uint32_t (&a)[4],
              const std::uint32_t (&b)[2]);

// ldmatrix.sync.aligned.m8n8.x4[.trans].shared.b16: lane 8 i + r gives the address of row r of
// matrix i.
void LoadMatrix4(std::uint32_t (&fragment)[4], const void* row, bool transpose);

}  // namespace meval::cuda_emulator

#endif  // MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_WARP_COLLECTIVES_H_
