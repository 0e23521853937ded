#include "engine/engine.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/error.h"
#include "kernels/check.h"
#include "tests/support/temp_directory.h"
#include "tests/support/tiny_mistral.h"

namespace meval {
namespace {

using ::testing::HasSubstr;
using testing::RandomTokens;
using testing::TempDirectory;
using testing::TinyConfig;
using testing::WriteTinyTokenizer;

class EngineTest : public ::testing::Test {
 protected:
  EngineTest() {
    WriteTinyTokenizer(directory_.path());
    options_.model = "random:tiny";
    options_.tiny_dir = directory_.path();
    options_.max_length = 128;
  }

  std::string Refusal() {
    try {
      Engine::Load(ctx_, options_);
    } catch (const ModelError& error) {
      return error.what();
    }
    return "no ModelError";
  }
  // A checkpoint directory with the tiny tokenizer.
  void WriteCheckpoint(std::int64_t vocab_size, DType dtype) const {
    ModelConfig config = NamedShape("tiny").value();
    config.vocab_size = vocab_size;
    ExportRandomCheckpoint(config, 1234, dtype, directory_.path());
  }
  static std::vector<double> Logprobs(Engine& engine) {
    const std::vector<ScoreRequest> requests = {{RandomTokens(1, 60), RandomTokens(2, 40)}};
    std::vector<double> logprobs;
    engine.Score(requests, [&](std::size_t, const ContinuationScore& score) {
      logprobs = score.token_logprobs;
    });
    return logprobs;
  }

