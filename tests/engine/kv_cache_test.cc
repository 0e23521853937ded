#include "engine/kv_cache.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/bfloat16.h"
#include "kernels/check.h"
#include "tests/support/tiny_mistral.h"

namespace meval {
namespace {

using testing::TinyConfig;

// Marks keys and values of one position in every layer, at the first and last element it owns.
class Marker {
 public:
  Marker(KvCache& cache, std::int64_t num_layers) : cache_(cache), num_layers_(num_layers) {}

  void Write(const KvSequence& sequence, std::int64_t position, float mark) const {
    ForEachPlace(sequence, position, [&](float& place, std::int64_t layer) {
      place = mark + static_cast<float>(layer);
    });
  }
  bool Holds(const KvSequence& sequence, std::int64_t position, float mark) const {
    bool all = true;
    ForEachPlace(sequence, position, [&](const float& place, std::int64_t layer) {
      all = all && place == mark + static_cast<float>(layer);
    });
    return all;
  }

 private:
  template <typename Visit>
  void ForEachPlace(const KvSequence& sequence, std::int64_t position, Visit visit) const {
    const std::int64_t page = sequence.pages()[static_cast<std::size_t>(position / kKvPageTokens)];
    const std::int64_t slot = position % kKvPageTokens;
    for (std::int64_t layer = 0; layer < num_layers_; ++layer) {
      const KvPages pages = cache_.Layer(layer);
      const std::int64_t D = pages.head_dim;
      for (const std::int64_t head : {std::int64_t{0}, pages.n_kv_heads - 1}) {
        const std::int64_t base = (page * pages.n_kv_heads + head) * D * kKvPageTokens;
        for (const std::int64_t d : {std::int64_t{0}, D - 1}) {
          visit(static_cast<float*>(pages.keys)[base + d * kKvPageTokens + slot], layer);
          visit(static_cast<float*>(pages.values)[base + slot * D + d], layer);
        }
      }
    }
  }

  KvCache& cache_;
  std::int64_t num_layers_;
};

TEST(KvCache, StartsWithAllPagesFree) {
  Context ctx({.num_threads = 1});
  const KvCache cache(ctx, TinyConfig(), DType::kF32, 7);
  EXPECT_EQ(cache.num_pages(), 7);
  EXPECT_EQ(cache.num_free_pages(), 7);
}

TEST(KvCache, PageBytesCountKeysAndValuesOfAllLayers) {
  // 64 positions, keys and values, 2 layers, 2 heads of 8.
  EXPECT_EQ(KvCache::PageBytes(TinyConfig(), DType::kF32), 64 * 2 * 2 * 2 * 8 * 4);
  EXPECT_EQ(KvCache::PageBytes(TinyConfig(), DType::kBF16), 64 * 2 * 2 * 2 * 8 * 2);
}

TEST(KvCache, RefusesADtypeOrSizeItCannotHold) {
  Context ctx({.num_threads = 1});
  EXPECT_THROW(KvCache(ctx, TinyConfig(), DType::kF16, 1), std::invalid_argument);
  EXPECT_THROW(KvCache(ctx, TinyConfig(), DType::kF32, 0), std::invalid_argument);
}

TEST(KvSequence, MakesASharedLastPageItsOwnBeforeItGrows) {
  Context ctx({.num_threads = 1});
  KvCache cache(ctx, TinyConfig(), DType::kF32, 4);
  const Marker marker(cache, 2);
  KvSequence parent(&cache.pool());
  parent.Extend(64);
  for (std::int64_t p = 0; p < 64; ++p) marker.Write(parent, p, static_cast<float>(p));
  const KvSequence fork = parent.Fork(64);
  parent.Truncate(10);
  EXPECT_EQ(parent.pages()[0], fork.pages()[0]);
  EXPECT_EQ(parent.PagesToExtend(1), 1);
  parent.Extend(1);
  EXPECT_NE(parent.pages()[0], fork.pages()[0]);
  marker.Write(parent, 10, 500);
  EXPECT_TRUE(marker.Holds(fork, 10, 10));
  EXPECT_TRUE(marker.Holds(parent, 9, 9));
}

// Random forks, extensions and truncations of many sequences, against plain vectors of marks.
TEST(KvCache, BehavesLikeSequencesThatShareNothing) {
  Context ctx({.num_threads = 1});
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto below = [&](std::int64_t n) {
      return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
    };
    KvCache cache(ctx, TinyConfig(), DType::kF32, 24);
    const Marker marker(cache, 2);
    struct Pair {
      KvSequence sequence;
      std::vector<float> marks;
    };
    std::vector<Pair> pairs;
    pairs.push_back({KvSequence(&cache.pool()), {}});
    float next_mark = 1;
    for (int operation = 0; operation < 200; ++operation) {
      const auto which = static_cast<std::size_t>(below(static_cast<std::int64_t>(pairs.size())));
      KvSequence& sequence = pairs[which].sequence;
      std::vector<float>& marks = pairs[which].marks;
      const std::int64_t length = sequence.length();
      switch (below(5)) {
        case 0:
        case 1: {
          const std::int64_t count = below(100);
          const std::int64_t needed = sequence.PagesToExtend(count);
          const std::int64_t free_before = cache.num_free_pages();
          if (needed > free_before) {
            EXPECT_THROW(sequence.Extend(count), DeviceError);
            break;
          }
          sequence.Extend(count);
          EXPECT_EQ(cache.num_free_pages(), free_before - needed);
          for (std::int64_t p = length; p < length + count; ++p) {
            marker.Write(sequence, p, next_mark);
            marks.push_back(next_mark);
            next_mark += 4;
          }
          break;
        }
        case 2: {
          const std::int64_t shorter = below(length + 1);
          sequence.Truncate(shorter);
          marks.resize(static_cast<std::size_t>(shorter));
          break;
        }
        case 3: {
          const std::int64_t shared = below(length + 1);
          if (shared % kKvPageTokens != 0 && cache.num_free_pages() == 0) {
            EXPECT_THROW(sequence.Fork(shared), DeviceError);
            break;
          }
          Pair fork{sequence.Fork(shared), {marks.begin(), marks.begin() + shared}};
          pairs.push_back(std::move(fork));
          break;
        }
        default:
          if (pairs.size() > 1) pairs.erase(pairs.begin() + static_cast<std::ptrdiff_t>(which));
      }
      for (const Pair& pair : pairs) {
        ASSERT_EQ(pair.sequence.length(), static_cast<std::int64_t>(pair.marks.size()));
        for (std::size_t p = 0; p < pair.marks.size(); ++p) {
          ASSERT_TRUE(marker.Holds(pair.sequence, static_cast<std::int64_t>(p), pair.marks[p]))
              << "operation " << operation << ", position " << p;
        }
      }
    }
    pairs.clear();
    EXPECT_EQ(cache.num_free_pages(), cache.num_pages());
  }
}

}  // namespace
}  // namespace meval
