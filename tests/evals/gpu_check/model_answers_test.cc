#include "evals/gpu_check/model_answers.h"

#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/model_outline.h"
#include "evals/gpu_check/model_agreement.h"
#include "evals/gpu_check/sample_questions.h"
#include "evals/install_paths.h"
#include "tasks/error.h"
#include "tests/evals/run_program.h"
#include "tests/support/environment.h"
#include "tests/support/temp_directory.h"

namespace meval::gpu_check {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using testing::TempDirectory;

EngineOptions TinyInF32() {
  EngineOptions options;
  options.tiny_dir = TinyModelDir();
  options.dtype = WeightDType::kF32;
  options.kv_memory_bytes = std::int64_t{64} << 20;
  return options;
}

// What makes the shipped file and this program one: who changes a prompt, a kernel or the model
// beyond rounding writes the goldens anew.
TEST(TinyGoldens, AreWhatTheCpuAnswers) {
  const SampleQuestions questions = ShippedQuestions(OutlineModel(TinyInF32()), {}, 2);
  const ModelAnswers goldens = ReadGoldens(TinyGoldensFile(), questions);
  Context ctx({.num_threads = 2});
  Engine engine = Engine::Load(ctx, TinyInF32());
  const ModelAgreement agreement = CompareWithGoldens(engine, goldens, engine, questions);
  ASSERT_THAT(agreement.checks, SizeIs(4));
  for (const SelftestCheck& check : agreement.checks) {
    EXPECT_TRUE(check.passed()) << check.name << ": " << check.first_failure;
    EXPECT_GT(check.num_cases, 0) << check.name;
  }
  EXPECT_EQ(agreement.documents, 120) << "thirty of each of four tasks";
  EXPECT_EQ(agreement.generations, 30);
  EXPECT_LT(agreement.largest_difference, 1e-4);
}

// Two continuations of two and one tokens, and a generation.
SampleQuestions MadeUp() {
  SampleQuestions questions;
  questions.scores = {{{1, 5}, {7, 8}}, {{1, 5}, {9}}};
  questions.documents = {{0, 1}};
  questions.generations.resize(1);
  questions.generations[0].prompt = {1, 5};
  return questions;
}

ModelAnswers MadeUpAnswers() {
  ModelAnswers answers;
  answers.scores.resize(2);
  answers.scores[0].token_logprobs = {-1.25, -20.0000004};
  answers.scores[0].logprob = -21.2500004;
  answers.scores[1].token_logprobs = {-0.000001};
  answers.scores[1].logprob = -0.000001;
  answers.generations.resize(1);
  answers.generations[0].tokens = {4, 5, 6};
  answers.generations[0].reason = StopReason::kEos;
  return answers;
}

TEST(TinyGoldens, AreReadAsTheyAreWrittenToSixDecimals) {
  const TempDirectory directory;
  const auto file = directory.path() / "goldens.json";
  for (const StopReason reason : {StopReason::kEos, StopReason::kLength}) {
    ModelAnswers answers = MadeUpAnswers();
    answers.generations[0].reason = reason;
    {
      std::ofstream out(file);
      WriteGoldens(MadeUp(), answers, out);
    }
    const ModelAnswers read = ReadGoldens(file, MadeUp());
    ASSERT_THAT(read.scores, SizeIs(2));
    EXPECT_EQ(read.scores[0].token_logprobs, (std::vector<double>{-1.25, -20}));
    EXPECT_EQ(read.scores[0].logprob, -21.25);
    EXPECT_EQ(read.scores[1].token_logprobs, std::vector<double>{-0.000001});
    ASSERT_THAT(read.generations, SizeIs(1));
    EXPECT_EQ(read.generations[0].tokens, answers.generations[0].tokens);
    EXPECT_EQ(read.generations[0].reason, reason);
  }
}

std::string WhyRefused(const std::string& text, const SampleQuestions& questions) {
  const TempDirectory directory;
  const auto file = directory.path() / "goldens.json";
  std::ofstream(file) << text;
  try {
    ReadGoldens(file, questions);
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr(file.string()));
    return error.what();
  }
  return "nothing";
}

TEST(TinyGoldens, OfOtherQuestionsAreRefused) {
  std::ostringstream out;
  WriteGoldens(MadeUp(), MadeUpAnswers(), out);
  SampleQuestions other = MadeUp();
  other.scores[1].continuation = {10};
  EXPECT_THAT(WhyRefused(out.str(), other), HasSubstr("of other questions"));
  other = MadeUp();
  other.generations[0].prompt.push_back(3);
  EXPECT_THAT(WhyRefused(out.str(), other), HasSubstr("--write-goldens"));
}

TEST(TinyGoldens, WithoutAnAnswerOrWithoutSenseAreRefused) {
  ModelAnswers answers = MadeUpAnswers();
  answers.scores[0].token_logprobs.pop_back();
  std::ostringstream out;
  WriteGoldens(MadeUp(), answers, out);
  EXPECT_THAT(WhyRefused(out.str(), MadeUp()), HasSubstr("an answer to every token"));
  EXPECT_THAT(WhyRefused("", MadeUp()), HasSubstr("parse error"));
  EXPECT_THAT(WhyRefused("{}", MadeUp()), HasSubstr("questions"));
}

TEST(TinyGoldens, AreWrittenWithoutADevice) {
  const TempDirectory directory;
  const auto file = directory.path() / "goldens.json";
  const testing::ProgramResult result =
      testing::RunMain({"gpu-check", "--write-goldens", file.string()});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("30 prompts"));
  const SampleQuestions questions = ShippedQuestions(OutlineModel(TinyInF32()), {}, 2);
  const ModelAnswers written = ReadGoldens(file, questions);
  const ModelAnswers shipped = ReadGoldens(TinyGoldensFile(), questions);
  for (std::size_t i = 0; i < written.scores.size(); ++i) {
    EXPECT_NEAR(written.scores[i].logprob, shipped.scores[i].logprob, 1e-3) << i;
  }
}

}  // namespace
}  // namespace meval::gpu_check
