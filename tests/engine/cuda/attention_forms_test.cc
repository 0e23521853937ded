// Which form of attention an emulated device takes, and that it does not decide what a model says.

#include "kernels/attention_forms.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/engine.h"
#include "kernels/check.h"
#include "tests/support/cuda_emulator/runtime.h"
#include "tests/support/cuda_emulator/warpgroup.h"
#include "tests/support/environment.h"
#include "tests/support/tiny_mistral.h"

namespace meval::testing {
namespace {

using cuda_emulator::SetDeviceModel;
using cuda_emulator::SetProductOrder;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class AttentionForm : public ::testing::Test {
 protected:
  ~AttentionForm() override {
    SetDeviceModel({});
    SetProductOrder(/*as_mma=*/true);
  }
};

ContextOptions Cuda() { return {.device = Device::kCuda, .num_threads = 1}; }

std::string FormOf(const ContextOptions& options) {
  const Context ctx(options);
  const std::string arithmetic = ctx.device_arithmetic();
  return arithmetic.substr(arithmetic.rfind(' ') + 1);
}

TEST_F(AttentionForm, IsThatOfTheComputeCapability) {
  EXPECT_EQ(FormOf(Cuda()), "wgmma") << "9.0";
  for (const auto& [major, minor] : {std::pair(8, 0), std::pair(8, 9), std::pair(10, 0)}) {
    SetDeviceModel({.major = major, .minor = minor});
    EXPECT_EQ(FormOf(Cuda()), "mma") << major << "." << minor;
    const Context ctx(Cuda());
    EXPECT_EQ(AttentionForms(ctx), std::vector<std::string>{"mma"});
  }
}

TEST_F(AttentionForm, CanBeAskedFor) {
  {
    const Environment form("MEVAL_CUDA_ATTENTION", "mma");
    EXPECT_EQ(FormOf(Cuda()), "mma");
    EXPECT_EQ(AttentionForms(Context(Cuda())), std::vector<std::string>{"mma"})
        << "a form that is ruled out is tried nowhere";
  }
  const Environment form("MEVAL_CUDA_ATTENTION", "wgmma");
  EXPECT_EQ(FormOf(Cuda()), "wgmma");
  SetDeviceModel({.major = 8, .minor = 9});
  try {
    Context ctx(Cuda());
    ADD_FAILURE() << "a device of 8.9 has no wgmma";
  } catch (const DeviceError& error) {
    EXPECT_THAT(error.what(), HasSubstr("expected compute capability 9.0, found"));
    EXPECT_THAT(error.what(), HasSubstr("8.9"));
  }
}

TEST_F(AttentionForm, IsRefusedWhereItIsNone) {
  const Environment form("MEVAL_CUDA_ATTENTION", "ffma");
  try {
    Context ctx(Cuda());
    ADD_FAILURE() << "no form of this name";
  } catch (const DeviceError& error) {
    EXPECT_THAT(error.what(), HasSubstr("expected auto or mma or wgmma, found \"ffma\""));
  }
}

// Prompts of several tiles in one step, and token by token: rows meet both the tile kernel and the
// decode kernel.
std::vector<std::vector<double>> Score(Context& ctx, std::int64_t batch_tokens) {
  const std::vector<TokenId> text = RandomTokens(5, 90);
  std::vector<ScoreRequest> requests;
  for (const std::ptrdiff_t length : {20, 70, 90}) {
    requests.push_back(
        {.context = {text.begin(), text.begin() + length}, .continuation = RandomTokens(6, 3)});
  }
  Engine engine = TinyEngine(ctx, {.batch_tokens = batch_tokens}, TinyConfig(), 1, DType::kF16);
  std::vector<std::vector<double>> scores(requests.size());
  engine.Score(requests, [&](std::size_t i, const ContinuationScore& score) {
    scores[i] = score.token_logprobs;
  });
  return scores;
}

// Where wgmma sums otherwise than mma.sync (AttentionTileKernels shows what that does), the
// invariant mode keeps to the latter, and bits still do not depend on the batch; the fast mode does
// not care.
TEST_F(AttentionForm, IsNotTheFasterOneWhereScoresWouldDependOnTheBatch) {
  SetProductOrder(/*as_mma=*/false);
  Context invariant(Cuda());
  EXPECT_THAT(invariant.device_arithmetic(), EndsWith("invariant, attention by mma"));
  const auto expected = Score(invariant, 64);
  EXPECT_EQ(Score(invariant, 3), expected);
  const Environment mode("MEVAL_CUDA_MODE", "fast");
  EXPECT_EQ(FormOf(Cuda()), "wgmma");
}

}  // namespace
}  // namespace meval::testing
