#ifndef MEVAL_KERNELS_CUDA_BULK_COPY_CUH_
#define MEVAL_KERNELS_CUDA_BULK_COPY_CUH_

// Copies of whole tiles by the copy engine of compute capability 9.0 (cp.async.bulk.tensor of the
// PTX ISA), and the barriers that say when they have come. Device code for 9.0a alone.
//
// A barrier (mbarrier) goes through phases 0, 1, 2, ... A phase ends when as many threads have
// arrived as BeginBarrier said and all bytes that they announced have been copied. Whoever waits
// for phase p sees what was written and copied before its end.

#include <cstdint>

#include <cuda.h>

#include "kernels/cuda/device_intrinsics.cuh"

namespace meval::cuda {

using Barrier = std::uint64_t;  // in shared memory

__device__ __forceinline__ void BeginBarrier(Barrier& barrier, int num_arrivals) {
#ifdef MEVAL_CUDA_EMULATOR
  cuda_emulator::BeginBarrier(&barrier, num_arrivals);
#else
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(SharedAddress(&barrier)),
               "r"(num_arrivals)
               : "memory");
#endif
}

__device__ __forceinline__ void Arrive(Barrier& barrier) {
#ifdef MEVAL_CUDA_EMULATOR
  cuda_emulator::ArriveAtBarrier(&barrier, 0);
#else
  asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(SharedAddress(&barrier))
               : "memory");
#endif
}

// Arrives, and announces `bytes` of copies.
__device__ __forceinline__ void ArriveAnnouncing(Barrier& barrier, int bytes) {
#ifdef MEVAL_CUDA_EMULATOR
  cuda_emulator::ArriveAtBarrier(&barrier, bytes);
#else
  asm volatile(
      "mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(SharedAddress(&barrier)),
      "r"(bytes)
      : "memory");
#endif
}

// Waits for the end of phase `phase`, the barrier's present one or the one before.
__device__ __forceinline__ void AwaitPhase(Barrier& barrier, int phase) {
  const auto parity = static_cast<std::uint32_t>(phase & 1);
#ifdef MEVAL_CUDA_EMULATOR
  cuda_emulator::AwaitBarrier(&barrier, parity);
#else
  std::uint32_t is_over = 0;
  while (is_over == 0) {
    asm volatile(
        "{\n.reg .pred p;\n"
        "mbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2;\n"
        "selp.u32 %0, 1, 0, p;\n}"
        : "=r"(is_over)
        : "r"(SharedAddress(&barrier)), "r"(parity)
        : "memory");
  }
#endif
}

// What this thread has written to shared memory by ordinary stores, copies and products that are
// issued behind a following barrier see, and they may overwrite what it has read.
__device__ __forceinline__ void FenceAsyncProxy() {
#ifdef MEVAL_CUDA_EMULATOR
  cuda_emulator::FenceAsyncProxy();
#else
  asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
#endif
}

// Starts the copy of the box at element x of rows [0, 64) of tile `tile` (kernels/cuda/tile_map.h)
// to `shared`, a multiple of 1024, in 128-byte rows whose 16-byte chunks are swizzled. It counts
// kTileBytes (kernels/cuda/warpgroup.cuh) of what `barrier` has been announced, zeros behind the
// rows' end included. One thread.
__device__ __forceinline__ void CopyTileBulk(void* shared, const CUtensorMap& map, int x, int tile,
                                             Barrier& barrier) {
#ifdef MEVAL_CUDA_EMULATOR
  cuda_emulator::IssueTileCopy(shared, map, x, 0, tile, &barrier);
#else
  asm volatile(
      "cp.async.bulk.tensor.3d.shared::cluster.global.tile.mbarrier::complete_tx::bytes "
      "[%0], [%1, {%2, %3, %4}], [%5];" ::"r"(SharedAddress(shared)),
      "l"(&map), "r"(x), "r"(0), "r"(tile), "r"(SharedAddress(&barrier))
      : "memory");
#endif
}

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_BULK_COPY_CUH_