  TempDirectory directory_;
  Context ctx_{ContextOptions{.num_threads = 1}};
  EngineOptions options_;
};

TEST_F(EngineTest, DrawsRandomWeightsAndScores) {
  Engine engine = Engine::Load(ctx_, options_);
  EXPECT_EQ(engine.config().vocab_size, TinyConfig().vocab_size);
  EXPECT_EQ(engine.tokenizer().vocab_size(), TinyConfig().vocab_size);
  EXPECT_EQ(engine.origin(), "random:tiny,seed=1234");
  EXPECT_TRUE(engine.weight_files().empty());
  EXPECT_EQ(engine.max_length(), 128);
  EXPECT_EQ(engine.dtype(), DType::kF32);
  EXPECT_EQ(Logprobs(engine).size(), 40U);
  EXPECT_EQ(engine.stats().tokens_fed, 99);
  EXPECT_GT(engine.stats().prefill_seconds, 0);
}

TEST_F(EngineTest, DrawsOtherWeightsForAnotherSeed) {
  Engine first = Engine::Load(ctx_, options_);
  options_.model = "random:tiny,seed=1235";
  Engine second = Engine::Load(ctx_, options_);
  EXPECT_EQ(second.origin(), "random:tiny,seed=1235");
  EXPECT_NE(Logprobs(first), Logprobs(second));
}

TEST_F(EngineTest, LoadsACheckpointDirectoryWithTheBitsOfItsWeights) {
  Engine random = Engine::Load(ctx_, options_);
  WriteCheckpoint(TinyConfig().vocab_size, DType::kF32);
  options_.model = directory_.path();
  Engine engine = Engine::Load(ctx_, options_);
  EXPECT_EQ(engine.origin(), directory_.path());
  ASSERT_EQ(engine.weight_files().size(), 1U);
  EXPECT_EQ(engine.weight_files()[0].filename(), "model.safetensors");
  EXPECT_EQ(Logprobs(engine), Logprobs(random));
}

TEST_F(EngineTest, LoadsTheShippedModelByItsName) {
  options_ = {.max_length = 128, .tiny_dir = std::string(MEVAL_SOURCE_DIR) + "/models/tiny"};
  Engine engine = Engine::Load(ctx_, options_);
  EXPECT_EQ(engine.origin(), "tiny");
  EXPECT_EQ(engine.dtype(), DType::kBF16);
  ASSERT_EQ(engine.weight_files().size(), 1U);
  EXPECT_EQ(engine.weight_files()[0].parent_path(), options_.tiny_dir);
  const ModelConfig& config = engine.config();
  EXPECT_EQ(config.vocab_size, engine.tokenizer().vocab_size());
  EXPECT_LT(config.num_key_value_heads, config.num_attention_heads);
  EXPECT_LT(config.sliding_window, config.max_position_embeddings);
  EXPECT_GT(config.num_hidden_layers, 2);
}

TEST_F(EngineTest, TakesTheDtypeOfTheFileUnlessAnotherIsAskedFor) {
  WriteCheckpoint(TinyConfig().vocab_size, DType::kBF16);
  options_.model = directory_.path();
  EXPECT_EQ(Engine::Load(ctx_, options_).dtype(), DType::kBF16);
  options_.dtype = WeightDType::kF32;
  EXPECT_EQ(Engine::Load(ctx_, options_).dtype(), DType::kF32);
  options_.model = "random:tiny";
  options_.dtype = WeightDType::kBF16;
  EXPECT_EQ(Engine::Load(ctx_, options_).dtype(), DType::kBF16);
}

TEST_F(EngineTest, AcceptsATokenizerWithFewerPiecesThanACheckpointHasRows) {
  WriteCheckpoint(TinyConfig().vocab_size + 7, DType::kF32);
  options_.model = directory_.path();
  Engine engine = Engine::Load(ctx_, options_);
  EXPECT_EQ(engine.config().vocab_size, TinyConfig().vocab_size + 7);
  EXPECT_EQ(Logprobs(engine).size(), 40U);
}

TEST_F(EngineTest, RefusesATokenizerWithMorePiecesThanACheckpointHasRows) {
  WriteCheckpoint(TinyConfig().vocab_size - 1, DType::kF32);
  options_.model = directory_.path();
  EXPECT_THAT(Refusal(),
              HasSubstr("expected at most " + std::to_string(TinyConfig().vocab_size - 1) +
                        " pieces (vocab_size of the model), found " +
                        std::to_string(TinyConfig().vocab_size)));
  EXPECT_THAT(Refusal(), HasSubstr("tokenizer.model"));
}

TEST_F(EngineTest, RefusesATokenizerThatDoesNotFitANamedShape) {
  options_.model = "random:mistral-7b-v0.1";
  options_.tokenizer = (directory_ / "tokenizer.model").string();
  EXPECT_THAT(Refusal(), HasSubstr("expected 32000 pieces"));
}

TEST_F(EngineTest, NamesAMissingTokenizer) {
  WriteCheckpoint(TinyConfig().vocab_size, DType::kF32);
  std::filesystem::remove(directory_ / "tokenizer.model");
  options_.model = directory_.path();
  EXPECT_THAT(Refusal(), HasSubstr("tokenizer.model"));
  options_.model = "tiny";
  EXPECT_THAT(Refusal(), HasSubstr("tokenizer.model"));
}

TEST_F(EngineTest, RefusesAModelThatIsNotThere) {
  options_.model = "no/such/model";
  EXPECT_THAT(Refusal(), HasSubstr("was not found"));
}

TEST_F(EngineTest, AnnouncesMemoryBeforeItIsTaken) {
  WriteCheckpoint(TinyConfig().vocab_size, DType::kF32);
  options_.model = directory_.path();
  std::vector<std::string> events;
  options_.announce = [&](const std::string& table) { events.push_back(table); };
  options_.progress = [&](std::int64_t, std::int64_t) { events.emplace_back("progress"); };
  const Engine engine = Engine::Load(ctx_, options_);
  ASSERT_GE(events.size(), 2U);
  EXPECT_THAT(events[0], HasSubstr("weights "));
  EXPECT_THAT(events[0], HasSubstr("KV cache "));
  EXPECT_EQ(events[1], "progress");
  EXPECT_THAT(engine.MemoryTable(), HasSubstr("workspace "));
}

TEST_F(EngineTest, RefusesMemoryThatIsNotThereBeforeLoading) {
  options_.kv_memory_bytes = std::int64_t{1} << 60;
  bool loaded = false;
  options_.progress = [&](std::int64_t, std::int64_t) { loaded = true; };
  EXPECT_THROW(Engine::Load(ctx_, options_), DeviceError);
  EXPECT_FALSE(loaded);
}

TEST_F(EngineTest, CanBeMoved) {
  Engine first = Engine::Load(ctx_, options_);
  const std::vector<double> expected = Logprobs(first);
  Engine second = std::move(first);
  EXPECT_EQ(Logprobs(second), expected);
}

TEST_F(EngineTest, CountsEachCallByItself) {
  Engine engine = Engine::Load(ctx_, options_);
  Logprobs(engine);
  Logprobs(engine);
  EXPECT_EQ(engine.stats().tokens_fed, 99);
  const std::vector<GenerationRequest> requests = {{.prompt = {1, 5}, .max_new_tokens = 4}};
  engine.Generate(requests, [](std::size_t, std::int64_t, const Generation&) {});
  EXPECT_LE(engine.stats().tokens_fed, 5);
  EXPECT_GE(engine.stats().tokens_generated, 1);
}

// The loader tells which token ids exist; the engine's own greedy continuation is the argmax that
// its own scoring reports.
TEST_F(EngineTest, ContinuesGreedilyWithTheTokensItScoresAsGreedy) {
  Engine engine = Engine::Load(ctx_, options_);
  const std::vector<GenerationRequest> requests = {
      {.prompt = RandomTokens(3, 50), .max_new_tokens = 30}};
  Generation generated;
  engine.Generate(requests, [&](std::size_t, std::int64_t, Generation generation) {
    generated = std::move(generation);
  });
  ASSERT_FALSE(generated.tokens.empty());
  const std::vector<ScoreRequest> check = {{requests[0].prompt, generated.tokens}};
  engine.Score(check,
               [](std::size_t, const ContinuationScore& score) { EXPECT_TRUE(score.is_greedy); });
}

}  // namespace
}  // namespace meval
