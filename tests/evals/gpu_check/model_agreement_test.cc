#include "evals/gpu_check/model_agreement.h"

#include <cmath>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/model_outline.h"
#include "evals/gpu_check/sample_questions.h"
#include "evals/install_paths.h"

namespace meval::gpu_check {
namespace {

using ::testing::Each;
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

SampleQuestions FewQuestions() {
  return ShippedQuestions(OutlineModel(Tiny(WeightDType::kF32)),
                          {.documents = 2, .shots = 0, .max_new_tokens = 6}, 1);
}

// A cpu that keeps 16-bit weights rounds what enters each product, as a device does.
TEST(CompareModels, AllowsTheRoundingOfSixteenBits) {
  Context ctx({.num_threads = 1});
  Engine reference = Engine::Load(ctx, Tiny(WeightDType::kF32));
  Engine rounded = Engine::Load(ctx, Tiny(WeightDType::kBF16));
  const ModelAgreement agreement = CompareModels(rounded, reference, FewQuestions());
  ASSERT_THAT(agreement.checks, SizeIs(3));
  for (const SelftestCheck& check : agreement.checks) {
    EXPECT_TRUE(check.passed()) << check.name << ": " << check.first_failure;
    EXPECT_GT(check.num_cases, 0) << check.name;
  }
  EXPECT_GT(agreement.checks[0].worst, 0);
  EXPECT_LT(agreement.checks[0].worst, 1);
  EXPECT_GT(agreement.largest_difference, 0);
  EXPECT_EQ(agreement.documents, 8);  // four tasks
  EXPECT_EQ(agreement.generations, 2);
}

TEST(CompareModels, FindsNoDifferenceOfAModelToItself) {
  Context ctx({.num_threads = 1});
  Engine model = Engine::Load(ctx, Tiny(WeightDType::kF32));
  const ModelAgreement agreement = CompareModels(model, model, FewQuestions());
  for (const SelftestCheck& check : agreement.checks) {
    EXPECT_TRUE(check.passed()) << check.name << ": " << check.first_failure;
    EXPECT_EQ(check.worst, 0) << check.name;
  }
  EXPECT_EQ(agreement.choices_differing, 0);
  EXPECT_EQ(agreement.generations_differing, 0);
}

// What a device that computes in f32 may differ by is far less than the rounding to 16 bits.
TEST(CompareModels, NoticesRoundingThatTheFormatDoesNotExplain) {
  Context ctx({.num_threads = 1});
  Engine rounded = Engine::Load(ctx, Tiny(WeightDType::kBF16));
  Engine exact = Engine::Load(ctx, Tiny(WeightDType::kF32));
  const ModelAgreement agreement = CompareModels(exact, rounded, FewQuestions());
  EXPECT_FALSE(agreement.checks[0].passed());
  EXPECT_THAT(agreement.checks[0].first_failure, HasSubstr("token"));
}

TEST(CompareModels, NoticesAnotherModelInEveryAnswer) {
  Context ctx({.num_threads = 1});
  EngineOptions other = Tiny(WeightDType::kBF16);
  other.model = "random:tiny,layers=1";
  Engine reference = Engine::Load(ctx, Tiny(WeightDType::kF32));
  Engine wrong = Engine::Load(ctx, other);
  const ModelAgreement agreement = CompareModels(wrong, reference, FewQuestions());
  for (const SelftestCheck& check : agreement.checks) EXPECT_FALSE(check.passed()) << check.name;
  EXPECT_GT(agreement.choices_differing, 0);
  EXPECT_GT(agreement.generations_differing, 0);
}

TEST(CompareModels, CountsAnEngineThatThrowsAsAFailure) {
  Context ctx({.num_threads = 1});
  Engine model = Engine::Load(ctx, Tiny(WeightDType::kF32));
  SampleQuestions questions;
  questions.scores = {{{}, {5}}};
  const ModelAgreement agreement = CompareModels(model, model, questions);
  EXPECT_FALSE(agreement.checks[0].passed());
  EXPECT_THAT(agreement.checks[0].first_failure, HasSubstr("context is empty"));
}

TEST(ShippedQuestions, AskEveryChoiceOfEveryDocument) {
  const SampleQuestions questions = FewQuestions();
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
