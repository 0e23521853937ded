#include "engine/kv_pages.h"

#include <algorithm>
#include <string>
#include <utility>

#include "kernels/check.h"

namespace meval {

namespace {

constexpr std::int32_t kReleased = -1;

}  // namespace

KvPagePool::KvPagePool(std::int64_t num_pages, CopyPage copy_page)
    : copy_page_(std::move(copy_page)) {
  MEVAL_REQUIRE(num_pages >= 1, "at least one page, not " + std::to_string(num_pages));
  references_.assign(static_cast<std::size_t>(num_pages), 0);
  // Handed out from the back: the pages used first are those used most, and untouched ones stay
  // unbacked by memory.
  free_.resize(static_cast<std::size_t>(num_pages));
  for (std::size_t i = 0; i < free_.size(); ++i) {
    free_[i] = static_cast<std::int32_t>(free_.size() - 1 - i);
  }
}

std::int32_t KvPagePool::Allocate() {
  if (free_.empty()) {
    throw DeviceError("the KV cache is full: all " + std::to_string(num_pages()) + " pages of " +
                      std::to_string(kKvPageTokens) + " positions are in use");
  }
  const std::int32_t page = free_.back();
  free_.pop_back();
  references_[static_cast<std::size_t>(page)] = 1;
  peak_pages_ = std::max(peak_pages_, num_pages() - num_free_pages());
  return page;
}

void KvPagePool::AddReference(std::int32_t page) { ++references_[static_cast<std::size_t>(page)]; }

void KvPagePool::Release(std::int32_t page) {
  // free_ never grows beyond the capacity it was built with, so releasing does not throw.
  if (--references_[static_cast<std::size_t>(page)] == 0) free_.push_back(page);
}

std::int32_t KvPagePool::Copy(std::int32_t page) {
  const std::int32_t copy = Allocate();
  copy_page_(page, copy);
  return copy;
}

KvSequence::~KvSequence() { Truncate(0); }

KvSequence::KvSequence(KvSequence&& other) noexcept
    : pool_(other.pool_),
      pages_(std::exchange(other.pages_, {})),
      length_(std::exchange(other.length_, 0)) {}

KvSequence& KvSequence::operator=(KvSequence&& other) noexcept {
  if (this == &other) return *this;
  Truncate(0);
  pool_ = other.pool_;
  pages_ = std::exchange(other.pages_, {});
  length_ = std::exchange(other.length_, 0);
  return *this;
}

KvSequence KvSequence::Fork(std::int64_t length) const {
  MEVAL_REQUIRE(length >= 0 && length <= length_,
                "length " + std::to_string(length) + " of " + std::to_string(length_));
  KvSequence fork(pool_);
  const auto full_pages = static_cast<std::size_t>(length / kKvPageTokens);
  fork.pages_.reserve(static_cast<std::size_t>(NumKvPages(length)));
  for (std::size_t i = 0; i < full_pages; ++i) {
    if (pages_[i] != kReleased) pool_->AddReference(pages_[i]);
    fork.pages_.push_back(pages_[i]);
  }
  fork.length_ = length - length % kKvPageTokens;  // what it gives back if there is no page left
  if (length % kKvPageTokens != 0) {
    MEVAL_CHECK(pages_[full_pages] != kReleased, "the page a fork goes on from is held");
    fork.pages_.push_back(pool_->Copy(pages_[full_pages]));
  }
  fork.length_ = length;
  return fork;
}

void KvSequence::Extend(std::int64_t count) {
  MEVAL_REQUIRE(count >= 0, "count " + std::to_string(count));
  const std::int64_t needed = PagesToExtend(count);
  if (needed > pool_->num_free_pages()) {
    throw DeviceError("the KV cache is full: " + std::to_string(needed) + " more pages of " +
                      std::to_string(kKvPageTokens) + " positions are needed, " +
                      std::to_string(pool_->num_free_pages()) + " of " +
                      std::to_string(pool_->num_pages()) + " are free");
  }
  if (count > 0 && GoesOnInASharedPage()) {
    const std::int32_t copy = pool_->Copy(pages_.back());
    pool_->Release(pages_.back());
    pages_.back() = copy;
  }
  length_ += count;
  const auto num_pages = static_cast<std::size_t>(NumKvPages(length_));
  if (pages_.capacity() < num_pages) pages_.reserve(std::max(num_pages, 2 * pages_.size()));
  while (pages_.size() < num_pages) pages_.push_back(pool_->Allocate());
}

void KvSequence::Truncate(std::int64_t length) {
  if (length >= length_) return;
  const auto num_pages = static_cast<std::size_t>(NumKvPages(length));
  for (std::size_t i = num_pages; i < pages_.size(); ++i) {
    if (pages_[i] != kReleased) pool_->Release(pages_[i]);
  }
  pages_.resize(num_pages);
  length_ = length;
}

void KvSequence::ReleasePage(std::int64_t index) {
  MEVAL_REQUIRE(index >= 0 && index < NumKvPages(length_),
                "page " + std::to_string(index) + " of " + std::to_string(NumKvPages(length_)));
  std::int32_t& page = pages_[static_cast<std::size_t>(index)];
  if (page == kReleased) return;
  pool_->Release(page);
  page = kReleased;
}

bool KvSequence::Holds(std::int64_t begin, std::int64_t end) const {
  for (std::int64_t page = begin / kKvPageTokens; page < NumKvPages(end); ++page) {
    if (pages_[static_cast<std::size_t>(page)] == kReleased) return false;
  }
  return true;
}

bool KvSequence::GoesOnInASharedPage() const {
  if (length_ % kKvPageTokens == 0) return false;
  MEVAL_CHECK(pages_.back() != kReleased, "the page a sequence goes on from is held");
  return pool_->IsShared(pages_.back());
}

std::int64_t KvSequence::PagesToExtend(std::int64_t count) const {
  const bool copies = count > 0 && GoesOnInASharedPage();
  return NumKvPages(length_ + count) - NumKvPages(length_) + (copies ? 1 : 0);
}

std::int64_t KvSequence::PositionsWithin(std::int64_t num_pages) const {
  const std::int64_t in_last_page = NumKvPages(length_) * kKvPageTokens - length_;
  if (GoesOnInASharedPage()) --num_pages;
  if (num_pages < 0) return 0;
  return in_last_page + num_pages * kKvPageTokens;
}

}  // namespace meval
