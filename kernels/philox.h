#ifndef MEVAL_KERNELS_PHILOX_H_
#define MEVAL_KERNELS_PHILOX_H_

// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random
// numbers: as easy as 1, 2, 3" (SC 2011): the same four words for the same (counter, key) on every
// device, with no state to carry.

#include <array>
#include <cstdint>

// Also runs in kernels: nvcc must be told.
#ifdef __CUDACC__
#define MEVAL_HOST_DEVICE __host__ __device__
#else
#define MEVAL_HOST_DEVICE
#endif

namespace meval {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

MEVAL_HOST_DEVICE inline PhiloxCounter Philox4x32(PhiloxCounter counter, PhiloxKey key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = std::uint64_t{0xD2511F53U} * counter[0];
    const std::uint64_t product1 = std::uint64_t{0xCD9E8D57U} * counter[2];
    counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(product0)};
    key[0] += 0x9E3779B9U;  // the golden ratio
    key[1] += 0xBB67AE85U;  // sqrt(3) - 1
  }
  return counter;
}

}  // namespace meval

#endif  // MEVAL_KERNELS_PHILOX_H_
