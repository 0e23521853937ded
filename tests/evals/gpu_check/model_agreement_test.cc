#include "evals/gpu_check/model_agreement.h"

#include <cmath>
#include <limits>
#include <stop_token>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/model_outline.h"
#include "evals/gpu_check/sample_questions.h"
#include "evals/install_paths.h"
#include "tests/evals/gpu_check/few_questions.h"

namespace meval::gpu_check {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

EngineOptions Tiny(WeightDType dtype) {
  EngineOptions options;
  options.tiny_dir = TinyModelDir();
  options.dtype = dtype;
  options.batch_tokens = 64;
  options.kv_memory_bytes = std::int64_t{16} << 20;
  return options;
}

using testing::FewOf;
using testing::QuestionsWithGoldens;

QuestionsWithGoldens Few() {
  QuestionsWithGoldens all;
  all.questions = ShippedQuestions(OutlineModel(Tiny(WeightDType::kF32)), {}, 1);
  all.goldens = ReadGoldens(TinyGoldensFile(), all.questions);
  return FewOf(all, {.document_stride = 15, .generations = 2});
}

ModelAgreement Compare(Engine& subject, Engine& reference, const QuestionsWithGoldens& few) {
  return CompareWithGoldens(subject, few.goldens, reference, few.questions);
}

// A cpu that keeps 16-bit weights rounds what enters each product, as a device does.
TEST(CompareWithGoldens, AllowsTheRoundingOfSixteenBits) {
  Context ctx({.num_threads = 1});
  Engine reference = Engine::Load(ctx, Tiny(WeightDType::kF32));
  Engine rounded = Engine::Load(ctx, Tiny(WeightDType::kBF16));
  const ModelAgreement agreement = Compare(rounded, reference, Few());
  ASSERT_THAT(agreement.checks, SizeIs(4));
  for (const SelftestCheck& check : agreement.checks) {
    EXPECT_TRUE(check.passed()) << check.name << ": " << check.first_failure;
    EXPECT_GT(check.num_cases, 0) << check.name;
  }
  EXPECT_EQ(agreement.checks[1].name, "model.tokens");
  EXPECT_GT(agreement.checks[1].worst, 0);
  EXPECT_LT(agreement.checks[1].worst, 1);
  EXPECT_GT(agreement.largest_difference, 1e-4) << "of the device, not of the cpu";
  EXPECT_EQ(agreement.documents, 8);
  EXPECT_EQ(agreement.generations, 2);
}

// What a device that computes in f32 may differ by is far less than the rounding to 16 bits.
TEST(CompareWithGoldens, NoticesRoundingThatTheFormatDoesNotExplain) {
  Context ctx({.num_threads = 1});
  Engine rounded = Engine::Load(ctx, Tiny(WeightDType::kBF16));
  Engine exact = Engine::Load(ctx, Tiny(WeightDType::kF32));
  QuestionsWithGoldens few = Few();
  few.goldens = Ask(rounded, few.questions);
  const ModelAgreement agreement = Compare(exact, exact, few);
  EXPECT_FALSE(agreement.checks[0].passed());
  EXPECT_FALSE(agreement.checks[1].passed());
  EXPECT_THAT(agreement.checks[1].first_failure, HasSubstr("token"));
}

TEST(CompareWithGoldens, NoticesAnotherModelInEveryAnswer) {
  Context ctx({.num_threads = 1});
  EngineOptions other = Tiny(WeightDType::kBF16);
  other.model = "random:tiny,layers=1";
  Engine reference = Engine::Load(ctx, Tiny(WeightDType::kF32));
  Engine wrong = Engine::Load(ctx, other);
  const ModelAgreement agreement = Compare(wrong, reference, Few());
  EXPECT_TRUE(agreement.checks[0].passed()) << agreement.checks[0].first_failure;
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_FALSE(agreement.checks[i].passed()) << agreement.checks[i].name;
  }
  EXPECT_GT(agreement.choices_differing, 0);
  EXPECT_GT(agreement.generations_differing, 0);
}

