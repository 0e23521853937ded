#include "evals/prefix_sharing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/bare_model.h"
#include "tests/evals/synthetic_engine.h"

namespace meval {
namespace {

using ::testing::Each;
using ::testing::SizeIs;

// Looks at this clock take 4 and 1 seconds in turn, two a measurement: cold ones take 4, warm ones
// 1.
class AlternatingClock : public testing::FakeClock {
 public:
  double Now() override {
    constexpr double kSteps[] = {0, 4, 0, 1};
    Advance(kSteps[num_looks_++ % 4]);
    return FakeClock::Now();
  }

 private:
  std::size_t num_looks_ = 0;
};

TEST(RunPrefixTest, FeedsAWarmRequestItsSuffixOnly) {
  Context ctx({.num_threads = 1});
  const ModelConfig config = NamedShape("tiny,layers=1").value();
  BareModel model(ctx, config, RandomWeights(ctx, config, 1, WeightDType::kF32),
                  {.num_pages = 8, .batch_tokens = 32, .max_length = 256});
  OpenBatch batch = model.Open();
  AlternatingClock clock;
  const PrefixTest test = RunPrefixTest(batch, clock,
                                        {.prefix_tokens = 70,
                                         .suffix_tokens = 9,
                                         .repetitions = 5,
                                         .warmups = 1,
                                         .vocab_size = config.vocab_size});
  EXPECT_EQ(test.cold_rows, 79);
  EXPECT_EQ(test.warm_rows, 9);
  EXPECT_THAT(test.cold_seconds, SizeIs(5));
  EXPECT_THAT(test.cold_seconds, Each(4.0));
  EXPECT_THAT(test.warm_seconds, Each(1.0));
  EXPECT_DOUBLE_EQ(test.ratio, 4);
  EXPECT_DOUBLE_EQ(test.ratio_low.value(), 4);
  // Nothing is left behind: the same again fits.
  RunPrefixTest(batch, clock,
                {.prefix_tokens = 140,
                 .suffix_tokens = 9,
                 .repetitions = 2,
                 .vocab_size = config.vocab_size});
}

}  // namespace
}  // namespace meval
