#include "engine/selftest.h"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_directory.h"
#include "tests/support/tiny_mistral.h"

namespace meval {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Selftest : public ::testing::Test {
 protected:
  Selftest() {
    options_.effort = SelftestEffort::kQuick;
    options_.num_threads = 1;
    options_.tokenizer = testing::WriteTinyTokenizer(directory_.path());
  }

  testing::TempDirectory directory_;
  SelftestOptions options_;
};

std::vector<std::string> NamesOf(const std::vector<SelftestCheck>& checks) {
  std::vector<std::string> names;
  names.reserve(checks.size());
  for (const SelftestCheck& check : checks) names.push_back(check.name);
  return names;
}

void ExpectPassed(const std::vector<SelftestCheck>& checks) {
  for (const SelftestCheck& check : checks) {
    EXPECT_TRUE(check.passed()) << check.name << ": " << check.first_failure;
    EXPECT_THAT(check.claim, Not(IsEmpty())) << check.name;
    EXPECT_TRUE(check.num_cases > 0 || !check.why_skipped.empty()) << check.name;
  }
}

TEST_F(Selftest, PassesOnThisMachine) {
  const std::vector<SelftestCheck> kernels = CheckKernels(options_);
  const std::vector<SelftestCheck> engine = CheckEngine(options_);
  ExpectPassed(kernels);
  ExpectPassed(engine);
  std::vector<std::string> names = NamesOf(kernels);
  for (const std::string& name : NamesOf(engine)) names.push_back(name);
  EXPECT_EQ(names, SelftestNames());
}

TEST_F(Selftest, TriesAModelOfTheUsersOwn) {
  EngineOptions model;
  model.model = "random:tiny,seed=3";
  model.tiny_dir = std::string(MEVAL_SOURCE_DIR) + "/models/tiny";
  model.kv_memory_bytes = std::int64_t{32} << 20;
  options_.model = model;
  ExpectPassed(CheckEngine(options_));
}

TEST_F(Selftest, RunsOneCheckWithTheCasesItHasAmongOthers) {
  options_.dtype = WeightDType::kBF16;
  const std::vector<SelftestCheck> all = CheckEngine(options_);
  options_.only = "score.batch";
  const std::vector<SelftestCheck> one = CheckEngine(options_);
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].name, "score.batch");
  const auto among_others = std::find_if(all.begin(), all.end(), [](const SelftestCheck& check) {
    return check.name == "score.batch";
  });
  ASSERT_NE(among_others, all.end());
  EXPECT_EQ(one[0].num_cases, among_others->num_cases);
  EXPECT_THAT(CheckKernels(options_), IsEmpty());
}

TEST_F(Selftest, RefusesANameThatNoCheckHas) {
  options_.only = "kernel.softmax";
  EXPECT_THROW(CheckKernels(options_), std::invalid_argument);
  EXPECT_THROW(CheckEngine(options_), std::invalid_argument);
}

TEST_F(Selftest, SaysWhatItTries) {
  std::vector<std::string> tried;
  options_.progress = [&](const std::string& what) { tried.push_back(what); };
  options_.only = "score.order";
  CheckEngine(options_);
  ASSERT_EQ(tried.size(), 2U);
  EXPECT_THAT(tried[0], HasSubstr("seed 1234, f32"));
  EXPECT_THAT(tried[1], HasSubstr("seed 1235, bf16"));
}

TEST_F(Selftest, ThrowsWhatPreventsTheModelFromLoading) {
  EngineOptions model;
  model.model = (directory_.path() / "nowhere").string();
  options_.model = model;
  EXPECT_ANY_THROW(CheckEngine(options_));
}

TEST(SelftestNames, AreUnique) {
  const std::vector<std::string> names = SelftestNames();
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
}

}  // namespace
}  // namespace meval
