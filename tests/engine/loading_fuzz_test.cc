// Seeded mutations of well-formed files: a reader may accept or refuse what it gets, and must do so
// without a crash, a hang or undefined behaviour (run it under the asan preset).

#include <functional>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "engine/error.h"
#include "engine/model_config.h"
#include "engine/safetensors.h"
#include "engine/tokenizer.h"
#include "engine/weights.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

using testing::ReadWholeFile;
using testing::TempDirectory;
using Path = std::filesystem::path;

// Changes a few bytes, cuts, repeats, or puts in something that parsers fear.
std::string Mutated(std::string bytes, std::size_t limit, std::mt19937_64& random) {
  static const std::vector<std::string> fears = {"-1",
                                                 "0",
                                                 "1e999",
                                                 "18446744073709551615",
                                                 "9223372036854775807",
                                                 "null",
                                                 "[]",
                                                 "{}",
                                                 "\"\"",
                                                 "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
                                                 std::string(8, '\0'),
                                                 "[[[[[[[[",
                                                 "4294967296"};
  const std::size_t edits = 1 + random() % 4;
  for (std::size_t i = 0; i < edits && !bytes.empty(); ++i) {
    const std::size_t at = random() % std::min(limit, bytes.size());
    const std::size_t length = 1 + random() % 12;
    switch (random() % 6) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << (random() % 8)));
        break;
      case 2:
        bytes.erase(at, length);
        break;
      case 3:
        bytes.insert(at, bytes.substr(random() % bytes.size(), length));
        break;
      case 4:
        bytes.replace(at, random() % 4, fears[random() % fears.size()]);
        break;
      default:
        if (random() % 8 == 0) bytes.resize(at);
    }
  }
  return bytes;
}

struct Outcome {
  int accepted = 0;
  int refused = 0;
};

Outcome Fuzz(const std::string& valid, std::size_t limit, int rounds,
             const std::function<void(const std::string&)>& read) {
  Outcome outcome;
  read(valid);
  for (int round = 0; round < rounds; ++round) {
    std::mt19937_64 random(static_cast<std::uint64_t>(round) + 1);
    const std::string bytes = Mutated(valid, limit, random);
    try {
      read(bytes);
      ++outcome.accepted;
    } catch (const ModelError& error) {
      EXPECT_GT(std::string(error.what()).size(), 20u);
      ++outcome.refused;
    } catch (const std::exception& error) {
      ADD_FAILURE() << "round " << round << ": not a ModelError: " << error.what();
    }
  }
  return outcome;
}

Path Golden(const std::string& file) {
  return Path(MEVAL_SOURCE_DIR) / "tests/golden/forward" / file;
}

TEST(LoadingFuzz, ConfigurationsAreReadOrRefused) {
  const std::string valid = ReadWholeFile(Golden("sharded/config.json"));
  const Outcome outcome = Fuzz(valid, valid.size(), 6000, [](const std::string& bytes) {
    EXPECT_FALSE(ParseModelConfig(bytes, "fuzz").Describe().empty());
  });
  EXPECT_GT(outcome.accepted, 100);
  EXPECT_GT(outcome.refused, 1000);
}

TEST(LoadingFuzz, SafetensorsFilesAreReadOrRefused) {
  const ModelConfig config = LoadModelConfig(Golden("f16"));
  const std::string valid = ReadWholeFile(Golden("f16/model.safetensors"));
  const TempDirectory directory;
  Context ctx({.num_threads = 1});
  // The header is about 2 kB; what lies behind it cannot be wrong.
  const Outcome outcome = Fuzz(valid, 2200, 4000, [&](const std::string& bytes) {
    directory.Write("model.safetensors", bytes);
    const Checkpoint checkpoint = Checkpoint::Open(directory.path());
    for (const auto& [name, entry] : checkpoint.tensors()) {
      int sum = 0;
      for (std::int64_t i = 0; i < entry.bytes; ++i) sum += std::to_integer<int>(entry.data[i]);
      EXPECT_GE(sum, 0) << name;
    }
    LoadWeights(ctx, config, checkpoint, WeightDType::kAuto);
  });
  EXPECT_GT(outcome.refused, 2000);
}

TEST(LoadingFuzz, IndicesAreReadOrRefused) {
  const TempDirectory directory;
  std::filesystem::copy(Golden("sharded"), directory.path(),
                        std::filesystem::copy_options::recursive);
  const std::string valid = ReadWholeFile(Golden("sharded/model.safetensors.index.json"));
  const Outcome outcome = Fuzz(valid, valid.size(), 2000, [&](const std::string& bytes) {
    directory.Write("model.safetensors.index.json", bytes);
    EXPECT_EQ(Checkpoint::Open(directory.path()).tensors().size(), 21u);
  });
  EXPECT_GT(outcome.accepted, 10);
  EXPECT_GT(outcome.refused, 1000);
}

TEST(LoadingFuzz, TokenizerModelsAreReadOrRefused) {
  const std::string valid =
      ReadWholeFile(Path(MEVAL_SOURCE_DIR) / "tests/fixtures/engine/tokenizer/tokenizer.model");
  const TempDirectory directory;
  const Outcome outcome = Fuzz(valid, valid.size(), 4000, [&](const std::string& bytes) {
    directory.Write("tokenizer.model", bytes);
    const Tokenizer tokenizer = Tokenizer::Load(directory / "tokenizer.model");
    const auto ids = tokenizer.Encode("The answer is 42, naïve café! [INST] \n\t🦙");
    tokenizer.Decode(ids);
  });
  EXPECT_GT(outcome.accepted, 100);
  EXPECT_GT(outcome.refused, 1000);
}

TEST(LoadingFuzz, AddedTokensAreReadOrRefused) {
  const TempDirectory directory;
  std::filesystem::copy_file(
      Path(MEVAL_SOURCE_DIR) / "tests/fixtures/engine/tokenizer/tokenizer.model",
      directory / "tokenizer.model");
  const std::string valid =
      R"({"added_tokens_decoder": {"1": {"content": "<s>", "special": true},)"
      R"( "400": {"content": "<|end|>", "special": true}, "401": {"content": "<a>"}}})";
  const Outcome outcome = Fuzz(valid, valid.size(), 3000, [&](const std::string& bytes) {
    directory.Write("tokenizer_config.json", bytes);
    Tokenizer::Load(directory.path()).Decode({});
  });
  EXPECT_GT(outcome.accepted, 100);
  EXPECT_GT(outcome.refused, 1000);
}

}  // namespace
}  // namespace meval