TEST(CompareWithGoldens, NoticesAGoldenThatHasChanged) {
  Context ctx({.num_threads = 1});
  Engine reference = Engine::Load(ctx, Tiny(WeightDType::kF32));
  Engine rounded = Engine::Load(ctx, Tiny(WeightDType::kBF16));
  const auto failed = [&](const QuestionsWithGoldens& changed) {
    std::vector<std::string> names;
    for (const SelftestCheck& check : Compare(rounded, reference, changed).checks) {
      if (!check.passed()) names.push_back(check.name);
    }
    return names;
  };
  QuestionsWithGoldens little = Few();
  little.goldens.scores[0].token_logprobs[0] -= 0.001;
  EXPECT_THAT(failed(little), ElementsAre("model.cpu")) << "less than what bf16 rounds";
  QuestionsWithGoldens much = Few();
  much.goldens.scores[0].token_logprobs[0] -= 4;
  EXPECT_THAT(failed(much), ElementsAre("model.cpu", "model.tokens"));
  QuestionsWithGoldens other_token = Few();
  other_token.goldens.generations[0].tokens[0] = 0;
  EXPECT_THAT(failed(other_token), ElementsAre("model.cpu", "model.generations"));
  QuestionsWithGoldens shorter = Few();
  shorter.goldens.generations[1].tokens.pop_back();
  EXPECT_THAT(failed(shorter), ElementsAre("model.cpu", "model.generations"));
}

TEST(CompareWithGoldens, CountsAnEngineThatThrowsAsAFailure) {
  Context ctx({.num_threads = 1});
  Engine model = Engine::Load(ctx, Tiny(WeightDType::kF32));
  QuestionsWithGoldens few;
  few.questions.scores = {{{}, {5}}};
  few.goldens.scores.resize(1);
  const ModelAgreement agreement = Compare(model, model, few);
  EXPECT_FALSE(agreement.checks[0].passed());
  EXPECT_FALSE(agreement.checks[1].passed());
  EXPECT_THAT(agreement.checks[1].first_failure, HasSubstr("context is empty"));
  EXPECT_THAT(agreement.checks[1].first_failure, HasSubstr("threw: "));
}

TEST(CompareWithGoldens, ComparesNothingOnceTimeIsUp) {
  Context ctx({.num_threads = 1});
  Engine model = Engine::Load(ctx, Tiny(WeightDType::kF32));
  const QuestionsWithGoldens few = Few();
  std::stop_source source;
  source.request_stop();
  const ModelAgreement agreement =
      CompareWithGoldens(model, few.goldens, model, few.questions, source.get_token());
  ASSERT_THAT(agreement.checks, SizeIs(4));
  for (const SelftestCheck& check : agreement.checks) {
    EXPECT_EQ(check.num_cases, 0) << check.name;
    EXPECT_EQ(check.why_skipped, "time was up") << check.name;
  }
}

TEST(ShippedQuestions, AskEveryChoiceOfEveryDocument) {
  const SampleQuestions questions = ShippedQuestions(
      OutlineModel(Tiny(WeightDType::kF32)), {.documents = 2, .shots = 0, .max_new_tokens = 6}, 1);
  EXPECT_THAT(questions.documents, SizeIs(8));
  EXPECT_THAT(questions.documents, Each(Not(SizeIs(0))));
  EXPECT_THAT(questions.documents[0], SizeIs(2)) << "winogrande's options";
  EXPECT_THAT(questions.generations, SizeIs(2));
  for (const GenerationRequest& request : questions.generations) {
    EXPECT_EQ(request.max_new_tokens, 6);
    EXPECT_EQ(request.sampling.temperature, 0);
  }
}

// Of two tokens: the token's logit falls and the other rises by the whole error.
TEST(AllowedLogprobError, IsWhatTheWorstChangeOfLogitsDoes) {
  for (const double p : {1e-6, 0.1, 0.5, 0.99, 1 - 1e-9}) {
    for (const double error : {1e-4, 0.05, 0.7}) {
      const double after =
          p * std::exp(-error) / (p * std::exp(-error) + (1 - p) * std::exp(error));
      const double moved = std::log(p) - std::log(after);
      EXPECT_NEAR(AllowedLogprobError(std::log(p), error), moved, 1e-12 + 1e-6 * moved)
          << p << ", " << error;
    }
  }
  EXPECT_EQ(AllowedLogprobError(0, 0.5), 0) << "a certain token stays certain";
  EXPECT_DOUBLE_EQ(AllowedLogprobError(-std::numeric_limits<double>::infinity(), 0.5), 1);
}

}  // namespace
}  // namespace meval::gpu_check
