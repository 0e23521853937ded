// The shipped checkpoint, changed in a known way, compared with itself: the verdicts that the size
// of the change deserves, and the flipped records by name. docs/statistics.md has the table; the
// test prints its rows.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernels/bfloat16.h"
#include "tests/e2e/run_files.h"
#include "tests/evals/run_program.h"

namespace meval {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ProgramResult;
using testing::ReadWholeFile;
using testing::RunMain;
using testing::TempDirectory;
using Json = nlohmann::ordered_json;

constexpr char kModel[] = MEVAL_SOURCE_DIR "/models/tiny";

struct Matrix {
  std::string name;
  std::int64_t num_rows = 0;
  std::int64_t num_columns = 0;
  std::vector<float> values;
};

// The file with every matrix, stored as bfloat16, as `edit` leaves it.
std::string EditMatrices(std::string file, const std::function<void(Matrix&)>& edit) {
  std::uint64_t header_size = 0;
  std::memcpy(&header_size, file.data(), sizeof header_size);
  const std::size_t data = sizeof header_size + header_size;
  const Json header = Json::parse(file.substr(sizeof header_size, header_size));
  for (const auto& [name, tensor] : header.items()) {
    if (name == "__metadata__" || tensor.at("shape").size() != 2) continue;
    EXPECT_EQ(tensor.at("dtype"), "BF16") << name;
    Matrix matrix = {name, tensor.at("shape")[0], tensor.at("shape")[1], {}};
    std::vector<std::uint16_t> bits(static_cast<std::size_t>(matrix.num_rows * matrix.num_columns));
    char* bytes = file.data() + data + tensor.at("data_offsets")[0].get<std::size_t>();
    std::memcpy(bits.data(), bytes, bits.size() * sizeof bits[0]);
    for (const std::uint16_t value : bits) matrix.values.push_back(BFloat16ToFloat(value));
    edit(matrix);
    for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = FloatToBFloat16(matrix.values[i]);
    std::memcpy(bytes, bits.data(), bits.size() * sizeof bits[0]);
  }
  return file;
}

// Each weight of one matrix, the output layer, 1 % larger or smaller.
void MoveOnePercent(Matrix& matrix) {
  if (matrix.name != "lm_head.weight") return;
  std::mt19937_64 random(1);
  for (float& value : matrix.values) value *= (random() & 1) != 0 ? 1.01F : 0.99F;
}

// Rounds each row to integers of at most this size times a power of two, which bfloat16 holds
// exactly: symmetric quantisation by row. Embeddings and the output layer stay, as is usual.
std::function<void(Matrix&)> RoundToIntegers(float largest) {
  return [largest](Matrix& matrix) {
    if (!matrix.name.starts_with("model.layers.")) return;
    const auto width = static_cast<std::size_t>(matrix.num_columns);
    for (std::size_t begin = 0; begin < matrix.values.size(); begin += width) {
      float most = 0;
      for (std::size_t i = begin; i < begin + width; ++i) {
        most = std::max(most, std::abs(matrix.values[i]));
      }
      const float step = std::exp2(std::ceil(std::log2(most / largest)));
      for (std::size_t i = begin; i < begin + width; ++i) {
        matrix.values[i] = std::nearbyint(matrix.values[i] / step) * step;
      }
    }
  };
}

class PerturbedCheckpoints : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory_ = new TempDirectory;
    Run("good", kModel, {"--batch-tokens", "256"});
  }
  static void TearDownTestSuite() {
    delete directory_;
    directory_ = nullptr;
  }
  static std::string Path(const std::string& name) { return *directory_ / name; }

  static void Run(const std::string& out, const std::string& model,
                  const std::vector<std::string>& flags = {}) {
    std::vector<std::string> arguments = {"--model", model,
                                          "--task",  "mmlu,hellaswag,gsm8k_cot",
                                          "--data",  MEVAL_SOURCE_DIR "/tasks/samples",
                                          "--quiet", "--out",
                                          Path(out)};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const ProgramResult result = RunMain(arguments);
    ASSERT_EQ(result.code, kExitOk) << result.err;
  }

  // A copy of the checkpoint with other files in place of its own.
  static std::string Copy(const std::string& name, const std::map<std::string, std::string>& own) {
    const std::string path = Path("model-" + name);
    fs::copy(kModel, path);
    for (const auto& [file, text] : own) testing::WriteFile(fs::path(path) / file, text);
    return path;
  }
  static std::string CopyWithWeights(const std::string& name,
                                     const std::function<void(Matrix&)>& edit) {
    const std::string file = ReadWholeFile(fs::path(kModel) / "model.safetensors");
    std::string edited = EditMatrices(file, edit);
    EXPECT_NE(edited, file);
    return Copy(name, {{"model.safetensors", edited}});
  }

  // Its pairs by task, compared with the run of the shipped checkpoint.
  static std::map<std::string, Json> Compared(const std::string& run) {
    const ProgramResult result = RunMain({"compare", Path("good"), Path(run), "--format", "json"});
    EXPECT_EQ(result.code, kExitOk) << result.err;
    std::map<std::string, Json> pairs;
    const Json report = Json::parse(result.out);
    EXPECT_EQ(report.at("tasks").size(), 3U);
    for (const Json& task : report.at("tasks")) {
      const Json& pair = task.at("pairs").at(0);
      pairs[task.at("task")] = pair;
      // A row of the table in docs/statistics.md.
      std::cout << "| " << run << " | " << task.at("task").get<std::string>() << " | "
                << pair.at("num_answers_changed") << " | " << pair.at("flips").size() << " | "
                << pair.at("difference").get<double>() * 100 << " | " << pair.at("p_value") << " | "
                << pair.at("verdict").get<std::string>() << " |\n";
      ExpectFlipsNamed(task, pair);
    }
    return pairs;
  }

  // Every record whose score changed, once, and no other.
  static void ExpectFlipsNamed(const Json& task, const Json& pair) {
    EXPECT_EQ(pair.at("flips").size(), pair.at("num_scores_changed"));
    std::set<std::string> names;
    for (const Json& flip : pair.at("flips")) {
      names.insert(flip.at("id"));
      EXPECT_NE(flip.at("baseline_score"), flip.at("score")) << flip.at("id");
      EXPECT_NE(flip.at("baseline_answer"), flip.at("answer")) << flip.at("id");
    }
    EXPECT_EQ(names.size(), pair.at("flips").size()) << task.at("task");
  }

  static std::vector<std::string> Verdicts(const std::map<std::string, Json>& pairs) {
    std::vector<std::string> verdicts;
    for (const auto& [task, pair] : pairs) verdicts.push_back(pair.at("verdict"));
    return verdicts;
  }

  static TempDirectory* directory_;
};

