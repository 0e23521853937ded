#include "tests/support/cuda_emulator/bulk_copies.h"

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "tests/support/cuda_emulator/emulator.h"
#include "tests/support/cuda_emulator/race_detector.h"
#include "tests/support/cuda_emulator/tensor_map.h"

namespace meval::cuda_emulator {
namespace {

struct Copy {
  std::uint32_t to = 0;
  TileMap map;
  int x = 0;
  int y = 0;
  int z = 0;
};

struct BarrierState {
  int arrivals = 0;  // of a phase
  int missing = 0;   // of the present one
  std::int64_t announced_bytes = 0;
  std::vector<Copy> copies;
  std::uint32_t phase = 0;
  SyncPoint order;
};

// What a block's copies are at. A new block has nothing of the one before.
class CopyEngine {
 public:
  static CopyEngine& OfThisBlock() {
    static CopyEngine engine;
    if (engine.block_ != BlockSerial()) {
      engine.block_ = BlockSerial();
      engine.barriers_.clear();
      engine.view_.assign(DynamicSharedBytes(), std::byte{0xff});
      engine.has_fenced_ = false;
    }
    return engine;
  }

  void Begin(void* barrier, int arrivals) {
    if (arrivals < 1 || reinterpret_cast<std::uintptr_t>(barrier) % 8 != 0) {
      throw EmulatorError("mbarrier.init of " + std::to_string(arrivals) +
                          " arrivals; expected at least 1, and an address at a multiple of 8");
    }
    if (barriers_.contains(barrier)) throw EmulatorError("mbarrier.init of one that is in use");
    barriers_[barrier].arrivals = barriers_[barrier].missing = arrivals;
  }

  BarrierState& Find(void* barrier) {
    const auto found = barriers_.find(barrier);
    if (found == barriers_.end()) throw EmulatorError("an mbarrier before mbarrier.init");
    return found->second;
  }

  void Arrive(BarrierState& barrier, std::int64_t bytes) {
    Settle(barrier);
    if (barrier.missing == 0) {
      throw EmulatorError("mbarrier.arrive beyond the " + std::to_string(barrier.arrivals) +
                          " arrivals of a phase");
    }
    barrier.announced_bytes += bytes;
    --barrier.missing;
  }

  void Issue(BarrierState& barrier, const Copy& copy) {
    for (const std::uint32_t chunk : ChunksOf(copy)) Write(chunk, Poison());
    barrier.copies.push_back(copy);
  }

  // Ends the present phase if nothing is missing; its copies arrive.
  void Settle(BarrierState& barrier) {
    std::int64_t bytes = 0;
    for (const Copy& copy : barrier.copies) bytes += copy.map.BoxBytes();
    if (barrier.missing > 0 || bytes != barrier.announced_bytes) return;
    for (const Copy& copy : barrier.copies) Perform(copy);
    barrier.copies.clear();
    barrier.announced_bytes = 0;
    barrier.missing = barrier.arrivals;
    ++barrier.phase;
  }

  void Fence() { has_fenced_ = true; }

  Chunk Read(std::uint32_t address) {
    if (has_fenced_) std::memcpy(view_.data(), DynamicShared(), view_.size());
    has_fenced_ = false;
    Chunk chunk;
    std::memcpy(chunk.bytes, &InView(address), sizeof(chunk.bytes));
    return chunk;
  }

 private:
  static Chunk Poison() {
    Chunk chunk;
    std::memset(chunk.bytes, 0xff, sizeof(chunk.bytes));
    return chunk;
  }

  std::byte& InView(std::uint32_t address) {
    const std::byte* memory = AtSharedAddress(address, sizeof(Chunk));
    return view_[static_cast<std::size_t>(memory - DynamicShared())];
  }

  void Write(std::uint32_t address, const Chunk& chunk) {
    std::memcpy(AtSharedAddress(address, sizeof(chunk.bytes)), chunk.bytes, sizeof(chunk.bytes));
    std::memcpy(&InView(address), chunk.bytes, sizeof(chunk.bytes));
  }

  // Where the box's chunks go, in the order of its elements.
  static std::vector<std::uint32_t> ChunksOf(const Copy& copy) {
    std::vector<std::uint32_t> chunks;
    for (std::uint32_t offset = 0; offset < copy.map.BoxBytes(); offset += sizeof(Chunk)) {
      chunks.push_back(Swizzled128(copy.to + offset));
    }
    return chunks;
  }

  void Perform(const Copy& copy) {
    std::size_t i = 0;
    for (const std::uint32_t chunk : ChunksOf(copy)) {
      Write(chunk, copy.map.ReadChunk(copy.x, copy.y, copy.z, i++));
    }
  }

  std::uint64_t block_ = 0;
  std::map<void*, BarrierState> barriers_;
  std::vector<std::byte> view_;  // the async proxy's
  bool has_fenced_ = false;      // since the view was last brought up to date
};

struct AwaitedPhase {
  BarrierState* barrier;
  std::uint32_t parity;
};

}  // namespace

void BeginBarrier(void* barrier, int arrivals) {
  const EmulatorsOwn own;
  CopyEngine::OfThisBlock().Begin(barrier, arrivals);
}

void ArriveAtBarrier(void* barrier, std::int64_t bytes) {
  const EmulatorsOwn own;
  CopyEngine& engine = CopyEngine::OfThisBlock();
  BarrierState& state = engine.Find(barrier);
  engine.Arrive(state, bytes);
  state.order.Release();
}

void AwaitBarrier(void* barrier, std::uint32_t parity) {
  AwaitedPhase awaited{};
  {
    const EmulatorsOwn own;
    awaited = {&CopyEngine::OfThisBlock().Find(barrier), parity};
  }
  WaitUntil(
      "a phase of an mbarrier",
      [](void* what) {
        const auto& phase = *static_cast<const AwaitedPhase*>(what);
        CopyEngine::OfThisBlock().Settle(*phase.barrier);
        return phase.barrier->phase % 2 != phase.parity;
      },
      &awaited);
  awaited.barrier->order.Acquire();
}

void IssueTileCopy(void* shared, const CUtensorMap& map, int x, int y, int z, void* barrier) {
  const EmulatorsOwn own;
  const Copy copy{SharedAddressOf(shared), TileMap::Of(map), x, y, z};
  if (copy.to % 1024 != 0) {
    throw EmulatorError("cp.async.bulk.tensor to the shared address " + std::to_string(copy.to) +
                        "; a tile swizzled in 128 bytes begins at a multiple of 1024");
  }
  CopyEngine& engine = CopyEngine::OfThisBlock();
  engine.Issue(engine.Find(barrier), copy);
}

void FenceAsyncProxy() {
  const EmulatorsOwn own;
  CopyEngine::OfThisBlock().Fence();
}

Chunk ReadAsync(std::uint32_t shared_address) {
  return CopyEngine::OfThisBlock().Read(shared_address);
}

}  // namespace meval::cuda_emulator
