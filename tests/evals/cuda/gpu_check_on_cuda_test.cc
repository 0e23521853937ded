// What of `mistral-eval gpu-check` an emulated device can run in seconds.

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/model_outline.h"
#include "evals/gpu_check/model_agreement.h"
#include "evals/gpu_check/sample_questions.h"
#include "evals/install_paths.h"
#include "tests/evals/gpu_check/few_questions.h"
#include "tests/evals/run_program.h"
#include "tests/support/cuda_emulator/runtime.h"
#include "tests/support/environment.h"
#include "tests/support/temp_directory.h"

namespace meval::testing {
namespace {

namespace fs = std::filesystem;

using cuda_emulator::SetFaults;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

// What goes wrong until the end of the scope.
class FaultsInScope {
 public:
  explicit FaultsInScope(const cuda_emulator::Faults& faults) { SetFaults(faults); }
  ~FaultsInScope() { SetFaults({}); }
  FaultsInScope(const FaultsInScope&) = delete;
  FaultsInScope& operator=(const FaultsInScope&) = delete;
};

std::vector<std::string> FailuresIn(const nlohmann::json& report) {
  std::vector<std::string> failures;
  for (const auto& check : report.at("checks")) {
    if (check.at("status") == "failed") failures.push_back(check.at("first_failure"));
  }
  return failures;
}

std::string LastLine(const std::string& text) {
  const std::size_t begin = text.find_last_of('\n', text.size() - 2);
  return text.substr(begin == std::string::npos ? 0 : begin + 1);
}

nlohmann::json ReportIn(const fs::path& directory) {
  std::ifstream in(directory / "report.json");
  return nlohmann::json::parse(in);
}

TEST(GpuCheckOnCuda, TheShippedModelAnswersAsTheGoldensSay) {
  EngineOptions options;
  options.tiny_dir = TinyModelDir();
  options.batch_tokens = 64;
  options.kv_memory_bytes = std::int64_t{8} << 20;
  Context cuda({.device = Device::kCuda, .num_threads = 1});
  Context cpu({.num_threads = 1});
  QuestionsWithGoldens all;
  all.questions = gpu_check::ShippedQuestions(OutlineModel(options), {}, 1);
  all.goldens = gpu_check::ReadGoldens(TinyGoldensFile(), all.questions);
  const QuestionsWithGoldens few = FewOf(
      all, {.document_stride = 10, .max_context = 120, .generations = 1, .max_new_tokens = 3});
  Engine on_cuda = Engine::Load(cuda, options);
  options.dtype = WeightDType::kF32;
  Engine on_cpu = Engine::Load(cpu, options);
  const gpu_check::ModelAgreement agreement =
      gpu_check::CompareWithGoldens(on_cuda, few.goldens, on_cpu, few.questions);
  for (const SelftestCheck& check : agreement.checks) {
    EXPECT_TRUE(check.passed()) << check.name << ": " << check.first_failure;
    EXPECT_GT(check.num_cases, 0) << check.name;
  }
  EXPECT_GE(agreement.documents, 3);
  EXPECT_GT(agreement.largest_difference, 0) << "activations are rounded to bf16";
}

// Said before any model is loaded.
TEST(GpuCheckOnCuda, GoldensOfOtherQuestionsFailTheModelPart) {
  const TempDirectory home;
  fs::create_directories(home / "models");
  for (const char* shipped : {"models/tiny", "tasks"}) {
    fs::create_directory_symlink(fs::path(MEVAL_SOURCE_DIR) / shipped, home / shipped);
  }
  std::ofstream(home / "models/tiny_goldens.json") << R"({"questions":"0"})";
  const Environment elsewhere("MISTRAL_EVAL_HOME", home.path().c_str());
  const fs::path report = home / "report";
  const ProgramResult result =
      RunMain({"gpu-check", "--only", "model", "--quiet", "--report", report.string()});
  EXPECT_EQ(result.code, 5) << result.err;
  const auto json = ReportIn(report);
  EXPECT_THAT(json.at("left_out").at(0).get<std::string>(),
              HasSubstr("goldens of other questions"));
  EXPECT_EQ(json.at("passed"), false);
  EXPECT_THAT(FailuresIn(json), ElementsAre(StartsWith("threw: ")));
  EXPECT_THAT(LastLine(result.out), HasSubstr("1 FAILED"));
}

// Every launch is refused, and the device goes on answering.
TEST(GpuCheckOnCuda, AnOpThatThrowsIsAFailedCheckOfAWholeReport) {
  const TempDirectory directory;
  // Without the trial of the second form that opening a device begins with.
  const Environment attention("MEVAL_CUDA_ATTENTION", "mma");
  const FaultsInScope faults({.launches = 0});
  const ProgramResult result =
      RunMain({"gpu-check", "--quick", "--quiet", "--report", directory.path().string()});
  EXPECT_EQ(result.code, 5) << result.err;
  const auto json = ReportIn(directory.path());
  EXPECT_EQ(json.at("passed"), false);
  EXPECT_TRUE(json.at("machine").contains("device"));
  EXPECT_FALSE(json.contains("not_reached"));
  std::map<std::string, std::string> failures;
  for (const auto& check : json.at("checks")) {
    if (check.at("status") == "failed") failures[check.at("name")] = check.at("first_failure");
  }
  for (const char* name : {"ceiling: read", "ceiling: bf16 products", "device.rmsnorm",
                           "device.gemm", "device.attention", "device.logits"}) {
    EXPECT_THAT(failures[name], StartsWith("threw: ")) << name;
  }
  EXPECT_THAT(failures["engine.answers"], HasSubstr("threw: "));
  EXPECT_THAT(LastLine(result.out), HasSubstr("FAILED"));
}

// Loading launches nothing: it is measured where every test of speed fails.
TEST(GpuCheckOnCuda, EachKindOfSpeedIsMeasuredByItself) {
  const TempDirectory directory;
  const Environment attention("MEVAL_CUDA_ATTENTION", "mma");
  const FaultsInScope faults({.launches = 0});
  const ProgramResult result =
      RunMain({"gpu-check", "--only", "speed", "--model", "random:tiny,layers=1", "--quiet",
               "--report", directory.path().string()});
  EXPECT_EQ(result.code, 5) << result.err;
  const auto json = ReportIn(directory.path());
  EXPECT_EQ(json.at("loading").at("checkpoint"), "1 of 1 layers of random:tiny,layers=1");
  EXPECT_GT(json.at("loading").at("bytes_per_second"), 0);
  EXPECT_THAT(json.at("targets"), Not(IsEmpty()));
  std::vector<std::string> failed;
  for (const auto& check : json.at("checks")) {
    if (check.at("status") == "failed") failed.push_back(check.at("name"));
  }
  EXPECT_THAT(failed, ::testing::IsSupersetOf({"speed: fast mode", "speed: sweep"}));
}

TEST(GpuCheckOnCuda, ALostDeviceEndsTheRunWithTheReportSaved) {
  const TempDirectory directory;
  // Behind the description of the device and some ops.
  const FaultsInScope faults({.calls = 450});
  const ProgramResult result = RunMain({"gpu-check", "--quick", "--only", "device,engine,model",
                                        "--quiet", "--report", directory.path().string()});
  EXPECT_EQ(result.code, 5) << result.err;
  const auto json = ReportIn(directory.path());
  EXPECT_EQ(json.at("passed"), false);
  EXPECT_THAT(json.at("left_out").at(0).get<std::string>(), HasSubstr("no longer answers"));
  EXPECT_THAT(json.at("not_reached"), ElementsAre("engine", "model"));
  EXPECT_THAT(FailuresIn(json), ElementsAre(HasSubstr("threw: "))) << "nothing behind the loss";
  EXPECT_GT(json.at("num_cases"), 1) << "what was found before is kept";
  EXPECT_THAT(json.at("algorithms"), Not(IsEmpty()));
  EXPECT_THAT(json.at("algorithms").get<std::vector<std::string>>(), Each(StartsWith("device: ")));
  EXPECT_THAT(LastLine(result.out), HasSubstr("FAILED"));
}

TEST(GpuCheckOnCuda, AReportThatCannotBeWrittenIsSaidBeforeTheDeviceIsAsked) {
  const TempDirectory directory;
  std::ofstream(directory.path() / "file") << "in the way";
  const FaultsInScope faults({.busy = true});
  const auto check = [&](const char* name) {
    return RunMain({"gpu-check", "--quick", "--quiet", "--report", directory / name});
  };
  const ProgramResult refused = check("file");
  EXPECT_EQ(refused.code, 2) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("--report"));
  const ProgramResult busy = check("new");
  EXPECT_EQ(busy.code, 5) << busy.err;
  const auto json = ReportIn(directory.path() / "new");
  EXPECT_EQ(json.at("passed"), false);
  EXPECT_THAT(FailuresIn(json), ElementsAre(StartsWith("threw: ")));
  EXPECT_THAT(json.at("not_reached"), ElementsAre("device", "engine"));
}

TEST(GpuCheckOnCuda, ReportsWhatTheSanitizerSays) {
  const TempDirectory directory;
  const fs::path tool = directory.path() / "compute-sanitizer";
  const Environment path("PATH", (directory.path().string() + ":/usr/bin:/bin").c_str());
  for (const int code : {0, 99}) {
    std::ofstream(tool) << "#!/bin/sh\necho 'ERROR SUMMARY: some'\nexit " << code << '\n';
    fs::permissions(tool, fs::perms::owner_all);
    const fs::path report = directory.path() / std::to_string(code);
    const ProgramResult result =
        RunMain({"gpu-check", "--only", "sanitizer", "--report", report.string()});
    EXPECT_EQ(result.code, code == 0 ? 0 : 5) << result.err;
    EXPECT_THAT(result.err, HasSubstr("running compute-sanitizer's racecheck"));
    const auto json = ReportIn(report);
    EXPECT_EQ(json.at("passed"), code == 0);
    EXPECT_THAT(json.at("sanitizer"), SizeIs(3));
    EXPECT_TRUE(json.at("machine").contains("libraries"));
  }
}

TEST(GpuCheckOnCuda, SaysWhereMemoryIsTooSmallForAnySpeed) {
  const TempDirectory directory;
  const ProgramResult result = RunMain(
      {"gpu-check", "--only", "speed,workloads", "--quiet", "--report", directory.path().string()});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("does not hold one layer of the 7B shape"));
  EXPECT_THAT(ReportIn(directory.path()).at("left_out"), SizeIs(2));
  const ProgramResult unknown =
      RunMain({"gpu-check", "--only", "speed", "--model", "random:mistral-8b"});
  EXPECT_EQ(unknown.code, 4) << "before any minute is spent";
}

}  // namespace
}  // namespace meval::testing
