#include "tests/support/cuda_emulator/warp_collectives.h"

#include <cstring>
#include <string>

#include "kernels/bfloat16.h"

namespace meval::cuda_emulator {
namespace {

constexpr std::uint32_t kFullMask = 0xffffffff;

template <typename T>
T& OfLane(WarpOperands& operands, int lane) {
  return *static_cast<T*>(operands.of_lane[lane]);
}

float Widen(MmaFormat format, std::uint32_t bits) {
  const auto half = static_cast<std::uint16_t>(bits);
  return format == MmaFormat::kBFloat16 ? BFloat16ToFloat(half) : Float16ToFloat(half);
}

// Element `i` (0 or 1) of the two a register holds.
float Half(MmaFormat format, std::uint32_t packed, int i) {
  return Widen(format, packed >> (16 * i) & 0xffff);
}

struct MmaOperand {
  MmaFormat format;
  const std::uint32_t* a;
  const std::uint32_t* b;
  float* c;
};

// PTX ISA, "Matrix Fragments for mma.m16n8k16 with floating point type". A lane's group is lane / 4
// and its thread in the group lane % 4.
//   a[r] holds row group + 8 (r % 2), columns 2 thread + 8 (r / 2) and the next
//   b[r] holds rows 2 thread + 8 r and the next, column group
//   c[i] holds row group + 8 (i / 2), column 2 thread + i % 2
void CompleteMma(WarpOperands& operands, std::uint32_t /*mask*/) {
  float a[16][16];
  float b[16][8];
  for (int lane = 0; lane < kWarpLanes; ++lane) {
    const auto& operand = OfLane<MmaOperand>(operands, lane);
    const int group = lane / 4;
    const int thread = lane % 4;
    for (int r = 0; r < 4; ++r) {
      for (int i = 0; i < 2; ++i) {
        a[group + 8 * (r % 2)][2 * thread + 8 * (r / 2) + i] =
            Half(operand.format, operand.a[r], i);
      }
    }
    for (int r = 0; r < 2; ++r) {
      for (int i = 0; i < 2; ++i) {
        b[2 * thread + 8 * r + i][group] = Half(operand.format, operand.b[r], i);
      }
    }
  }
  // The products are exact in f32; the sum of an instruction is added to c at once.
  float sums[16][8] = {};
  for (int row = 0; row < 16; ++row) {
    for (int k = 0; k < 16; ++k) {
      for (int column = 0; column < 8; ++column) sums[row][column] += a[row][k] * b[k][column];
    }
  }
  for (int lane = 0; lane < kWarpLanes; ++lane) {
    float* c = OfLane<MmaOperand>(operands, lane).c;
    for (int i = 0; i < 4; ++i) c[i] += sums[lane / 4 + 8 * (i / 2)][2 * (lane % 4) + i % 2];
  }
}

struct LoadMatrixOperand {
  std::uint16_t row[8];  // which the lane has read itself
  std::uint32_t* fragment;
  bool transpose;
};

// PTX ISA, "ldmatrix": of matrix i a lane takes row lane / 4, columns 2 (lane % 4) and the next, or
// with .trans column lane / 4, rows 2 (lane % 4) and the next, into register i.
void CompleteLoadMatrix(WarpOperands& operands, std::uint32_t /*mask*/) {
  std::uint16_t matrices[4][8][8];
  for (int lane = 0; lane < kWarpLanes; ++lane) {
    const auto& row = OfLane<LoadMatrixOperand>(operands, lane).row;
    std::memcpy(matrices[lane / 8][lane % 8], row, sizeof(row));
  }
  for (int lane = 0; lane < kWarpLanes; ++lane) {
    auto& operand = OfLane<LoadMatrixOperand>(operands, lane);
    for (int i = 0; i < 4; ++i) {
      const int first = 2 * (lane % 4);
      const int line = lane / 4;
      const auto& m = matrices[i];
      const std::uint32_t low = operand.transpose ? m[first][line] : m[line][first];
      const std::uint32_t high = operand.transpose ? m[first + 1][line] : m[line][first + 1];
      operand.fragment[i] = low | high << 16;
    }
  }
}

}  // namespace

std::uint64_t Shuffle(const char* name, std::uint32_t mask, std::uint64_t value, int source) {
  ShuffleOperand operand{value, source};
  const auto exchange = [](WarpOperands& operands, std::uint32_t lanes) {
    std::uint64_t taken[kWarpLanes];
    for (int lane = 0; lane < kWarpLanes; ++lane) {
      if ((lanes >> lane & 1U) == 0) continue;
      const int from = OfLane<ShuffleOperand>(operands, lane).source;
      if ((lanes >> from & 1U) == 0) {
        throw EmulatorError("lane " + std::to_string(lane) + " shuffles from lane " +
                            std::to_string(from) + ", which is outside the mask");
      }
      taken[lane] = OfLane<ShuffleOperand>(operands, from).value;
    }
    for (int lane = 0; lane < kWarpLanes; ++lane) {
      if ((lanes >> lane & 1U) != 0) OfLane<ShuffleOperand>(operands, lane).value = taken[lane];
    }
  };
  MeetWarp(name, mask, exchange, &operand);
  return operand.value;
}

std::uint32_t Ballot(std::uint32_t mask, bool predicate) {
  std::uint32_t operand = predicate ? 1 : 0;
  const auto count = [](WarpOperands& operands, std::uint32_t lanes) {
    std::uint32_t votes = 0;
    for (int lane = 0; lane < kWarpLanes; ++lane) {
      if ((lanes >> lane & 1U) != 0) votes |= OfLane<std::uint32_t>(operands, lane) << lane;
    }
    for (int lane = 0; lane < kWarpLanes; ++lane) {
      if ((lanes >> lane & 1U) != 0) OfLane<std::uint32_t>(operands, lane) = votes;
    }
  };
  MeetWarp("__ballot_sync", mask, count, &operand);
  return operand;
}

void WarpBarrier(std::uint32_t mask) {
  MeetWarp(
      "__syncwarp", mask, [](WarpOperands&, std::uint32_t) {}, nullptr, /*orders_memory=*/true);
}

void Mma16816(MmaFormat format, float (&c)[4], const std::uint32_t (&a)[4],
              const std::uint32_t (&b)[2]) {
  MmaOperand operand{format, a, b, c};
  MeetWarp("mma.sync.m16n8k16", kFullMask, CompleteMma, &operand);
}

void LoadMatrix4(std::uint32_t (&fragment)[4], const void* row, bool transpose) {
  if (reinterpret_cast<std::uintptr_t>(row) % 16 != 0) {
    throw EmulatorError("ldmatrix: lane " + std::to_string(LaneIndex()) +
                        " gives a row that is not at a multiple of 16 bytes");
  }
  LoadMatrixOperand operand{{}, fragment, transpose};
  std::memcpy(operand.row, row, sizeof(operand.row));
  MeetWarp("ldmatrix", kFullMask, CompleteLoadMatrix, &operand);
}

}  // namespace meval::cuda_emulator
