#include "evals/result_worker.h"

#include <atomic>
#include <chrono>
#include <future>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meval {
namespace {

using ::testing::ElementsAre;

TEST(ResultWorker, DoesEverythingInOrderOnAnotherThread) {
  std::vector<int> done;
  std::set<std::thread::id> threads;
  int flushes = 0;
  ResultWorker worker({}, [&] { ++flushes; });
  for (int i = 0; i < 10000; ++i) {
    worker.Push([&, i] {
      done.push_back(i);
      threads.insert(std::this_thread::get_id());
    });
  }
  worker.Finish();
  ASSERT_EQ(done.size(), 10000U);
  for (int i = 0; i < 10000; ++i) ASSERT_EQ(done[static_cast<std::size_t>(i)], i);
  EXPECT_EQ(threads.size(), 1U);
  EXPECT_FALSE(threads.contains(std::this_thread::get_id()));
  EXPECT_GT(flushes, 0);
  EXPECT_FALSE(worker.stop_token().stop_requested());
}

TEST(ResultWorker, RunsBetweenAfterTheLastWork) {
  std::vector<std::string> log;
  ResultWorker worker({}, [&] { log.emplace_back("between"); });
  worker.Push([&] { log.emplace_back("work"); });
  worker.Finish();
  ASSERT_GE(log.size(), 2U);
  EXPECT_EQ(log.back(), "between");
}

TEST(ResultWorker, NothingPushedIsNothingDone) {
  ResultWorker worker({}, {});
  worker.Finish();
  worker.Finish();  // twice is as once
}

TEST(ResultWorker, RethrowsAFailureStopsTheModelAndDropsWhatFollows) {
  std::vector<int> done;
  ResultWorker worker({}, {});
  worker.Push([&] { done.push_back(1); });
  worker.Push([] { throw std::runtime_error("disk full"); });
  // The model sees the stop while it computes.
  std::promise<void> stopped;
  const std::stop_callback callback(worker.stop_token(), [&] { stopped.set_value(); });
  stopped.get_future().wait();
  for (int i = 0; i < 10000; ++i) worker.Push([&] { done.push_back(2); });
  try {
    worker.Finish();
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "disk full");
  }
  EXPECT_THAT(done, ElementsAre(1));
  EXPECT_NO_THROW(worker.Finish());  // told once
}

TEST(ResultWorker, AFailureOfBetweenIsOneToo) {
  ResultWorker worker({}, [] { throw std::runtime_error("cannot sync"); });
  worker.Push([] {});
  EXPECT_THROW(worker.Finish(), std::runtime_error);
  EXPECT_TRUE(worker.stop_token().stop_requested());
}

// The second piece waits for the first to be taken: with room for one, at most one is queued
// beside the one at work.
TEST(ResultWorker, MakesThePusherWaitWhereTheQueueIsFull) {
  std::promise<void> go;
  const std::shared_future<void> gate = go.get_future().share();
  std::atomic<int> pushed = 0;
  std::atomic<int> done = 0;
  ResultWorker worker({}, {}, 1);
  std::promise<void> started;
  worker.Push([&] {
    started.set_value();
    gate.wait();
    ++done;
  });
  started.get_future().wait();
  std::jthread pusher([&] {
    for (int i = 0; i < 5; ++i) {
      worker.Push([&] { ++done; });
      ++pushed;
    }
  });
  while (pushed < 1) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(pushed, 1);
  go.set_value();
  pusher.join();
  worker.Finish();
  EXPECT_EQ(done, 6);
}

TEST(ResultWorker, AFailureFreesAPusherThatWaits) {
  std::promise<void> go;
  const std::shared_future<void> gate = go.get_future().share();
  ResultWorker worker({}, {}, 1);
  worker.Push([gate] {
    gate.wait();
    throw std::runtime_error("disk full");
  });
  std::jthread pusher([&] {
    for (int i = 0; i < 100; ++i) worker.Push([] {});
  });
  go.set_value();
  pusher.join();
  EXPECT_THROW(worker.Finish(), std::runtime_error);
}

TEST(ResultWorker, PassesTheUsersStopOnAndStillDoesWhatIsQueued) {
  std::stop_source user;
  int done = 0;
  ResultWorker worker(user.get_token(), {});
  EXPECT_FALSE(worker.stop_token().stop_requested());
  user.request_stop();
  EXPECT_TRUE(worker.stop_token().stop_requested());
  worker.Push([&] { ++done; });
  worker.Finish();
  EXPECT_EQ(done, 1);
}

TEST(ResultWorker, AnExceptionOfTheModelLosesNothingThatWasQueued) {
  int done = 0;
  try {
    ResultWorker worker({}, {});
    for (int i = 0; i < 100; ++i) worker.Push([&] { ++done; });
    throw std::logic_error("the model's");
  } catch (const std::logic_error&) {
    EXPECT_EQ(done, 100);
  }
}

}  // namespace
}  // namespace meval
