#include "tests/support/cuda_emulator/emulator.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <vector>

#include <cuda_runtime.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernels/cuda/device_intrinsics.cuh"
#include "kernels/cuda/element.cuh"
#include "tests/kernels/cuda/device_array.h"
#include "tests/kernels/op_test.h"

namespace meval::testing {
namespace {

using cuda_emulator::EmulatorError;
using cuda_emulator::RunGrid;
using cuda_emulator::SetScheduleSeed;
using ::testing::HasSubstr;

void RunWarp(const std::function<void()>& kernel) { RunGrid({1, 1, 1}, {32, 1, 1}, 0, kernel); }

std::string MessageOf(const std::function<void()>& run) {
  try {
    run();
  } catch (const EmulatorError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Emulator, RunsEveryThreadOfEveryBlockOnce) {
  std::vector<int> runs(2 * 3 * 2 * 8 * 5 * 2);
  RunGrid({2, 3, 2}, {8, 5, 2}, 0, [&] {
    const auto block = (std::int64_t{blockIdx.z} * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
    const auto thread =
        (std::int64_t{threadIdx.z} * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
    ++runs[static_cast<std::size_t>(block * 80 + thread)];
  });
  EXPECT_EQ(runs, std::vector<int>(runs.size(), 1));
}

TEST(Emulator, RunsBlocksInAnOrderThatFollowsFromTheSeed) {
  const auto order_under = [](std::uint64_t seed) {
    SetScheduleSeed(seed);
    std::vector<std::uint32_t> order;
    RunGrid({64, 1, 1}, {1, 1, 1}, 0, [&] { order.push_back(blockIdx.x); });
    return order;
  };
  const std::vector<std::uint32_t> order = order_under(3);
  EXPECT_EQ(order, order_under(3));
  EXPECT_NE(order, order_under(4));
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
}

TEST(Emulator, LetsOneWarpRunToTheBarrierBeforeAnotherMoves) {
  std::vector<int> warps(3 * 96);
  std::atomic<std::size_t> next = 0;  // no warp is told to wait for another
  RunGrid({1, 1, 1}, {96, 1, 1}, 0, [&] {
    for (int i = 0; i < 3; ++i) {
      warps[next++] = static_cast<int>(threadIdx.x) / 32;
      __syncwarp();
    }
    __syncthreads();
  });
  ASSERT_EQ(next, warps.size());
  for (std::size_t i = 0; i < warps.size(); ++i) EXPECT_EQ(warps[i], warps[i / 96 * 96]);
}

TEST(Emulator, ShufflesWithinAWarp) {
  std::vector<int> sums(32);
  std::vector<double> up(32);
  RunWarp([&] {
    const int lane = static_cast<int>(threadIdx.x);
    int sum = lane;
    for (int distance = 16; distance > 0; distance /= 2) {
      sum += __shfl_xor_sync(0xffffffff, sum, distance);
    }
    sums[static_cast<std::size_t>(lane)] = sum;
    up[static_cast<std::size_t>(lane)] = __shfl_up_sync(0xffffffff, lane + 0.5, 3);
    EXPECT_EQ(__shfl_sync(0xffffffff, lane, 7), 7);
    EXPECT_EQ(__ballot_sync(0xffffffff, lane % 2), 0xaaaaaaaaU);
  });
  EXPECT_EQ(sums, std::vector<int>(32, 496));
  for (std::size_t lane = 0; lane < 32; ++lane) {
    EXPECT_EQ(up[lane], static_cast<double>(lane < 3 ? lane : lane - 3) + 0.5);
  }
}

TEST(Emulator, KeepsLanesOutsideTheMaskApart) {
  RunWarp([] {
    const int lane = static_cast<int>(threadIdx.x);
    const std::uint32_t mask = lane < 16 ? 0xffffU : 0xffff0000U;
    EXPECT_EQ(__shfl_xor_sync(mask, lane, 1), lane ^ 1);
  });
}

TEST(Emulator, NamesLanesThatDisagreeAboutTheMask) {
  const std::string message =
      MessageOf([] { RunWarp([] { __syncwarp(threadIdx.x == 5 ? 0xfffffff0U : 0xffffffffU); }); });
  EXPECT_THAT(message, HasSubstr("under the mask fffffff0"));
  EXPECT_THAT(message, HasSubstr("lane 5"));
}

TEST(Emulator, NamesLanesInDifferentCollectives) {
  const std::string message = MessageOf([] {
    RunWarp([] {
      if (threadIdx.x == 9) {
        __syncwarp();
      } else {
        __ballot_sync(0xffffffff, 1);
      }
    });
  });
  EXPECT_THAT(message, HasSubstr("__syncwarp"));
  EXPECT_THAT(message, HasSubstr("__ballot_sync"));
}

TEST(Emulator, NamesALaneThatNeverComes) {
  EXPECT_THAT(MessageOf([] {
                RunWarp([] {
                  if (threadIdx.x != 3) __syncwarp();
                });
              }),
              HasSubstr("lane 3, which has exited"));
  EXPECT_THAT(MessageOf([] {
                RunWarp([] {
                  if (threadIdx.x == 3) __syncthreads();
                  __syncwarp();
                });
              }),
              HasSubstr("other lanes of the mask never come"));
}

TEST(Emulator, NamesABarrierThatSomeThreadsMiss) {
  EXPECT_THAT(MessageOf([] {
                RunGrid({1, 1, 1}, {64, 1, 1}, 0, [] {
                  if (threadIdx.x < 40) __syncthreads();
                });
              }),
              HasSubstr("has exited without it"));
}

TEST(Emulator, RunsOnAfterAnError) {
  EXPECT_THROW(RunWarp([] { throw EmulatorError("first"); }), EmulatorError);
  std::atomic<int> runs = 0;
  RunWarp([&] { ++runs; });
  EXPECT_EQ(runs, 32);
}

TEST(Emulator, PoisonsSharedMemoryWhenABlockStarts) {
  RunGrid({3, 1, 1}, {1, 1, 1}, 64, [] {
    auto* dynamic = reinterpret_cast<std::uint32_t*>(cuda::DynamicSharedMemory());
    MEVAL_SHARED(declared, std::uint32_t[4]);
    EXPECT_EQ(dynamic[15], 0xffffffffU);
    EXPECT_EQ(declared[3], 0xffffffffU);
    dynamic[15] = declared[3] = 1;
  });
}

TEST(Emulator, CopiesAsynchronouslyNoEarlierThanItMust) {
  alignas(16) const std::uint32_t from[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  RunGrid({1, 1, 1}, {1, 1, 1}, 48, [&] {
    auto* to = reinterpret_cast<std::uint32_t*>(cuda::DynamicSharedMemory());
    std::fill(to, to + 12, 0U);
    cuda::CopyAsync16(to, from);
    cuda::CommitCopies();
    cuda::CopyAsync16(to + 4, from + 4, 8);
    cuda::CommitCopies();
    cuda::CopyAsync16(to + 8, from);
    EXPECT_EQ(to[0], 0xffffffffU);
    cuda::WaitCopies<1>();
    EXPECT_EQ(to[3], 4U);
    EXPECT_EQ(to[4], 0xffffffffU);
    cuda::WaitCopies<0>();
    EXPECT_EQ(to[5], 6U);
    EXPECT_EQ(to[6], 0U) << "zeros behind the bytes asked for";
    EXPECT_EQ(to[8], 0xffffffffU) << "was never committed";
  });
}

TEST(Emulator, RefusesMisalignedCopiesAndMatrices) {
  alignas(16) const std::uint32_t from[8] = {};
  const auto copy_to = [&](int offset) {
    RunGrid({1, 1, 1}, {1, 1, 1}, 64,
            [&] { cuda::CopyAsync16(cuda::DynamicSharedMemory() + offset, from); });
  };
  EXPECT_THROW(copy_to(8), EmulatorError);
  EXPECT_NO_THROW(copy_to(16));
  EXPECT_THROW(RunGrid({1, 1, 1}, {32, 1, 1}, 64,
                       [] {
                         std::uint32_t fragment[4];
                         cuda::LoadMatrix4(fragment, cuda::DynamicSharedMemory() + 4);
                       }),
               EmulatorError);
}

// A 16x16 and an 8x16 matrix in shared memory, through ldmatrix and mma, against plain loops. The
// fragments are only what the two instructions agree on, so the matrix products must be right.
template <typename T>
void CheckMma(DType dtype) {
  const std::vector<float> a = Rounded(dtype, RandomVector(256, 11));
  const std::vector<float> b = Rounded(dtype, RandomVector(128, 12));  // [n = 8][k = 16]
  std::vector<float> c(128);
  RunGrid({1, 1, 1}, {32, 1, 1}, 2 * (256 + 128), [&] {
    auto* shared = reinterpret_cast<std::uint16_t*>(cuda::DynamicSharedMemory());
    for (std::size_t i = threadIdx.x; i < 384; i += 32) {
      shared[i] = ToElement(dtype, i < 256 ? a[i] : b[i - 256]);
    }
    __syncthreads();
    const int lane = static_cast<int>(threadIdx.x);
    std::uint32_t left[4];
    cuda::LoadMatrix4(left, shared + (lane & 15) * 16 + lane / 16 * 8);
    std::uint32_t right[4];  // two matrices of B and the same again
    cuda::LoadMatrix4(right, shared + 256 + (lane & 7) * 16 + (lane / 8 & 1) * 8);
    float sums[4] = {1, 1, 1, 1};
    cuda::Mma<T>(sums, left, {right[0], right[1]});
    for (int i = 0; i < 4; ++i) {
      c[static_cast<std::size_t>((lane / 4 + i / 2 * 8) * 8 + lane % 4 * 2 + i % 2)] = sums[i];
    }
  });
  for (std::size_t row = 0; row < 16; ++row) {
    for (std::size_t column = 0; column < 8; ++column) {
      double sum = 1;
      for (std::size_t k = 0; k < 16; ++k) sum += double{a[row * 16 + k]} * b[column * 16 + k];
      EXPECT_NEAR(c[row * 8 + column], sum, 1e-5) << row << ", " << column;
    }
  }
}

TEST(Emulator, MultipliesMatricesOfBFloat16) { CheckMma<cuda::BFloat16>(DType::kBF16); }
TEST(Emulator, MultipliesMatricesOfFloat16) { CheckMma<cuda::Float16>(DType::kF16); }

TEST(Emulator, TransposesMatrices) {
  std::vector<std::uint16_t> matrix(4 * 64);
  for (std::size_t i = 0; i < matrix.size(); ++i) matrix[i] = static_cast<std::uint16_t>(i);
  RunGrid({1, 1, 1}, {32, 1, 1}, 512, [&] {
    auto* shared = reinterpret_cast<std::uint16_t*>(cuda::DynamicSharedMemory());
    if (threadIdx.x == 0) std::memcpy(shared, matrix.data(), 512);
    __syncthreads();
    const std::uint32_t lane = threadIdx.x;
    std::uint32_t fragment[4];
    cuda::LoadMatrix4Transposed(fragment, shared + lane * 8);
    for (std::uint32_t m = 0; m < 4; ++m) {
      const std::uint32_t low = m * 64 + lane % 4 * 2 * 8 + lane / 4;
      EXPECT_EQ(fragment[m], low | (low + 8) << 16);
    }
  });
}

}  // namespace
}  // namespace meval::testing
