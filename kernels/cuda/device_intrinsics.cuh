#ifndef MEVAL_KERNELS_CUDA_DEVICE_INTRINSICS_CUH_
#define MEVAL_KERNELS_CUDA_DEVICE_INTRINSICS_CUH_

// The instructions that CUDA C++ has no name for, as functions: inline PTX under nvcc, the emulator
// of tests/support/cuda_emulator under g++. Every kernel is written against these and the common
// built-ins (threadIdx, __syncthreads, __shfl_xor_sync, ...), so that the same source runs in both.

#include <cstdint>
#include <type_traits>

#include <cuda_runtime.h>

namespace meval::cuda {

inline constexpr int kWarpSize = 32;
inline constexpr unsigned kAllLanes = 0xffffffff;

__device__ __forceinline__ int LaneId() { return static_cast<int>(threadIdx.x) % kWarpSize; }
__device__ __forceinline__ int WarpId() { return static_cast<int>(threadIdx.x) / kWarpSize; }

// Memory that a block's threads share, declared in a kernel: MEVAL_SHARED(sums, float[8]).
#ifdef MEVAL_CUDA_EMULATOR
#define MEVAL_SHARED(name, ...)                                                             \
  static ::meval::cuda_emulator::SharedVariable<std::type_identity_t<__VA_ARGS__>> name##_; \
  auto& name = name##_.OfThisBlock()
#else
#define MEVAL_SHARED(name, ...) __shared__ std::type_identity_t<__VA_ARGS__> name
#endif

// The shared memory whose size the launch gives, at a multiple of 16.
__device__ __forceinline__ unsigned char* DynamicSharedMemory() {
#ifdef MEVAL_CUDA_EMULATOR
  return reinterpret_cast<unsigned char*>(cuda_emulator::DynamicShared());
#else
  extern __shared__ __align__(16) unsigned char dynamic_shared_memory[];
  return dynamic_shared_memory;
#endif
}

// The 32-bit address of a place in shared memory, as instructions take it. (The emulator knows
// those of the dynamic shared memory.)
__device__ __forceinline__ std::uint32_t SharedAddress(const void* pointer) {
#ifdef MEVAL_CUDA_EMULATOR
  return cuda_emulator::SharedAddressOf(pointer);
#else
  return static_cast<std::uint32_t>(__cvta_generic_to_shared(pointer));
#endif
}

// cp.async (PTX ISA, sm_80): copies `bytes` of the 16 bytes at `global` and zeros for the rest,
// past the registers and the L1 cache. Both addresses are multiples of 16; with bytes == 0 nothing
// is read. The 16 bytes at `shared` may be read by this thread after a wait that covers their
// group, and by others after a barrier behind that.
__device__ __forceinline__ void CopyAsync16(void* shared, const void* global, int bytes = 16) {
#ifdef MEVAL_CUDA_EMULATOR
  cuda_emulator::IssueAsyncCopy(shared, global, bytes);
#else
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(SharedAddress(shared)),
               "l"(global), "r"(bytes)
               : "memory");
#endif
}

// The copies issued since the last commit become a group, even if there are none.
__device__ __forceinline__ void CommitCopies() {
#ifdef MEVAL_CUDA_EMULATOR
  cuda_emulator::CommitAsyncCopies();
#else
  asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}

// Waits until at most kPending of this thread's latest groups are under way.
template <int kPending>
__device__ __forceinline__ void WaitCopies() {
#ifdef MEVAL_CUDA_EMULATOR
  cuda_emulator::WaitAsyncCopies(kPending);
#else
  asm volatile("cp.async.wait_group %0;" ::"n"(kPending) : "memory");
#endif
}

// ldmatrix.x4: four 8x8 matrices of 16-bit elements from shared memory. Lane 8 i + r gives the
// address of row r of matrix i, a multiple of 16; register i of a lane then holds of matrix i row
// lane / 4, columns 2 (lane % 4) and the next.
__device__ __forceinline__ void LoadMatrix4(std::uint32_t (&fragment)[4], const void* row) {
#ifdef MEVAL_CUDA_EMULATOR
  cuda_emulator::LoadMatrix4(fragment, row, /*transpose=*/false);
#else
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(fragment[0]), "=r"(fragment[1]), "=r"(fragment[2]), "=r"(fragment[3])
               : "r"(SharedAddress(row))
               : "memory");
#endif
}

// The same of the transposed matrices: rows 2 (lane % 4) and the next, column lane / 4.
__device__ __forceinline__ void LoadMatrix4Transposed(std::uint32_t (&fragment)[4],
                                                      const void* row) {
#ifdef MEVAL_CUDA_EMULATOR
  cuda_emulator::LoadMatrix4(fragment, row, /*transpose=*/true);
#else
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(fragment[0]), "=r"(fragment[1]), "=r"(fragment[2]), "=r"(fragment[3])
               : "r"(SharedAddress(row))
               : "memory");
#endif
}

// 2^x, within 2 ulp, subnormal results flushed; exactly 1 for 0 and exactly 0 for -infinity.
__device__ __forceinline__ float Exp2Approximate(float x) {
#ifdef MEVAL_CUDA_EMULATOR
  return std::exp2(x);
#else
  float result;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
  return result;
#endif
}

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_DEVICE_INTRINSICS_CUH_
