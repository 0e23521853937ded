#include "evals/install_paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/evals/run_program.h"
#include "tests/support/environment.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

namespace fs = std::filesystem;
using testing::Environment;
using testing::TempDirectory;

TEST(InstallPaths, FindsTheSourceTree) {
  const Environment unset("MISTRAL_EVAL_HOME", nullptr);
  const fs::path source = fs::weakly_canonical(MEVAL_SOURCE_DIR);
  EXPECT_EQ(SamplesDir(), source / "tasks" / "samples");
  EXPECT_EQ(TinyModelDir(), source / "models" / "tiny");
  EXPECT_TRUE(fs::exists(TinyModelDir() / "tokenizer.model"));
  EXPECT_EQ(WorkloadLengthsFile(), source / "models" / "workload_lengths.json");
  EXPECT_EQ(TinyGoldensFile(), source / "models" / "tiny_goldens.json");
}

TEST(InstallPaths, TheVariableNamesASourceTreeOrAnInstallation) {
  const TempDirectory home;
  fs::create_directories(home / "tasks/samples");
  fs::create_directories(home / "models/tiny");
  const Environment set("MISTRAL_EVAL_HOME", home.path().c_str());
  EXPECT_EQ(SamplesDir(), fs::weakly_canonical(home / "tasks/samples"));
  EXPECT_EQ(TinyModelDir(), fs::weakly_canonical(home / "models/tiny"));
  fs::remove_all(home / "tasks");
  fs::create_directories(home / "samples");
  EXPECT_EQ(SamplesDir(), fs::weakly_canonical(home / "samples"));
}

}  // namespace
}  // namespace meval
