#include "engine/error.h"
#include "engine/model_config.h"
#include "engine/text/utf8.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

// A model's configuration, from: which file it is in, its bytes.
MEVAL_FUZZ_TARGET(model_config) {
  static const testing::TempDirectory directory;
  const bool is_params = input.Flag();
  const std::string bytes = input.Bytes();
  try {
    ModelConfig config;
    if (is_params) {
      directory.Write("params.json", bytes);
      config = LoadModelConfig(directory.path());
    } else {
      config = ParseModelConfig(bytes, "file");
    }
    fuzz::Require(!config.Describe().empty(), "a configuration has a description");
    fuzz::Require(config.vocab_size > 0 && config.hidden_size > 0 && config.num_hidden_layers > 0,
                  "a model has rows, columns and layers");
    fuzz::Require(config.num_attention_heads % config.num_key_value_heads == 0,
                  "queries share keys evenly");
    fuzz::Require(config.num_parameters() > 0 && config.KvBytesPerToken(2) > 0,
                  "sizes do not overflow");
  } catch (const ModelError& error) {
    fuzz::Require(FindIllFormedUtf8(error.what()) == std::string::npos, "a message is UTF-8");
  }
}

}  // namespace
}  // namespace meval
