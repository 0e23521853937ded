// The promise an evaluation rests on: the bits of a score and the tokens of a generation are the
// same whatever the schedule. Over random trees of requests and random small models; the seed is in
// the message of a failure.

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/selftest/engine_proof.h"
#include "engine/selftest/random_model.h"
#include "engine/selftest/random_requests.h"
#include "tests/support/temp_directory.h"
#include "tests/support/tiny_mistral.h"

namespace meval::selftest {
namespace {

struct InvarianceCase {
  std::uint64_t seed;
  DType dtype;
};

class Invariance : public ::testing::TestWithParam<InvarianceCase> {
 protected:
  Invariance()
      : model_(MakeRandomModel(GetParam().seed, GetParam().dtype,
                               static_cast<std::int64_t>(testing::TinyPieces().size()))),
        subject_(MakeFactory(model_, testing::WriteTinyTokenizer(directory_.path())), {},
                 KvPageBytes(model_.config, model_.dtype)) {
    Random random(GetParam().seed, "invariance test");
    const RequestLimits limits = {.vocab_size = model_.config.vocab_size, .num_requests = 20};
    scores_ = RandomScoreRequests(random, limits);
    generations_ = RandomGenerationRequests(random, limits);
  }

  testing::TempDirectory directory_;
  RandomModel model_;
  EngineSubject subject_;
  std::vector<ScoreRequest> scores_;
  std::vector<GenerationRequest> generations_;
};

TEST_P(Invariance, HoldsForEverySchedule) {
  ScoreWorkload scores(scores_);
  GenerateWorkload generations(generations_);
  const ProofOptions options = {
      .model = "random model of " + Describe(model_),
      .seed = GetParam().seed,
      .base = {.share_prefixes = true, .batch_tokens = 256, .kv_pages = 200, .num_threads = 1}};
  CheckList checks = EngineChecks("");
  ProveEngine(subject_, scores, generations, options, checks);
  for (const SelftestCheck& check : checks.checks()) {
    EXPECT_TRUE(check.passed()) << check.name << ": " << check.first_failure;
    EXPECT_GT(check.num_cases, 0) << check.name;
  }
}

// What the proof varies has an effect on how the work is done, or it would prove nothing.
TEST_P(Invariance, IsOfSchedulesThatDiffer) {
  const auto fed = [&](const Schedule& schedule) {
    Engine& engine = subject_.Under(schedule);
    engine.Score(scores_, [](std::size_t, const ContinuationScore&) {});
    return engine.stats().tokens_fed;
  };
  const std::int64_t shared = fed({.share_prefixes = true, .batch_tokens = 64, .kv_pages = 200});
  const std::int64_t alone = fed({.share_prefixes = false, .batch_tokens = 64, .kv_pages = 200});
  EXPECT_LT(shared, alone);

  std::int64_t answered = 0;
  std::stop_source stop;
  subject_.Score(
      {.share_prefixes = true, .batch_tokens = 16, .kv_pages = 200}, scores_,
      [&](std::size_t, const ContinuationScore&) {
        ++answered;
        stop.request_stop();
      },
      stop.get_token());
  EXPECT_LT(answered, 20) << "an interruption leaves nothing to do: seed " << GetParam().seed;
}

std::vector<InvarianceCase> Cases() {
  std::vector<InvarianceCase> cases;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    cases.push_back({seed, DType::kF32});
    cases.push_back({seed, DType::kBF16});
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(RandomModels, Invariance, ::testing::ValuesIn(Cases()),
                         [](const auto& test) {
                           return std::string(Name(test.param.dtype)) + "_seed" +
                                  std::to_string(test.param.seed);
                         });

}  // namespace
}  // namespace meval::selftest
