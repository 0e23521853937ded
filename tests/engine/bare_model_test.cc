#include "engine/bare_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/error.h"

namespace meval {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kKvMemory = std::int64_t{8} << 20;

TEST(BareModel, HoldsWeightsAndPagesThatABatchRunsOn) {
  Context ctx({.num_threads = 1});
  std::string table;
  BareModel model =
      BareModel::Load(ctx, {.model = "random:tiny,layers=1,seed=3",
                            .batch_tokens = 8,
                            .kv_memory_bytes = kKvMemory,
                            .max_length = 128,
                            .tiny_dir = std::filesystem::path(MEVAL_SOURCE_DIR) / "models/tiny",
                            .announce = [&](const std::string& text) { table = text; }});
  EXPECT_EQ(model.origin(), "random:tiny,layers=1,seed=3");
  EXPECT_EQ(model.config().num_hidden_layers, 1);
  EXPECT_EQ(model.memory().batch_tokens, 8);
  EXPECT_THAT(table, HasSubstr("KV cache"));
  OpenBatch batch = model.Open();
  const OpenBatch::Id id = batch.Begin();
  batch.Ask(id, std::vector<TokenId>{5, 6, 7}, 2);
  std::size_t drawn = 0;
  while (!batch.is_idle()) drawn += batch.Step().size();
  EXPECT_EQ(drawn, 2U);
}

TEST(BareModel, RefusesAShapeThatIsNone) {
  Context ctx({.num_threads = 1});
  EXPECT_THROW(BareModel::Load(ctx, {.model = "random:mistral-8b"}), ModelError);
}

}  // namespace
}  // namespace meval
