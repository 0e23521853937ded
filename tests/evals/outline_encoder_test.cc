#include "evals/outline_encoder.h"

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

TEST(OutlineEncoder, EncodesAsTheEngineThatIsLoadedLater) {
  for (const char* model : {"tiny", "random:tiny,seed=5"}) {
    for (const std::int64_t max_length : {0, 300}) {
      ModelOptions options = Small(model);
      options.max_length = max_length;
      const ModelOutline outline = OutlineModel(ToEngineOptions(options));
      const OutlineEncoder encoder(outline);
      const LoadedModel loaded = LoadModel(options, nullptr);
      EXPECT_EQ(encoder.bos_id(), loaded.engine->config().bos_token_id);
      EXPECT_EQ(encoder.max_length(), loaded.engine->max_length());
      EXPECT_EQ(outline.config.Describe(), loaded.engine->config().Describe());
      EXPECT_EQ(encoder.Encode("A café, 1 + 1"),
                loaded.engine->tokenizer().Encode("A café, 1 + 1"));
    }
  }
}

TEST(OutlineEncoder, OfABigModelNeedsItsTokenizerOnly) {
  MEVAL_SHARED_OR_SKIP(tokenizer, "tokenizers/Mistral-7B-v0.1/tokenizer.model");
  ModelOptions options = Small("random:mistral-7b-v0.1");
  options.tokenizer = tokenizer.string();
  const ModelOutline outline = OutlineModel(ToEngineOptions(options));
  const OutlineEncoder encoder(outline);
  EXPECT_EQ(outline.config.num_hidden_layers, 32);
  EXPECT_EQ(encoder.bos_id(), 1);
  EXPECT_EQ(encoder.max_length(), outline.config.max_position_embeddings);
  EXPECT_EQ(encoder.Encode("Hello").size(), 1U);
}

TEST(OutlineEncoder, RefusesWhatIsNoModel) {
  EXPECT_THROW(OutlineModel(ToEngineOptions(Small("no/such/model"))), ModelError);
  EXPECT_THROW(OutlineModel(ToEngineOptions(Small("random:nonsense"))), ModelError);
  EXPECT_THROW(OutlineModel(ToEngineOptions(Small("random:mistral-7b-v0.1"))), ModelError);
}

}  // namespace
}  // namespace meval
