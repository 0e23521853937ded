// The instructions of compute capability 9.0 on the emulator: products of a warpgroup through
// descriptors, and bulk copies, against plain loops; and what no correct kernel does.

#include "kernels/cuda/warpgroup.cuh"

#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernels/cuda/bulk_copy.cuh"
#include "kernels/cuda/tile_map.h"
#include "tests/kernels/cuda/device_array.h"
#include "tests/kernels/op_test.h"

namespace meval::testing {
namespace {

using cuda::Major;
using cuda_emulator::EmulatorError;
using ::testing::HasSubstr;

// Room for a tile at a multiple of 1024, wherever the memory begins.
constexpr std::size_t kSharedBytes = cuda::kTileBytes + cuda::kTileAlignment;

unsigned char* Tile() {
  unsigned char* base = cuda::DynamicSharedMemory();
  return base + (-cuda::SharedAddress(base) & (cuda::kTileAlignment - 1));
}

void RunWarpgroup(const std::function<void()>& kernel) {
  cuda_emulator::RunGrid({1, 1, 1}, {cuda::kWarpgroupSize, 1, 1}, kSharedBytes, kernel);
}

std::string MessageOf(const std::function<void()>& kernel) {
  try {
    RunWarpgroup(kernel);
  } catch (const EmulatorError& error) {
    return error.what();
  }
  return "no error";
}

// Rows of 64 elements from tiles [2][64][row_elements], the second tile, through a bulk copy.
void CopySecondTile(const CUtensorMap& map, int x) {
  MEVAL_SHARED(barrier, cuda::Barrier);
  if (threadIdx.x == 0) {
    cuda::BeginBarrier(barrier, 1);
    cuda::ArriveAnnouncing(barrier, cuda::kTileBytes);
    cuda::CopyTileBulk(Tile(), map, x, 1, barrier);
  }
  __syncthreads();
  cuda::AwaitPhase(barrier, 0);
}

// a [64][16] times a 16 x 64 part of a tile either way round, from a bulk copy of the tile.
template <typename T, Major kMajor>
void CheckProduct(DType dtype) {
  constexpr int kFirst = 32;  // of the 64 elements, or rows, along which is summed
  const std::vector<float> a = Rounded(dtype, RandomVector(64 * 16, 21));
  const std::vector<float> tiles = Rounded(dtype, RandomVector(2 * 64 * 64, 22));
  const std::vector<std::uint16_t> bits = ToElements(dtype, tiles);
  const CUtensorMap map = cuda::MapTiles(bits.data(), dtype, 2, 64);
  std::vector<float> c(64 * 64);
  RunWarpgroup([&] {
    CopySecondTile(map, 0);
    const int lane = cuda::LaneId();
    std::uint32_t fragment[4];
    for (int r = 0; r < 4; ++r) {
      const int row = 16 * cuda::WarpId() + lane / 4 + 8 * (r % 2);
      const auto first = static_cast<std::size_t>(row * 16 + 2 * (lane % 4) + 8 * (r / 2));
      fragment[r] = cuda::Pack<T>(a[first], a[first + 1]);
    }
    cuda::ProductFragment sums;
    const std::uint64_t descriptor =
        cuda::TileDescriptor<kMajor>(cuda::SharedAddress(Tile()), kFirst);
    cuda::BeginProducts();
    cuda::MultiplyAsync<T, kMajor>(sums, fragment, descriptor, /*accumulates=*/false);
    cuda::MultiplyAsync<T, kMajor>(sums, fragment, descriptor, /*accumulates=*/true);
    EXPECT_NE(sums[0][0], sums[0][0]) << "not a number before it is waited for";
    cuda::CommitProducts();
    cuda::AwaitProducts<0>(sums);
    for (int n = 0; n < 8; ++n) {
      for (int i = 0; i < 4; ++i) {
        const int row = 16 * cuda::WarpId() + lane / 4 + 8 * (i / 2);
        c[static_cast<std::size_t>(row * 64 + 8 * n + 2 * (lane % 4) + i % 2)] = sums[n][i];
      }
    }
  });
  const auto tile = [&](std::size_t row, std::size_t element) {
    return double{tiles[(64 + row) * 64 + element]};
  };
  for (std::size_t row = 0; row < 64; ++row) {
    for (std::size_t n = 0; n < 64; ++n) {
      double sum = 0;
      for (std::size_t k = 0; k < 16; ++k) {
        const double b = kMajor == Major::kKMajor ? tile(n, kFirst + k) : tile(kFirst + k, n);
        sum += 2 * double{a[row * 16 + k]} * b;
      }
      EXPECT_NEAR(c[row * 64 + n], sum, 2e-5) << row << ", " << n;
    }
  }
}

TEST(Warpgroup, MultipliesByTheRowsOfATile) {
  CheckProduct<cuda::BFloat16, Major::kKMajor>(DType::kBF16);
  CheckProduct<cuda::Float16, Major::kKMajor>(DType::kF16);
}

TEST(Warpgroup, MultipliesByATileTheOtherWayRound) {
  CheckProduct<cuda::BFloat16, Major::kNMajor>(DType::kBF16);
  CheckProduct<cuda::Float16, Major::kNMajor>(DType::kF16);
}

// What a kernel does with the results of one product.
void Multiply(std::uint64_t descriptor, const std::function<void(cuda::ProductFragment&)>& then) {
  cuda::ProductFragment sums = {};
  const std::uint32_t a[4] = {};
  cuda::MultiplyAsync<cuda::BFloat16, Major::kKMajor>(sums, a, descriptor, true);
  cuda::CommitProducts();
  then(sums);
}

std::uint64_t DescriptorOfTile() {
  return cuda::TileDescriptor<Major::kKMajor>(cuda::SharedAddress(Tile()), 0);
}

TEST(Warpgroup, NamesWhatNoCorrectKernelDoes) {
  const auto wait = [](cuda::ProductFragment& c) { cuda::AwaitProducts<0>(c); };
  EXPECT_THAT(MessageOf([&] { Multiply(DescriptorOfTile(), wait); }),
              HasSubstr("without wgmma.fence"));
  EXPECT_THAT(MessageOf([&] {
                cuda::BeginProducts();
                Multiply(DescriptorOfTile(), wait);
                Multiply(DescriptorOfTile(), wait);
              }),
              HasSubstr("without wgmma.fence since registers last came free"));
  EXPECT_THAT(MessageOf([&] {
                cuda::BeginProducts();
                Multiply(DescriptorOfTile(), [](cuda::ProductFragment&) {});
              }),
              HasSubstr("has exited before its products were waited for"));
  EXPECT_THAT(MessageOf([&] {
                cuda::BeginProducts();
                Multiply(DescriptorOfTile(), [&](cuda::ProductFragment& c) {
                  Tile()[32 * cuda::WarpId() + cuda::LaneId()] = 1;  // a byte each: no race
                  cuda::FenceAsyncProxy();
                  wait(c);
                });
              }),
              HasSubstr("shared memory has changed"));
  EXPECT_THAT(MessageOf([&] {
                cuda::BeginProducts();
                Multiply(DescriptorOfTile() + static_cast<std::uint64_t>(cuda::WarpId()), wait);
              }),
              HasSubstr("another product than the first of its warpgroup"));
  EXPECT_THAT(MessageOf([&] {
                if (cuda::WarpId() == 3) return;
                cuda::BeginProducts();
                Multiply(DescriptorOfTile(), wait);
              }),
              HasSubstr("fewer products than others of its warpgroup"));
  EXPECT_THAT(MessageOf([&] {
                cuda::BeginProducts();
                Multiply(DescriptorOfTile() & ~(std::uint64_t{3} << 62), wait);
              }),
              HasSubstr("swizzling mode 0"));
  EXPECT_THAT(MessageOf([&] {
                cuda::BeginProducts();
                Multiply(cuda::TileDescriptor<Major::kKMajor>(cuda::SharedAddress(Tile()), 64 * 64),
                         wait);
              }),
              HasSubstr("outside of the dynamic shared memory"));
}

TEST(BulkCopy, ArrivesWhenItsPhaseIsWaitedForAndNotBefore) {
  const std::vector<std::uint16_t> tile(64 * 64, 7);
  const CUtensorMap map = cuda::MapTiles(tile.data(), DType::kBF16, 1, 64);
  RunWarpgroup([&] {
    MEVAL_SHARED(barrier, cuda::Barrier);
    const auto* elements = reinterpret_cast<const std::uint16_t*>(Tile());
    if (threadIdx.x == 0) {
      cuda::BeginBarrier(barrier, 2);
      cuda::CopyTileBulk(Tile(), map, 0, 0, barrier);
      cuda::ArriveAnnouncing(barrier, cuda::kTileBytes);
      EXPECT_EQ(elements[5], 0xffff);
      cuda::AwaitPhase(barrier, 1);  // the one before: it is over
      EXPECT_EQ(elements[5], 0xffff);
    }
    __syncthreads();
    if (threadIdx.x == 127) cuda::Arrive(barrier);
    cuda::AwaitPhase(barrier, 0);
    EXPECT_EQ(elements[5], 7);
  });
}

// Rows of 72 elements: the second box begins at 64 and has eight of them.
TEST(BulkCopy, BringsZerosFromTheRowsEndOn) {
  std::vector<std::uint16_t> tiles(2 * 64 * 72);
  for (std::size_t i = 0; i < tiles.size(); ++i) tiles[i] = static_cast<std::uint16_t>(i + 1);
  const CUtensorMap map = cuda::MapTiles(tiles.data(), DType::kBF16, 2, 72);
  RunWarpgroup([&] {
    CopySecondTile(map, 64);
    if (threadIdx.x > 0) return;
    for (std::size_t row = 0; row < 64; ++row) {
      for (std::size_t chunk = 0; chunk < 8; ++chunk) {
        const unsigned char* place = Tile() + row * 128 + (chunk ^ row % 8) * 16;
        const std::uint16_t expected = chunk == 0 ? tiles[(64 + row) * 72 + 64] : 0;
        EXPECT_EQ(*reinterpret_cast<const std::uint16_t*>(place), expected) << row << ", " << chunk;
      }
    }
  });
}

TEST(BulkCopy, NamesWhatNoCorrectKernelDoes) {
  const std::vector<std::uint16_t> tile(64 * 64);
  const CUtensorMap map = cuda::MapTiles(tile.data(), DType::kBF16, 1, 64);
  const auto with_barrier = [&](const std::function<void(cuda::Barrier&)>& body) {
    return MessageOf([&] {
      MEVAL_SHARED(barrier, cuda::Barrier);
      if (threadIdx.x == 0) {
        cuda::BeginBarrier(barrier, 1);
        body(barrier);
      }
      __syncthreads();
    });
  };
  EXPECT_THAT(with_barrier([](cuda::Barrier& barrier) { cuda::AwaitPhase(barrier, 0); }),
              HasSubstr("waits for a phase of an mbarrier, which never comes"));
  EXPECT_THAT(with_barrier([&](cuda::Barrier& barrier) {
                cuda::ArriveAnnouncing(barrier, cuda::kTileBytes / 2);
                cuda::CopyTileBulk(Tile(), map, 0, 0, barrier);
                cuda::AwaitPhase(barrier, 0);
              }),
              HasSubstr("never comes"))
      << "other bytes than were announced";
  EXPECT_THAT(with_barrier([&](cuda::Barrier& barrier) {
                cuda::CopyTileBulk(Tile() - 128, map, 0, 0, barrier);
              }),
              HasSubstr("begins at a multiple of 1024"));
  EXPECT_THAT(with_barrier([](cuda::Barrier& barrier) {
                cuda::ArriveAnnouncing(barrier, 16);
                cuda::Arrive(barrier);
              }),
              HasSubstr("beyond the 1 arrivals"));
  EXPECT_THAT(with_barrier([](cuda::Barrier& barrier) { cuda::BeginBarrier(barrier, 1); }),
              HasSubstr("in use"));
}

TEST(TileMap, IsRefusedWhereTheDriverRefusesIt) {
  const std::vector<std::uint16_t> tile(64 * 64);
  EXPECT_THROW(cuda::MapTiles(tile.data() + 1, DType::kBF16, 1, 64), DeviceError);
  EXPECT_THROW(cuda::MapTiles(tile.data(), DType::kBF16, 1, 60), DeviceError);
  EXPECT_THROW(cuda::MapTiles(tile.data(), DType::kBF16, 0, 64), DeviceError);
}

}  // namespace
}  // namespace meval::testing
