#include "metrics/parallel.h"

#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace meval {
namespace {

TEST(ParallelFor, CallsEachIndexOnce) {
  for (const int num_threads : {1, 2, 3, 8}) {
    for (const std::size_t count : {0, 1, 2, 7, 33, 1000}) {
      std::vector<std::atomic<int>> calls(count);
      ParallelFor(num_threads, count, [&](std::size_t i) { ++calls.at(i); });
      for (const auto& n : calls) {
        EXPECT_EQ(n.load(), 1) << num_threads << " threads, " << count;
      }
    }
  }
}

TEST(ParallelBlocks, CoverTheRangeWithoutGapOrOverlap) {
  for (const int num_threads : {1, 2, 5}) {
    for (const std::size_t count : {1, 31, 32, 33, 1001}) {
      std::mutex mutex;
      std::set<std::pair<std::size_t, std::size_t>> blocks;
      ParallelBlocks(num_threads, count, [&](std::size_t begin, std::size_t end) {
        const std::lock_guard lock(mutex);
        blocks.emplace(begin, end);
      });
      std::size_t covered = 0;
      for (const auto& [begin, end] : blocks) {
        EXPECT_EQ(begin, covered);
        EXPECT_GT(end, begin);
        covered = end;
      }
      EXPECT_EQ(covered, count);
    }
  }
}

TEST(ParallelBlocks, OneThreadIsTheCallersAndTakesOneBlock) {
  const std::thread::id caller = std::this_thread::get_id();
  int num_blocks = 0;
  ParallelBlocks(1, 500, [&](std::size_t begin, std::size_t end) {
    EXPECT_EQ(begin, 0u);
    EXPECT_EQ(end, 500u);
    EXPECT_EQ(std::this_thread::get_id(), caller);
    ++num_blocks;
  });
  EXPECT_EQ(num_blocks, 1);
}

// Two bodies that wait for each other end only if they run at the same time.
TEST(ParallelFor, RunsBodiesAtTheSameTime) {
  std::atomic<int> arrived{0};
  ParallelFor(2, 2, [&](std::size_t) {
    ++arrived;
    while (arrived.load() < 2) {
      std::this_thread::yield();
    }
  });
  EXPECT_EQ(arrived.load(), 2);
}

TEST(ParallelFor, ThrowsWhatAPlainLoopWouldHaveThrown) {
  for (const int num_threads : {1, 2, 4}) {
    for (int round = 0; round < 50; ++round) {
      std::set<std::size_t> seen;
      std::mutex mutex;
      try {
        ParallelFor(num_threads, 300, [&](std::size_t i) {
          if (i == 37 || i == 38 || i == 150 || i == 299) {
            throw std::runtime_error(std::to_string(i));
          }
          const std::lock_guard lock(mutex);
          seen.insert(i);
        });
        FAIL() << "no exception";
      } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "37");
      }
      for (std::size_t i = 0; i < 37; ++i) {
        EXPECT_TRUE(seen.contains(i)) << i;
      }
    }
  }
}

TEST(ParallelFor, RefusesLessThanOneThread) {
  const auto nothing = [](std::size_t) {};
  EXPECT_THROW(ParallelFor(0, 5, nothing), std::invalid_argument);
  EXPECT_THROW(ParallelFor(-1, 0, nothing), std::invalid_argument);
}

}  // namespace
}  // namespace meval
