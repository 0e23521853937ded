#include "tests/support/cuda_emulator/warpgroup.h"

#include <array>
#include <cstring>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "kernels/bfloat16.h"
#include "tests/support/cuda_emulator/bulk_copies.h"
#include "tests/support/cuda_emulator/emulator.h"

namespace meval::cuda_emulator {
namespace {

constexpr std::uint32_t kFullMask = 0xffffffff;
constexpr int kColumns = 64;
constexpr int kDepth = 16;
constexpr int kResults = 32;          // of a lane
constexpr int kChunksOfFactor = 128;  // 16 x 64 elements, eight a chunk
constexpr int kWarpsOfGroup = 4;

using Factor = std::array<Chunk, kChunksOfFactor>;
using RowFragments = std::array<std::array<std::uint32_t, 4>, kWarpLanes>;

// What all warps of a warpgroup must say alike.
struct Instruction {
  MmaFormat format{};
  std::uint64_t descriptor = 0;
  bool accumulates = false;
  bool transposes_b = false;
  bool operator==(const Instruction&) const = default;
};

struct Operand {
  Instruction instruction;
  float* c = nullptr;
  const std::uint32_t* a = nullptr;
};

struct Product {
  std::array<Operand, kWarpLanes> of_lane;
  RowFragments a{};
  Factor b{};
};

// Results under way, by the place of lane 0's.
struct Results {
  std::array<float*, kWarpLanes> places{};
  std::array<std::array<float, kResults>, kWarpLanes> values{};
};

struct Group {
  std::vector<Product> products;
  std::map<float*, Results> results;
};

struct WarpState {
  bool may_issue = false;  // fenced since registers last came free
  Group open;
  std::deque<Group> committed;
  std::size_t num_issued = 0;
};

struct BlockState {
  std::uint64_t block = 0;
  std::map<int, WarpState> warps;
  std::map<int, std::vector<Instruction>> of_warpgroup;  // in the order its first warp issued them
};

bool sums_as_mma = true;

BlockState& ThisBlock() {
  static BlockState state;
  if (state.block != BlockSerial()) state = BlockState{BlockSerial(), {}, {}};
  return state;
}

int ThisWarp() {
  const Extent3 block = BlockExtent();
  const Extent3 thread = ThreadIndex();
  return static_cast<int>(((thread.z * block.y + thread.y) * block.x + thread.x) / kWarpLanes);
}

WarpState& ThisWarpState() { return ThisBlock().warps[ThisWarp()]; }

// PTX ISA, "Matrix Descriptor Format" and "Canonical Layouts": in 128-byte rows, swizzled, chunk j
// of eight elements along the row, groups of eight rows a stride apart. Chunk 8 k + j of the result
// is, with transposes_b, row k's j-th; else chunk 2 n + j is column n's j-th.
Factor ReadFactor(const Instruction& instruction) {
  const std::uint64_t descriptor = instruction.descriptor;
  const auto field = [&](int bit, int width) {
    return static_cast<std::uint32_t>(descriptor >> bit & ((std::uint64_t{1} << width) - 1));
  };
  if (field(62, 2) != 1 || field(49, 3) != 0) {
    throw EmulatorError("wgmma by a descriptor of swizzling mode " + std::to_string(field(62, 2)) +
                        " and base offset " + std::to_string(field(49, 3)) +
                        "; 1 (128 bytes) and 0 are emulated");
  }
  const std::uint32_t begin = field(0, 14) << 4;
  const std::uint32_t stride = field(32, 14) << 4;
  const std::uint32_t rows = instruction.transposes_b ? kDepth : kColumns;
  const std::uint32_t chunks = kChunksOfFactor / rows;
  Factor factor;
  for (std::uint32_t row = 0; row < rows; ++row) {
    for (std::uint32_t j = 0; j < chunks; ++j) {
      const std::uint32_t address = begin + row / 8 * stride + row % 8 * 128 + j * 16;
      factor[row * chunks + j] = ReadAsync(Swizzled128(address));
    }
  }
  return factor;
}

float Widen(MmaFormat format, std::uint16_t bits) {
  return format == MmaFormat::kBFloat16 ? BFloat16ToFloat(bits) : Float16ToFloat(bits);
}

// b[k][n]
void Unpack(const Product& product, float (&b)[kDepth][kColumns]) {
  const Instruction& instruction = product.of_lane[0].instruction;
  for (int chunk = 0; chunk < kChunksOfFactor; ++chunk) {
    std::uint16_t elements[8];
    std::memcpy(elements, product.b[static_cast<std::size_t>(chunk)].bytes, sizeof(elements));
    for (int e = 0; e < 8; ++e) {
      const float value = Widen(instruction.format, elements[e]);
      if (instruction.transposes_b) {
        b[chunk / 8][chunk % 8 * 8 + e] = value;
      } else {
        b[chunk % 2 * 8 + e][chunk / 2] = value;
      }
    }
  }
}

// The figures of wgmma.m64nNk16 in the PTX ISA: a lane's fragment of A is that of mma.m16n8k16, and
// so is each four of its results, for eight columns at a time.
void Multiply(const Product& product, Results& results) {
  const Instruction& instruction = product.of_lane[0].instruction;
  float a[16][kDepth];
  float b[kDepth][kColumns];
  for (int lane = 0; lane < kWarpLanes; ++lane) {
    for (int r = 0; r < 4; ++r) {
      const std::uint32_t packed =
          product.a[static_cast<std::size_t>(lane)][static_cast<std::size_t>(r)];
      for (int i = 0; i < 2; ++i) {
        a[lane / 4 + 8 * (r % 2)][2 * (lane % 4) + 8 * (r / 2) + i] =
            Widen(instruction.format, static_cast<std::uint16_t>(packed >> (16 * i)));
      }
    }
  }
  Unpack(product, b);
  float sums[16][kColumns] = {};
  for (int row = 0; row < 16; ++row) {
    for (int i = 0; i < kDepth; ++i) {
      const int k = sums_as_mma ? i : kDepth - 1 - i;
      for (int column = 0; column < kColumns; ++column)
        sums[row][column] += a[row][k] * b[k][column];
    }
  }
  for (int lane = 0; lane < kWarpLanes; ++lane) {
    auto& values = results.values[static_cast<std::size_t>(lane)];
    for (int i = 0; i < kResults; ++i) {
      const float sum = sums[lane / 4 + 8 * (i / 2 % 2)][8 * (i / 4) + 2 * (lane % 4) + i % 2];
      float& value = values[static_cast<std::size_t>(i)];
      value = instruction.accumulates ? value + sum : sum;
    }
  }
}

void CheckAgreement(int warp, const Instruction& instruction) {
  BlockState& block = ThisBlock();
  std::vector<Instruction>& all = block.of_warpgroup[warp / kWarpsOfGroup];
  const std::size_t index = block.warps[warp].num_issued++;
  if (index == all.size()) all.push_back(instruction);
  if (!(all[index] == instruction)) {
    throw EmulatorError("wgmma: warp " + std::to_string(warp) +
                        " issues another product than the first of its warpgroup to come");
  }
}

void TakeResults(Group& group, const Product& product) {
  float* const first = product.of_lane[0].c;
  const auto [found, is_new] = group.results.try_emplace(first);
  if (!is_new) return;
  for (std::size_t lane = 0; lane < kWarpLanes; ++lane) {
    float* const place = product.of_lane[lane].c;
    found->second.places[lane] = place;
    std::memcpy(found->second.values[lane].data(), place, kResults * sizeof(float));
    std::memset(place, 0xff, kResults * sizeof(float));
  }
}

void CompleteIssue(WarpOperands& operands, std::uint32_t /*mask*/) {
  WarpState& warp = ThisWarpState();
  if (!warp.may_issue) {
    throw EmulatorError("wgmma.mma_async without wgmma.fence since registers last came free");
  }
  Product& product = warp.open.products.emplace_back();
  for (std::size_t lane = 0; lane < kWarpLanes; ++lane) {
    product.of_lane[lane] = *static_cast<const Operand*>(operands.of_lane[lane]);
    std::memcpy(product.a[lane].data(), product.of_lane[lane].a, sizeof(product.a[lane]));
    if (!(product.of_lane[lane].instruction == product.of_lane[0].instruction)) {
      throw EmulatorError("wgmma: lanes 0 and " + std::to_string(lane) +
                          " issue different products");
    }
  }
  CheckAgreement(ThisWarp(), product.of_lane[0].instruction);
  product.b = ReadFactor(product.of_lane[0].instruction);
  for (const Group& group : warp.committed) {
    if (group.results.contains(product.of_lane[0].c)) {
      throw EmulatorError("wgmma on results of an earlier group under way: not emulated");
    }
  }
  TakeResults(warp.open, product);
}

void CheckUnchanged(const Product& product) {
  for (std::size_t lane = 0; lane < kWarpLanes; ++lane) {
    if (std::memcmp(product.a[lane].data(), product.of_lane[lane].a, sizeof(product.a[lane])) !=
        0) {
      throw EmulatorError("wgmma: registers of lane " + std::to_string(lane) +
                          " have changed before the product was waited for");
    }
  }
  if (ReadFactor(product.of_lane[0].instruction) != product.b) {
    throw EmulatorError("wgmma: shared memory has changed before the product was waited for");
  }
}

void Finish(Group& group) {
  for (const Product& product : group.products) {
    CheckUnchanged(product);
    Multiply(product, group.results.at(product.of_lane[0].c));
  }
  for (const auto& [first, results] : group.results) {
    for (std::size_t lane = 0; lane < kWarpLanes; ++lane) {
      std::memcpy(results.places[lane], results.values[lane].data(), kResults * sizeof(float));
    }
  }
}

void CompleteWait(WarpOperands& operands, std::uint32_t /*mask*/) {
  const int pending = *static_cast<const int*>(operands.of_lane[0]);
  WarpState& warp = ThisWarpState();
  while (static_cast<int>(warp.committed.size()) > pending) {
    Finish(warp.committed.front());
    warp.committed.pop_front();
    warp.may_issue = false;
  }
}

}  // namespace

void FenceProducts() {
  MeetWarp(
      "wgmma.fence", kFullMask,
      [](WarpOperands&, std::uint32_t) { ThisWarpState().may_issue = true; }, nullptr);
}

void CommitProducts() {
  MeetWarp(
      "wgmma.commit_group", kFullMask,
      [](WarpOperands&, std::uint32_t) {
        WarpState& warp = ThisWarpState();
        warp.committed.push_back(std::exchange(warp.open, {}));
      },
      nullptr);
}

void AwaitProducts(int pending) { MeetWarp("wgmma.wait_group", kFullMask, CompleteWait, &pending); }

void IssueProduct(MmaFormat format, float* c, const std::uint32_t (&a)[4], std::uint64_t descriptor,
                  bool accumulates, bool transposes_b) {
  Operand operand{{format, descriptor, accumulates, transposes_b}, c, a};
  MeetWarp("wgmma.mma_async", kFullMask, CompleteIssue, &operand);
}

void SetProductOrder(bool as_mma) { sums_as_mma = as_mma; }

void EndProducts(int num_warps) {
  const BlockState& block = ThisBlock();
  for (const auto& [warp, state] : block.warps) {
    if (!state.open.products.empty() || !state.committed.empty()) {
      throw EmulatorError("wgmma: warp " + std::to_string(warp) +
                          " has exited before its products were waited for");
    }
  }
  for (const auto& [warpgroup, instructions] : block.of_warpgroup) {
    for (int warp = warpgroup * kWarpsOfGroup; warp < (warpgroup + 1) * kWarpsOfGroup; ++warp) {
      const auto found = block.warps.find(warp);
      if (warp < num_warps && found != block.warps.end() &&
          found->second.num_issued == instructions.size()) {
        continue;
      }
      throw EmulatorError("wgmma: warp " + std::to_string(warp) +
                          " has issued fewer products than others of its warpgroup");
    }
  }
}

}  // namespace meval::cuda_emulator
