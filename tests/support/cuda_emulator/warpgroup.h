#ifndef MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_WARPGROUP_H_
#define MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_WARPGROUP_H_

// wgmma of the PTX ISA, for the thread that runs: m64n64k16, f32 sums, the first factor from
// registers, the second from shared memory through its matrix descriptor.
//
// A product is issued by the lanes of each warp together, for its sixteen of the 64 rows. Its
// result is poison from then on, and comes when its group is waited for. The factors are read when
// it is issued, and again when it is waited for: if they have changed in between, that is an
// EmulatorError, as on a device anything might have been read. So are a product without a fence
// since registers last came free, a descriptor of a layout that is not emulated, warps of one
// warpgroup that issue different products, and products nobody has waited for when a block ends.

#include <cstdint>

#include "tests/support/cuda_emulator/warp_collectives.h"

namespace meval::cuda_emulator {

// wgmma.fence, .commit_group, .wait_group: whole warps.
void FenceProducts();
void CommitProducts();
void AwaitProducts(int pending);

// wgmma.mma_async. c: the lane's 32 results; a: its fragment, which must stay where it is.
void IssueProduct(MmaFormat format, float* c, const std::uint32_t (&a)[4], std::uint64_t descriptor,
                  bool accumulates, bool transposes_b);

// How a product sums its sixteen terms: as mma.sync does, or in the opposite order. Whether a
// device's are the same is not documented.
void SetProductOrder(bool as_mma);

// For emulator.cc, when a block of `num_warps` has ended.
void EndProducts(int num_warps);

}  // namespace meval::cuda_emulator

#endif  // MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_WARPGROUP_H_
