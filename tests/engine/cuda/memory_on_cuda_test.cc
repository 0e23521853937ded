// An engine on an emulated device that has less memory than it said.

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "engine/engine.h"
#include "engine/score_plan.h"
#include "kernels/check.h"
#include "tests/support/cuda_emulator/runtime.h"
#include "tests/support/tiny_mistral.h"

namespace meval::testing {
namespace {

using cuda_emulator::SetFaults;

class MemoryOnCuda : public ::testing::Test {
 protected:
  ~MemoryOnCuda() override { SetFaults({}); }

  Engine MakeEngine(std::int64_t batch_tokens) {
    return TinyEngine(cuda_, {.batch_tokens = batch_tokens}, TinyConfig(), 1, DType::kBF16);
  }
  static std::vector<double> Score(Engine& engine) {
    std::vector<double> scores(3);
    std::vector<ScoreRequest> requests;
    for (std::uint64_t i = 0; i < scores.size(); ++i) {
      requests.push_back({.context = RandomTokens(i, 20), .continuation = RandomTokens(9, 3)});
    }
    engine.Score(requests,
                 [&](std::size_t i, const ContinuationScore& s) { scores[i] = s.logprob; });
    return scores;
  }
  // The device's memory ends this many bytes from here.
  static void LeaveBytes(std::int64_t bytes) {
    SetFaults({.allocation_bytes = cuda_emulator::Counts().allocated_bytes + bytes});
  }

  Context cuda_{{.device = Device::kCuda, .num_threads = 1}};
};

TEST_F(MemoryOnCuda, RowsOfAStepAreHalvedUntilTheirActivationsFit) {
  constexpr std::int64_t kRows = 4096;
  std::vector<double> expected;
  std::int64_t bytes = 0;
  {
    Engine engine = MakeEngine(kRows);
    ASSERT_EQ(engine.planning().batch_tokens, kRows);
    expected = Score(engine);
    bytes = cuda_emulator::Counts().allocated_bytes;
  }
  bytes -= cuda_emulator::Counts().allocated_bytes;
  LeaveBytes(bytes / 16);
  Engine engine = MakeEngine(kRows);
  EXPECT_LT(engine.planning().batch_tokens, kRows);
  EXPECT_GE(engine.planning().batch_tokens, kRows / 64);
  SetFaults({});
  EXPECT_EQ(Score(engine), expected) << "rows of a step are no part of a score";
}

TEST_F(MemoryOnCuda, NoRoomForOneRowIsAnError) {
  LeaveBytes(0);
  EXPECT_THROW(MakeEngine(4096), DeviceError);
}

}  // namespace
}  // namespace meval::testing
