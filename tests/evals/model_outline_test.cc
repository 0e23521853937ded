#include "evals/model_outline.h"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/error.h"
#include "evals/model_loader.h"
#include "tests/support/shared_data.h"

namespace meval {
namespace {

ModelOptions Small(const std::string& model) {
  ModelOptions options;
  options.model = model;
  options.threads = 1;
  options.kv_memory_bytes = 16 << 20;
  return options;
}

TEST(ModelOutline, IsTheEnginesWithoutItsWeights) {
  for (const char* model : {"tiny", "random:tiny,seed=5"}) {
    for (const std::int64_t max_length : {0, 300}) {
      ModelOptions options = Small(model);
      options.max_length = max_length;
      const ModelOutline outline = ModelOutline::Load(options);
      const LoadedModel loaded = LoadModel(options, nullptr);
      EXPECT_NO_THROW(outline.CheckMatches(*loaded.engine));
      EXPECT_EQ(outline.config().Describe(), loaded.engine->config().Describe());
      EXPECT_EQ(outline.Encode("A café, 1 + 1"),
                loaded.engine->tokenizer().Encode("A café, 1 + 1"));
    }
  }
}

TEST(ModelOutline, OfABigModelNeedsItsTokenizerOnly) {
  MEVAL_SHARED_OR_SKIP(tokenizer, "tokenizers/Mistral-7B-v0.1/tokenizer.model");
  ModelOptions options = Small("random:mistral-7b-v0.1");
  options.tokenizer = tokenizer.string();
  const ModelOutline outline = ModelOutline::Load(options);
  EXPECT_EQ(outline.config().num_hidden_layers, 32);
  EXPECT_EQ(outline.bos_id(), 1);
  EXPECT_EQ(outline.max_length(), outline.config().max_position_embeddings);
  EXPECT_EQ(outline.Encode("Hello").size(), 1U);
}

TEST(ModelOutline, NoticesAnEngineOfAnotherLength) {
  const LoadedModel loaded = LoadModel(Small("tiny"), nullptr);
  ModelOptions shorter = Small("tiny");
  shorter.max_length = 100;
  EXPECT_THROW(ModelOutline::Load(shorter).CheckMatches(*loaded.engine), std::logic_error);
}

TEST(ModelOutline, RefusesWhatIsNoModel) {
  EXPECT_THROW(ModelOutline::Load(Small("no/such/model")), ModelError);
  EXPECT_THROW(ModelOutline::Load(Small("random:nonsense")), ModelError);
  EXPECT_THROW(ModelOutline::Load(Small("random:mistral-7b-v0.1")), ModelError);  // no tokenizer
}

}  // namespace
}  // namespace meval
