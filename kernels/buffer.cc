#include "kernels/buffer.h"

#ifdef __linux__
#include <sys/mman.h>
#endif

#include <cstdlib>
#include <string>
#include <utility>

#include "kernels/check.h"

namespace meval {
namespace {

constexpr std::size_t kCacheLine = 64;
constexpr std::size_t kHugePage = std::size_t{2} << 20;
// No 64-bit machine of today addresses more; larger requests come from a file that lies.
constexpr std::size_t kMaxBytes = std::size_t{1} << 46;

std::size_t RoundUp(std::size_t value, std::size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

}  // namespace

Buffer::Buffer(std::size_t bytes) : bytes_(bytes) {
  if (bytes == 0) return;
  const bool large = bytes >= 2 * kHugePage;
  const std::size_t alignment = large ? kHugePage : kCacheLine;
  if (bytes <= kMaxBytes) data_ = std::aligned_alloc(alignment, RoundUp(bytes, alignment));
  if (data_ == nullptr) {
    throw DeviceError("cpu: cannot allocate " + std::to_string(bytes) +
                      " bytes: free memory, or use a smaller model, batch or KV budget");
  }
#ifdef __linux__
  // Streaming weights through 4 KiB pages costs 13-30 % of the read bandwidth; a refusal costs
  // speed only.
  if (large) (void)madvise(data_, RoundUp(bytes, kHugePage), MADV_HUGEPAGE);
#endif
}

Buffer::~Buffer() {
  if (release_ == nullptr) {
    std::free(data_);
  } else if (data_ != nullptr) {
    release_(data_);
  }
}

Buffer::Buffer(Buffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      bytes_(std::exchange(other.bytes_, 0)),
      release_(std::exchange(other.release_, nullptr)) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  std::swap(release_, other.release_);
  return *this;
}

}  // namespace meval
