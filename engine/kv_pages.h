#ifndef MEVAL_ENGINE_KV_PAGES_H_
#define MEVAL_ENGINE_KV_PAGES_H_

// Who holds which page of keys and values: reference counts and page tables, without the memory
// itself. A plan is made over these books before any memory is taken; the cache keeps the same
// books while it runs.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "kernels/attention.h"

namespace meval {

// Pages that hold `count` positions.
constexpr std::int64_t NumKvPages(std::int64_t count) {
  return (count + kKvPageTokens - 1) / kKvPageTokens;
}

// Pages that rows of one sequence can see through a window of `window` > 0 keys, at most: what a
// sequence of any length needs to go on.
constexpr std::int64_t NumWindowPages(std::int64_t window) { return NumKvPages(window - 1) + 1; }

class KvPagePool {
 public:
  // Called when the contents of page `from` are to be the first contents of page `to`.
  using CopyPage = std::function<void(std::int32_t from, std::int32_t to)>;

  KvPagePool(std::int64_t num_pages, CopyPage copy_page);
  KvPagePool(const KvPagePool&) = delete;
  KvPagePool& operator=(const KvPagePool&) = delete;

  std::int64_t num_pages() const { return static_cast<std::int64_t>(references_.size()); }
  std::int64_t num_free_pages() const { return static_cast<std::int64_t>(free_.size()); }
  // Most pages held at once since the pool was made or ForgetPeak was called.
  std::int64_t peak_pages() const { return peak_pages_; }
  void ForgetPeak() { peak_pages_ = num_pages() - num_free_pages(); }

 private:
  friend class KvSequence;
  bool IsShared(std::int32_t page) const { return references_[static_cast<std::size_t>(page)] > 1; }
  std::int32_t Allocate();
  void AddReference(std::int32_t page);
  void Release(std::int32_t page);
  std::int32_t Copy(std::int32_t page);

  CopyPage copy_page_;
  std::vector<std::int32_t> references_;
  std::vector<std::int32_t> free_;
  std::int64_t peak_pages_ = 0;
};

// One sequence's page table and how many of its positions are filled. Move-only; releases its
// pages, so the pool outlives its sequences.
class KvSequence {
 public:
  KvSequence() = default;
  explicit KvSequence(KvPagePool* pool) : pool_(pool) {}
  ~KvSequence();
  KvSequence(KvSequence&& other) noexcept;
  KvSequence& operator=(KvSequence&& other) noexcept;

  std::int64_t length() const { return length_; }  // positions filled
  // One entry per kKvPageTokens positions; -1 where the page has been released.
  std::span<const std::int32_t> pages() const { return pages_; }

  // Another sequence with the same first `length` positions: full pages are shared, a partly filled
  // last page is copied. Throws DeviceError if the pool is empty.
  KvSequence Fork(std::int64_t length) const;
  // Makes room for `count` more positions and counts them as filled; the last page is made
  // exclusive first. Throws DeviceError if the pool is empty.
  void Extend(std::int64_t count);
  // Forgets positions from `length` on.
  void Truncate(std::int64_t length);
  // Gives the page that holds position kKvPageTokens * index back; its positions cannot be read any
  // more. Nothing happens if it has been given back before.
  void ReleasePage(std::int64_t index);
  // Whether positions [begin, end) can still be read; end <= length().
  bool Holds(std::int64_t begin, std::int64_t end) const;

  // Free pages that Extend(count) takes: new ones, and one for a last page that is still shared.
  std::int64_t PagesToExtend(std::int64_t count) const;
  // The largest count for which PagesToExtend(count) <= num_pages.
  std::int64_t PositionsWithin(std::int64_t num_pages) const;

 private:
  // Whether the page that the next position goes to is partly filled and held by others as well.
  bool GoesOnInASharedPage() const;

  KvPagePool* pool_ = nullptr;
  std::vector<std::int32_t> pages_;
  std::int64_t length_ = 0;
};

}  // namespace meval

#endif  // MEVAL_ENGINE_KV_PAGES_H_