TempDirectory* PerturbedCheckpoints::directory_ = nullptr;

TEST_F(PerturbedCheckpoints, AnotherBatchBudgetIsIdentical) {
  Run("batch", kModel, {"--batch-tokens", "64", "--kv-memory", "24M", "--threads", "1"});
  EXPECT_THAT(Verdicts(Compared("batch")), Each("identical"));
}

TEST_F(PerturbedCheckpoints, OneMatrixMovedByOnePercentIsSeenAndNoRegression) {
  Run("one-percent", CopyWithWeights("one-percent", MoveOnePercent));
  const std::vector<std::string> verdicts = Verdicts(Compared("one-percent"));
  EXPECT_THAT(verdicts, Contains(Not("identical")));
  EXPECT_THAT(verdicts, Each(Not(::testing::AnyOf("regressed", "improved"))));
}

TEST_F(PerturbedCheckpoints, AWrongRopeBaseIsARegression) {
  Json config = Json::parse(ReadWholeFile(fs::path(kModel) / "config.json"));
  config.at("rope_parameters").at("rope_theta") = 10'000.0;  // that of Mistral 7B v0.1
  Run("rope-base", Copy("rope-base", {{"config.json", config.dump()}}));
  EXPECT_THAT(Verdicts(Compared("rope-base")), Contains("regressed"));
  const ProgramResult gate =
      RunMain({"compare", Path("good"), Path("rope-base"), "--gate", "--flips", "1000"});
  EXPECT_EQ(gate.code, kExitRegression);
  EXPECT_THAT(gate.out, HasSubstr("has regressed"));
}

TEST_F(PerturbedCheckpoints, WeightsRoundedToEightBitsAreNoRegressionToFourBitsAre) {
  Run("int8", CopyWithWeights("int8", RoundToIntegers(127)));
  const std::vector<std::string> verdicts = Verdicts(Compared("int8"));
  EXPECT_THAT(verdicts, Contains(Not("identical")));
  EXPECT_THAT(verdicts, Each(Not(::testing::AnyOf("regressed", "improved"))));
  Run("int4", CopyWithWeights("int4", RoundToIntegers(7)));
  EXPECT_THAT(Verdicts(Compared("int4")), Contains("regressed"));
}

}  // namespace
}  // namespace meval
