#include "tests/support/cuda_emulator/device_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

#include "tests/support/cuda_emulator/emulator.h"

namespace meval::cuda_emulator {
namespace {

constexpr std::size_t kAlignment = 256;
constexpr std::byte kPoison{0xff};
constexpr std::byte kCanary{0xa5};

std::size_t RoundUp(std::size_t bytes, std::size_t unit) {
  return (bytes + unit - 1) / unit * unit;
}

// The bytes between the end of a block and its closed page: no access is right.
void SetSlackPoisoned([[maybe_unused]] std::byte* begin, [[maybe_unused]] std::byte* end,
                      [[maybe_unused]] bool poisoned) {
#ifdef __SANITIZE_ADDRESS__
  const auto bytes = static_cast<std::size_t>(end - begin);
  if (poisoned) {
    __asan_poison_memory_region(begin, bytes);
  } else {
    __asan_unpoison_memory_region(begin, bytes);
  }
#endif
}

// A protection key of the processor's (pkeys(7)), which opens and closes all blocks for one thread
// in a few cycles where mprotect changes every page; -1 where the machine has none.
int ProtectionKey() {
  static const int key = pkey_alloc(0, PKEY_DISABLE_ACCESS);
  return key;
}

// Of this thread, through Access.
thread_local int accesses_of_thread = 0;

}  // namespace

DeviceMemory::~DeviceMemory() {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  for (const auto& [pointer, block] : blocks_) munmap(block.pages, block.page_bytes + page);
}

void* DeviceMemory::Allocate(std::size_t bytes) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t block_bytes = RoundUp(std::max<std::size_t>(bytes, 1), kAlignment);
  Block block;
  block.page_bytes = RoundUp(block_bytes, page);
  block.bytes = bytes;
  void* mapping = mmap(nullptr, block.page_bytes + page, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping == MAP_FAILED) return nullptr;
  block.pages = static_cast<std::byte*>(mapping);
  std::byte* pointer = block.pages + (block.page_bytes - block_bytes);
  std::byte* end = block.pages + block.page_bytes;
  std::fill(block.pages, pointer + bytes, kPoison);
  std::fill(pointer + bytes, end, kCanary);
  SetSlackPoisoned(pointer + bytes, end, true);
  mprotect(end, page, PROT_NONE);
  if (ProtectionKey() >= 0) {
    pkey_mprotect(block.pages, block.page_bytes, PROT_READ | PROT_WRITE, ProtectionKey());
  } else if (accesses_ == 0) {
    mprotect(block.pages, block.page_bytes, PROT_NONE);
  }
  blocks_.emplace(pointer, block);
  allocated_bytes_ += bytes;
  return pointer;
}

bool DeviceMemory::Free(void* pointer) {
  const auto found = blocks_.find(static_cast<std::byte*>(pointer));
  if (found == blocks_.end()) return false;
  const Block block = found->second;
  const Access access(*this);
  std::byte* slack = found->first + block.bytes;
  std::byte* end = block.pages + block.page_bytes;
  SetSlackPoisoned(slack, end, false);
  const bool intact = std::all_of(slack, end, [](std::byte b) { return b == kCanary; });
  munmap(block.pages, block.page_bytes + static_cast<std::size_t>(sysconf(_SC_PAGESIZE)));
  blocks_.erase(found);
  allocated_bytes_ -= block.bytes;
  if (!intact) {
    throw EmulatorError("a device block of " + std::to_string(block.bytes) +
                        " bytes was written behind its end");
  }
  return true;
}

bool DeviceMemory::Contains(const void* pointer, std::size_t bytes) const {
  const auto* first = static_cast<const std::byte*>(pointer);
  auto after = blocks_.upper_bound(const_cast<std::byte*>(first));
  if (after == blocks_.begin()) return false;
  const auto& [begin, block] = *--after;
  return first + bytes <= begin + block.bytes;
}

void DeviceMemory::Protect(int protection) {
  for (const auto& [pointer, block] : blocks_) mprotect(block.pages, block.page_bytes, protection);
}

DeviceMemory::Access::Access(DeviceMemory& memory) : memory_(memory) {
  if (ProtectionKey() >= 0) {
    if (accesses_of_thread++ == 0) pkey_set(ProtectionKey(), 0);
  } else if (memory_.accesses_++ == 0) {
    memory_.Protect(PROT_READ | PROT_WRITE);
  }
}

DeviceMemory::Access::~Access() {
  if (ProtectionKey() >= 0) {
    if (--accesses_of_thread == 0) pkey_set(ProtectionKey(), PKEY_DISABLE_ACCESS);
  } else if (--memory_.accesses_ == 0) {
    memory_.Protect(PROT_NONE);
  }
}

}  // namespace meval::cuda_emulator
