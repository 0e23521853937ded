#ifndef MEVAL_KERNELS_CUDA_WARPGROUP_CUH_
#define MEVAL_KERNELS_CUDA_WARPGROUP_CUH_

// Products of a warpgroup (four consecutive warps, the first a multiple of four) on the tensor
// cores of compute capability 9.0: wgmma.mma_async.m64n64k16 of the PTX ISA, f32 sums. They run
// asynchronously and read one factor from shared memory through a descriptor:
//
//   BeginProducts();                                  registers are left alone from here on
//   MultiplyAsync<T, kMajor>(c, a, descriptor, ...);  any number of them
//   CommitProducts();                                 they become a group
//   AwaitProducts<kPending>(c);                       c may be read
//
// Device code for 9.0a alone; the emulator runs it through the same descriptors.
//
// A tile in shared memory is 64 rows of 128 bytes (64 elements) at a multiple of 1024. Its 16-byte
// chunks are swizzled in 128 bytes: chunk c of row r lies at c ^ (r % 8), as
// kernels/cuda/bulk_copy.cuh leaves them. The same tile serves either way round:
//
//   kKMajor    rows are columns of B: b[k][n] is element k of row n (keys, whose product is summed
//              over elements of the head)
//   kNMajor    rows are rows of B: b[k][n] is element n of row k (values, summed over keys)

#include <cstdint>

#include "kernels/cuda/device_intrinsics.cuh"
#include "kernels/cuda/element.cuh"
#include "kernels/cuda/planted_bug.cuh"

namespace meval::cuda {

inline constexpr int kWarpgroupSize = 4 * kWarpSize;
inline constexpr int kProductRows = 64;   // of a warpgroup: m
inline constexpr int kProductDepth = 16;  // k of one instruction
inline constexpr int kTileRowBytes = 128;
inline constexpr int kTileRowElements = 64;                          // n
inline constexpr int kTileAlignment = 8 * kTileRowBytes;             // the swizzle repeats after it
inline constexpr int kTileBytes = kTileRowElements * kTileRowBytes;  // 64 rows

// The result of a warp's sixteen rows, eight columns n a block: c[n][i] is row lane / 4 + 8 (i /
// 2), column 8 n + 2 (lane % 4) + i % 2, as that of Mma (kernels/cuda/element.cuh).
using ProductFragment = float[kTileRowElements / 8][4];

enum class Major { kKMajor, kNMajor };

// The matrix descriptor of 16 (k) x 64 (n) elements of a tile (PTX ISA, "Matrix Descriptor
// Format"): where they begin, and how far apart groups of eight rows lie. The leading-dimension
// offset is not used by swizzled layouts of this extent; 1 is its customary value.
template <Major kMajor>
__device__ __forceinline__ std::uint64_t TileDescriptor(std::uint32_t tile_address, int first_k) {
  constexpr std::uint32_t kGroupBytes =
      kTileAlignment / (kPlantedBug == PlantedBug::kWrongDescriptorStride ? 2 : 1);
  constexpr std::uint64_t kSwizzle128 = 1;
  const int offset = kMajor == Major::kKMajor ? first_k * 2 : first_k * kTileRowBytes;
  const std::uint32_t begin = tile_address + static_cast<std::uint32_t>(offset);
  return (begin & 0x3ffff) >> 4 | std::uint64_t{1} << 16 | std::uint64_t{kGroupBytes >> 4} << 32 |
         kSwizzle128 << 62;
}

// wgmma.fence: registers that have been written are what the products after it read.
__device__ __forceinline__ void BeginProducts() {
#ifdef MEVAL_CUDA_EMULATOR
  cuda_emulator::FenceProducts();
#else
  asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
#endif
}

__device__ __forceinline__ void CommitProducts() {
#ifdef MEVAL_CUDA_EMULATOR
  cuda_emulator::CommitProducts();
#else
  asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
#endif
}

// The 32 registers of a ProductFragment as operands of inline PTX, and their places.
#define MEVAL_FRAGMENT_ROW(c, n) "+f"(c[n][0]), "+f"(c[n][1]), "+f"(c[n][2]), "+f"(c[n][3])
#define MEVAL_FRAGMENT(c)                                                           \
  MEVAL_FRAGMENT_ROW(c, 0), MEVAL_FRAGMENT_ROW(c, 1), MEVAL_FRAGMENT_ROW(c, 2),     \
      MEVAL_FRAGMENT_ROW(c, 3), MEVAL_FRAGMENT_ROW(c, 4), MEVAL_FRAGMENT_ROW(c, 5), \
      MEVAL_FRAGMENT_ROW(c, 6), MEVAL_FRAGMENT_ROW(c, 7)
#define MEVAL_FRAGMENT_PLACES                                               \
  "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, " \
  "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31}"

// Waits until at most kPending of the warpgroup's latest groups are under way. `c` is the result of
// one that no longer is; naming it keeps the compiler from reading it earlier.
template <int kPending>
__device__ __forceinline__ void AwaitProducts(ProductFragment& c) {
#ifdef MEVAL_CUDA_EMULATOR
  static_cast<void>(c);
  cuda_emulator::AwaitProducts(kPending);
#else
  asm volatile("wgmma.wait_group.sync.aligned %32;" : MEVAL_FRAGMENT(c) : "n"(kPending) : "memory");
#endif
}

#define MEVAL_MULTIPLY(type)                                                                \
  asm volatile(                                                                             \
      "{\n.reg .pred p;\nsetp.ne.b32 p, %37, 0;\n"                                          \
      "wgmma.mma_async.sync.aligned.m64n64k16.f32." type "." type " " MEVAL_FRAGMENT_PLACES \
      ", {%32, %33, %34, %35}, %36, p, 1, 1, %38;\n}"                                       \
      : MEVAL_FRAGMENT(c)                                                                   \
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(descriptor),                        \
        "r"(static_cast<int>(accumulates)), "n"(kMajor == Major::kNMajor ? 1 : 0)           \
      : "memory")

// c = a b, or with `accumulates` c += a b. The fragment a of a warp's sixteen rows is that of Mma.
// Neither a nor c may be touched, nor the tile, before the group has been waited for.
template <typename T, Major kMajor>
__device__ __forceinline__ void MultiplyAsync(ProductFragment& c, const std::uint32_t (&a)[4],
                                              std::uint64_t descriptor, bool accumulates) {
  constexpr bool kIsBFloat16 = std::is_same_v<T, BFloat16>;
#ifdef MEVAL_CUDA_EMULATOR
  cuda_emulator::IssueProduct(
      kIsBFloat16 ? cuda_emulator::MmaFormat::kBFloat16 : cuda_emulator::MmaFormat::kFloat16,
      &c[0][0], a, descriptor, accumulates, kMajor == Major::kNMajor);
#else
  if constexpr (kIsBFloat16) {
    MEVAL_MULTIPLY("bf16");
  } else {
    MEVAL_MULTIPLY("f16");
  }
#endif
}

#undef MEVAL_MULTIPLY
#undef MEVAL_FRAGMENT_PLACES
#undef MEVAL_FRAGMENT
#undef MEVAL_FRAGMENT_ROW

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_WARPGROUP_CUH_
