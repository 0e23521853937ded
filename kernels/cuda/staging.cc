#include "kernels/cuda/staging.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>

#include "kernels/cuda/handles.h"

namespace meval::cuda {
namespace {

// Four blocks: while the device fetches one, the threads fill the next. Large enough for the copy's
// own cost to vanish, small enough to take little page-locked memory.
constexpr std::size_t kNumBlocks = 4;
constexpr std::size_t kBlockBytes = std::size_t{16} << 20;
// What one thread copies at a time.
constexpr std::size_t kPieceBytes = std::size_t{1} << 20;
constexpr std::size_t kAlignment = 256;

}  // namespace

struct Staging::Blocks {
  struct Block {
    PinnedMemory memory;
    EventOwner fetched;
    bool in_flight = false;
  };
  std::array<Block, kNumBlocks> blocks;
  PinnedMemory download;
  std::size_t current = 0;
  std::size_t used = 0;
};

Staging::Staging(StreamHandle stream) : stream_(stream), blocks_(std::make_unique<Blocks>()) {
  for (Blocks::Block& block : blocks_->blocks) {
    block.memory = MakePinned(kBlockBytes);
    block.fetched = MakeEvent();
  }
  blocks_->download = MakePinned(kBlockBytes);
}

Staging::~Staging() { (void)cudaStreamSynchronize(stream_); }

std::byte* Staging::Take(std::size_t wanted, std::size_t& taken) {
  if (blocks_->used == kBlockBytes) {
    Blocks::Block& full = blocks_->blocks[blocks_->current];
    CheckCuda(cudaEventRecord(full.fetched.get(), stream_), "cudaEventRecord");
    full.in_flight = true;
    blocks_->current = (blocks_->current + 1) % kNumBlocks;
    blocks_->used = 0;
    Blocks::Block& next = blocks_->blocks[blocks_->current];
    if (next.in_flight) {
      CheckCuda(cudaEventSynchronize(next.fetched.get()), "a copy to the device");
      next.in_flight = false;
    }
  }
  std::byte* place = blocks_->blocks[blocks_->current].memory.get() + blocks_->used;
  taken = std::min(wanted, kBlockBytes - blocks_->used);
  const std::size_t rounded = (taken + kAlignment - 1) / kAlignment * kAlignment;
  blocks_->used = std::min(kBlockBytes, blocks_->used + rounded);
  return place;
}

void Staging::Upload(const void* from, void* to, std::size_t bytes,
                     const ParallelFor& parallel_for) {
  const auto* source = static_cast<const std::byte*>(from);
  auto* target = static_cast<std::byte*>(to);
  while (bytes > 0) {
    std::size_t count = 0;
    std::byte* place = Take(bytes, count);
    if (parallel_for && count > kPieceBytes) {
      parallel_for(static_cast<std::int64_t>((count + kPieceBytes - 1) / kPieceBytes),
                   [&](std::int64_t piece) {
                     const std::size_t begin = static_cast<std::size_t>(piece) * kPieceBytes;
                     std::memcpy(place + begin, source + begin,
                                 std::min(kPieceBytes, count - begin));
                   });
    } else {
      std::memcpy(place, source, count);
    }
    CheckCuda(cudaMemcpyAsync(target, place, count, cudaMemcpyHostToDevice, stream_),
              "cudaMemcpyAsync of " + std::to_string(count) + " bytes to the device");
    source += count;
    target += count;
    bytes -= count;
  }
}

void Staging::Download(const void* from, void* to, std::size_t bytes) {
  const auto* source = static_cast<const std::byte*>(from);
  auto* target = static_cast<std::byte*>(to);
  while (bytes > 0) {
    const std::size_t count = std::min(bytes, kBlockBytes);
    CheckCuda(
        cudaMemcpyAsync(blocks_->download.get(), source, count, cudaMemcpyDeviceToHost, stream_),
        "cudaMemcpyAsync of " + std::to_string(count) + " bytes from the device");
    // Errors of all kernels since the last wait show here.
    CheckCuda(cudaStreamSynchronize(stream_), "cudaStreamSynchronize");
    std::memcpy(target, blocks_->download.get(), count);
    source += count;
    target += count;
    bytes -= count;
  }
}

}  // namespace meval::cuda
