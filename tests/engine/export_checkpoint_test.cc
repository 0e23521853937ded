// ExportRandomCheckpoint of engine/weights.h.

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/model_config.h"
#include "engine/safetensors.h"
#include "engine/weights.h"
#include "tests/support/model_error.h"
#include "tests/support/temp_directory.h"
#include "tests/support/unpacked_weights.h"

namespace meval {
namespace {

using testing::ExpectModelError;
using testing::Small;
using testing::TakenApart;
using testing::TempDirectory;

TEST(ExportRandomCheckpoint, WritesTheNumbersOfRandomWeights) {
  Context ctx;
  ModelConfig tied = Small();
  tied.tie_word_embeddings = true;
  ModelConfig llama = Small();
  llama.architecture = "LlamaForCausalLM";
  for (const ModelConfig& config : {Small(), tied, llama}) {
    for (const DType dtype : {DType::kF32, DType::kBF16}) {
      for (const std::int64_t shard_bytes : {0, 1, 3000, 1'000'000}) {
        SCOPED_TRACE(std::string(Name(dtype)) + " " + std::to_string(shard_bytes));
        const TempDirectory directory;
        ExportRandomCheckpoint(config, 42, dtype, directory / "model", shard_bytes);
        const ModelConfig read = LoadModelConfig(directory / "model");
        EXPECT_EQ(read.num_parameters(), config.num_parameters());
        EXPECT_EQ(read.architecture, config.architecture);
        EXPECT_EQ(read.sliding_window, config.sliding_window);
        EXPECT_THAT(read.defaulted, ::testing::IsEmpty());
        const Checkpoint checkpoint = Checkpoint::Open(directory / "model");
        const MistralWeights loaded = LoadWeights(ctx, read, checkpoint, WeightDType::kAuto);
        const MistralWeights random = RandomWeights(
            ctx, config, 42, dtype == DType::kF32 ? WeightDType::kF32 : WeightDType::kBF16);
        EXPECT_EQ(loaded.dtype, dtype);
        EXPECT_EQ(TakenApart(ctx, read, loaded), TakenApart(ctx, config, random));
      }
    }
  }
}

TEST(ExportRandomCheckpoint, KeepsEveryFieldOfTheConfiguration) {
  for (const std::string& name : NamedShapes()) {
    ModelConfig config = NamedShape(name).value();
    config.vocab_size = 30;
    config.hidden_size = 8;
    config.intermediate_size = 8;
    config.num_hidden_layers = 1;
    config.num_attention_heads = config.num_key_value_heads;
    config.head_dim = 2;
    config.eos_token_ids = {2, 7};
    const TempDirectory directory;
    ExportRandomCheckpoint(config, 1, DType::kBF16, directory.path());
    config.torch_dtype = "bfloat16";
    EXPECT_EQ(LoadModelConfig(directory.path()).Describe(), config.Describe()) << name;
  }
}

TEST(ExportRandomCheckpoint, SaysWhichFileCannotBeWritten) {
  const TempDirectory directory;
  directory.Write("file", "");
  ExpectModelError(
      [&] { ExportRandomCheckpoint(Small(), 1, DType::kF32, directory / "file"); },
      {(directory / "file").string(), "config.json", "cannot be written", "permissions"});
  EXPECT_THROW(ExportRandomCheckpoint(Small(), 1, DType::kF16, directory / "x"),
               std::invalid_argument);
}

}  // namespace
}  // namespace meval
