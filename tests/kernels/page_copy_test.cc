#include "kernels/page_copy.h"

#include <cstdint>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/context.h"

namespace meval {
namespace {

constexpr std::int64_t kLayers = 2;
constexpr std::int64_t kPages = 3;
constexpr std::int64_t kBytes = 16;

class PageCopies : public ::testing::Test {
 protected:
  PageCopies() : keys_(kLayers * kPages * kBytes), values_(keys_.size()) {
    std::iota(keys_.begin(), keys_.end(), std::uint8_t{0});
    std::iota(values_.begin(), values_.end(), std::uint8_t{100});
  }
  void Copy(std::vector<PagePair> pairs) {
    CopyPages(ctx_,
              {.keys = keys_.data(),
               .values = values_.data(),
               .num_layers = kLayers,
               .num_pages = kPages,
               .page_bytes = kBytes},
              pairs);
  }
  // Whether page `page` holds what page `original` held at first, in every layer.
  void ExpectHolds(std::int64_t page, std::int64_t original) const {
    for (std::int64_t layer = 0; layer < kLayers; ++layer) {
      for (std::int64_t i = 0; i < kBytes; ++i) {
        const auto at = static_cast<std::size_t>((layer * kPages + page) * kBytes + i);
        const std::int64_t was = (layer * kPages + original) * kBytes + i;
        EXPECT_EQ(keys_[at], was) << "page " << page << ", layer " << layer;
        EXPECT_EQ(values_[at], was + 100) << "page " << page << ", layer " << layer;
      }
    }
  }

  Context ctx_{{.num_threads = 1}};
  std::vector<std::uint8_t> keys_;
  std::vector<std::uint8_t> values_;
};

TEST_F(PageCopies, AreMadeInEveryLayerAndNowhereElse) {
  Copy({{0, 2}});
  ExpectHolds(0, 0);
  ExpectHolds(1, 1);
  ExpectHolds(2, 0);
}

TEST_F(PageCopies, AreMadeInOrder) {
  Copy({{0, 1}, {1, 2}});
  ExpectHolds(1, 0);
  ExpectHolds(2, 0);
}

TEST_F(PageCopies, StayInsideTheStore) {
  EXPECT_THROW(Copy({{0, 3}}), std::invalid_argument);
  EXPECT_THROW(Copy({{-1, 0}}), std::invalid_argument);
  ExpectHolds(0, 0);
}

}  // namespace
}  // namespace meval
