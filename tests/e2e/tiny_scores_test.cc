// What the shipped model scores on the first shipped records, to the last bit: a change of any
// kernel, prompt, metric or random stream shows here. tests/golden/scores/tiny.json;
// MEVAL_UPDATE_GOLDENS=1 rewrites it, and the commit says why.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernels/context.h"
#include "tasks/digest.h"
#include "tests/e2e/run_files.h"
#include "tests/evals/run_program.h"
#include "tests/support/environment.h"

namespace meval {
namespace {

using testing::Environment;
using testing::ProgramResult;
using testing::ReadWholeFile;
using testing::RunMain;
using testing::TempDirectory;
using Json = nlohmann::ordered_json;

constexpr const char* kGolden = MEVAL_SOURCE_DIR "/tests/golden/scores/tiny.json";

// Printed values, what was asked, and digests of everything the model answered.
Json Summary(const std::filesystem::path& run) {
  Json summary;
  const Json results = Json::parse(ReadWholeFile(run / "results.json"));
  for (const Json& task : results.at("tasks")) {
    const std::string name = task.at("task");
    Json& entry = summary[name];
    entry["version"] = task.at("version");
    entry["shots"] = task.at("shots");
    entry["documents"] = task.at("num_documents");
    entry["prompt_digest"] = task.at("prompt_digest");
    for (const Json& metric : task.at("metrics")) {
      if (!metric.at("is_detail"))
        entry["metrics"][metric.at("name").get<std::string>()] = metric.at("value");
    }
    entry["counters"] = task.at("counters");
    // A change of any bit of any answer changes the digest; the sums say by how much.
    double logprobs = 0;
    std::int64_t tokens = 0;
    DigestBuilder answers;
    std::istringstream samples(ReadWholeFile(run / ("samples_" + name + ".jsonl")));
    for (std::string line; std::getline(samples, line);) {
      const Json sample = Json::parse(line);
      for (const Json& choice : sample.value("choices", Json::array())) {
        logprobs += choice.at("logprob").get<double>();
        answers.Add(choice.at("logprob").dump());
      }
      for (const Json& completion : sample.value("completions", Json::array())) {
        tokens += completion.at("num_tokens").get<std::int64_t>();
        answers.Add(completion.at("text").dump());
      }
    }
    if (logprobs != 0) entry["sum_of_logprobs"] = logprobs;
    if (tokens != 0) entry["completion_tokens"] = tokens;
    entry["answers_digest"] = answers.Finish();
  }
  return summary;
}

std::string ScoresOn(CpuPath path) {
  const Environment builtin("MEVAL_GEMM", "builtin");
  const Environment chosen("MEVAL_CPU_PATH", Name(path));
  const TempDirectory directory;
  const ProgramResult result = RunMain(
      {"--task", "hellaswag,mmlu,gsm8k,gsm8k_cot,gsm8k_cot_maj8,samsum", "--dtype", "f32",
       "--max-new-tokens", "64", "--limit", "40", "--data", MEVAL_SOURCE_DIR "/tasks/samples",
       "--kv-memory", "64M", "--quiet", "--out", directory / "run"});
  EXPECT_EQ(result.code, kExitOk) << result.err;
  return result.code == kExitOk ? Summary(directory / "run").dump(1) + "\n" : "";
}

TEST(TinyScores, AreTheGoldenOnesToTheLastBit) {
  const char* update = std::getenv("MEVAL_UPDATE_GOLDENS");
  bool compared = false;
  for (const CpuPath path : AvailableCpuPaths()) {
    if (path == CpuPath::kReference) continue;  // its sums are in double and round otherwise
    const std::string actual = ScoresOn(path);
    if (!compared && update != nullptr && std::string(update) == "1") {
      testing::WriteFile(kGolden, actual);
    }
    EXPECT_EQ(actual, ReadWholeFile(kGolden))
        << Name(path)
        << ": if the change is meant: MEVAL_UPDATE_GOLDENS=1, and say why in the commit";
    compared = true;
  }
  if (!compared) GTEST_SKIP() << "this machine has neither AVX2 nor AVX-512";
}

}  // namespace
}  // namespace meval
