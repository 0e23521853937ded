// What the program says and returns for input it cannot use: where, what was expected, what was
// found, what to do; the exit code by who can fix it; never a crash.

#include <unistd.h>

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/engine.h"
#include "evals/program.h"
#include "kernels/device_info.h"
#include "tests/evals/run_program.h"
#include "tests/support/environment.h"
#include "tests/support/safetensors_writer.h"
#include "tests/support/temp_directory.h"
#include "tests/tasks/edited.h"

namespace meval {
namespace {

namespace fs = std::filesystem;
using testing::Edited;
using ::testing::HasSubstr;
using testing::ProgramResult;
using testing::ReadWholeFile;
using testing::RunMain;
using testing::SmallRun;
using testing::TempDirectory;
using testing::WorkingDirectory;

class ErrorsTest : public ::testing::Test {
 protected:
  void Expect(const ProgramResult& result, int code, const std::vector<std::string>& parts) const {
    EXPECT_EQ(result.code, code) << result.err;
    for (const std::string& part : parts) EXPECT_THAT(result.err, HasSubstr(part));
    EXPECT_TRUE(result.err.starts_with("mistral-eval: ")) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_FALSE(fs::exists("runs"));
  }
  TempDirectory directory;
  WorkingDirectory here{directory.path()};
};

// -- usage: 2 --

TEST_F(ErrorsTest, UnknownFlagsAreUsage) {
  Expect(RunMain({"--taks", "mmlu"}), kExitUsage,
         {"--taks: unknown flag", "did you mean \"--task\"", "mistral-eval run --help"});
  Expect(RunMain({"model", "--digets"}), kExitUsage, {"--digets", "\"--digests\""});
}

TEST_F(ErrorsTest, UnknownTasksAreUsageWithTheNearestNames) {
  Expect(RunMain(SmallRun({"--task", "mmlu,hellaswog"})), kExitUsage,
         {"no task or group \"hellaswog\"", "hellaswag", "mistral-eval tasks"});
  Expect(RunMain({"tasks", "gsm8"}), kExitUsage, {"\"gsm8\"", "gsm8k"});
}

TEST_F(ErrorsTest, AMissingTaskIsUsage) {
  Expect(RunMain({"--shots", "5"}), kExitUsage, {"--task", "mistral-eval tasks"});
}

TEST_F(ErrorsTest, ValuesOutOfRangeAreUsage) {
  const auto refused = [&](std::vector<std::string> flags, const std::string& part) {
    flags.insert(flags.begin(), {"--task", "gsm8k"});
    Expect(RunMain(SmallRun(std::move(flags))), kExitUsage, {part});
  };
  refused({"--shots", "-1"}, "--shots: expected 0 or more, found -1");
  refused({"--limit", "0"}, "--limit");
  refused({"--limit", "nan"}, "--limit");
  refused({"--limit", "2.5"}, "--limit: expected a whole number");
  refused({"--temperature", "-1"}, "--temperature: expected 0 or more");
  refused({"--temperature", "nan"}, "--temperature");
  refused({"--top-p", "0"}, "--top-p");
  refused({"--top-k", "-1"}, "--top-k");
  refused({"--samples", "0"}, "--samples");
  refused({"--samples", "9223372036854775807"}, "--samples");
  refused({"--max-new-tokens", "0"}, "--max-new-tokens");
  refused({"--backend", "gpu"}, "expected one of auto, cpu, cuda, found \"gpu\"");
  refused({"--format", "console,yaml"}, "found \"yaml\"");
}

TEST_F(ErrorsTest, AnOutputThatCannotBeWrittenIsUsage) {
  directory.Write("file", "");
  Expect(RunMain(SmallRun({"--task", "mmlu", "--limit", "1", "--out", "file"})), kExitUsage,
         {"file: is a file, expected a directory", "choose another --out"});
  Expect(RunMain(SmallRun({"--task", "mmlu", "--limit", "1", "--out", "file/run"})), kExitUsage,
         {"file/run", "cannot be", "choose another --out"});
  Expect(RunMain(SmallRun({"--task", "mmlu", "--limit", "1", "--out", "/proc/run"})), kExitUsage,
         {"/proc/run", "cannot be created", "choose another --out"});
  fs::create_directory("full");
  directory.Write("full/thesis.txt", "");
  Expect(RunMain(SmallRun({"--task", "mmlu", "--limit", "1", "--out", "full"})), kExitUsage,
         {"full: is not a run directory", "thesis.txt", "choose another --out"});
  EXPECT_TRUE(fs::exists("full/thesis.txt"));
}

TEST_F(ErrorsTest, AReadOnlyParentIsUsage) {
  if (::geteuid() == 0) GTEST_SKIP() << "root writes everywhere";
  fs::create_directory("locked");
  fs::permissions("locked", fs::perms::owner_read | fs::perms::owner_exec);
  Expect(RunMain(SmallRun({"--task", "mmlu", "--limit", "1", "--out", "locked/run"})), kExitUsage,
         {"locked/run", "cannot be created", "choose another --out"});
}

TEST_F(ErrorsTest, ARunDirectoryOfAnotherRunIsUsage) {
  ASSERT_EQ(RunMain(SmallRun({"--task", "mmlu", "--limit", "2", "--out", "run"})).code, kExitOk);
  const std::string before = ReadWholeFile(directory / "run/results.json");
  Expect(RunMain(SmallRun({"--task", "mmlu", "--limit", "3", "--seed", "7", "--out", "run"})),
         kExitUsage,
         {"run: holds another run", "limit", "\"2\" in run.json, \"3\" in this run", "seed",
          "\"1234\" in run.json, \"7\" in this run", "choose another --out"});
  EXPECT_EQ(ReadWholeFile(directory / "run/results.json"), before);
}

TEST_F(ErrorsTest, ABrokenJournalLineIsUsage) {
  ASSERT_EQ(RunMain(SmallRun({"--task", "mmlu", "--limit", "2", "--out", "run"})).code, kExitOk);
  const std::string journal = ReadWholeFile(directory / "run/journal.jsonl");
  const std::size_t second = journal.find('\n') + 1;
  directory.Write("run/journal.jsonl",
                  journal.substr(0, second) + "nonsense\n" + journal.substr(second));
  Expect(RunMain(SmallRun({"--task", "mmlu", "--limit", "2", "--out", "run"})), kExitUsage,
         {"run/journal.jsonl:2: expected a journal line", "delete the line"});
  directory.Write("run/journal.jsonl", journal.substr(second));
  Expect(RunMain(SmallRun({"--task", "mmlu", "--limit", "2", "--out", "run"})), kExitUsage,
         {"run/journal.jsonl:1: expected the journal's first line", "delete the journal"});
}

// -- data: 3 --

TEST_F(ErrorsTest, ShotsBeyondThePoolAreData) {
  Expect(RunMain(SmallRun({"--task", "mmlu", "--shots", "6"})), kExitData,
         {"6 shots", "\"elementary_mathematics\"", "5 records", "lower --shots"});
}

TEST_F(ErrorsTest, DataThatIsNotThereIsData) {
  fs::create_directory("empty");
  Expect(RunMain({"--task", "gsm8k", "--data", "empty"}), kExitData,
         {"\"gsm8k\"", "gsm8k/test.jsonl", "empty", "https://", "--data"});
  Expect(RunMain({"--task", "gsm8k", "--data", "nowhere"}), kExitUsage,
         {"--data: expected a directory, found none at \"nowhere\""});
}

TEST_F(ErrorsTest, ASetOfAnotherSizeIsData) {
  fs::copy(MEVAL_SOURCE_DIR "/tasks/samples", "data", fs::copy_options::recursive);
  Expect(RunMain({"--task", "gsm8k", "--data", "data"}), kExitData,
         {"gsm8k/test.jsonl", "expected 1319 records, found 200", "--allow-count-mismatch"});
}

TEST_F(ErrorsTest, IdsThatAreNotInTheSetAreData) {
  directory.Write("ids.txt", "no-such-id\n");
  Expect(RunMain(SmallRun({"--task", "mmlu", "--ids", "ids.txt"})), kExitData,
         {"mmlu: --ids", "1 of 1", "\"no-such-id\""});
  Expect(RunMain(SmallRun({"--task", "mmlu", "--ids", "absent.txt"})), kExitData,
         {"absent.txt", "--ids", "cannot be read"});
}

// A user's own task over one broken file of a user's own.
class BrokenDataTest : public ErrorsTest {
 protected:
  BrokenDataTest() {
    directory.Write("mine.json", R"({
      "task": "mine", "title": "Mine", "request": "loglikelihood",
      "data": { "test": { "files": ["mine.jsonl"] } },
      "question": "{q}", "choices": ["{a}", "{b}"], "gold": { "index": "{label}" },
      "scores": ["acc"]
    })");
  }
  void ExpectRefused(const std::string& second_line, const std::vector<std::string>& parts) const {
    directory.Write("mine.jsonl", "{\"q\": \"1\", \"a\": \"x\", \"b\": \"y\", \"label\": 1}\n" +
                                      second_line + "\n");
    Expect(RunMain({"--task", "mine.json", "--data", ".", "--out", "run", "--quiet"}), kExitData,
           parts);
    EXPECT_FALSE(fs::exists("run"));  // bad data costs no time: nothing was started
  }
};

TEST_F(BrokenDataTest, BadUtf8NamesLineAndByte) {
  ExpectRefused("{\"q\": \"\xff\", \"a\": \"x\", \"b\": \"y\", \"label\": 1}",
                {"mine.jsonl:2: byte ", "not valid UTF-8"});
}

TEST_F(BrokenDataTest, TextThatIsNotJsonNamesLineAndByte) {
  ExpectRefused("{\"q\": ", {"mine.jsonl:2: byte ", "syntax error"});
  ExpectRefused("[1, 2]", {"mine.jsonl:2", "expected"});
}

TEST_F(BrokenDataTest, AMissingFieldIsNamedWithThoseThereAre) {
  ExpectRefused(R"({"q": "1", "a": "x", "label": 1})",
                {"mine.jsonl:2", "field \"b\" is missing", "q, a, label"});
}

TEST_F(BrokenDataTest, AWrongTypeIsNamed) {
  ExpectRefused(R"({"q": ["1"], "a": "x", "b": "y", "label": 1})",
                {"mine.jsonl:2", "field \"q\"", "expected a string", "found"});
  ExpectRefused(R"({"q": "1", "a": "x", "b": "y", "label": "one"})",
                {"mine.jsonl:2", "label", "expected", "one"});
}

TEST_F(BrokenDataTest, AGoldOutOfRangeIsNamed) {
  ExpectRefused(R"({"q": "1", "a": "x", "b": "y", "label": 2})", {"mine.jsonl:2", "expected", "2"});
  ExpectRefused(R"({"q": "1", "a": "x", "b": "y", "label": -1})",
                {"mine.jsonl:2", "expected", "-1"});
}

TEST_F(BrokenDataTest, AnEmptyFileIsNamed) {
  directory.Write("mine.jsonl", "");
  Expect(RunMain({"--task", "mine.json", "--data", "."}), kExitData,
         {"mine.jsonl", "expected at least one record, found none"});
}

TEST_F(BrokenDataTest, ATaskFileWithAnUnknownKeyNamesTheNearest) {
  directory.Write("mine.json",
                  Edited(ReadWholeFile(directory / "mine.json"), "question", "qestion"));
  Expect(RunMain({"--task", "mine.json", "--data", "."}), kExitData,
         {"mine.json", "\"qestion\"", "\"question\""});
}

TEST_F(ErrorsTest, BrokenBuiltInDataIsNamed) {
  fs::create_directories("data/mmlu/test");
  fs::create_directories("data/mmlu/dev");
  directory.Write("data/mmlu/test/anatomy_test.csv", "Which?,a,b,c,d,B\nWhich?,a,b,c,d,E\n");
  Expect(RunMain({"--task", "mmlu", "--shots", "0", "--data", "data", "--allow-count-mismatch"}),
         kExitData, {"anatomy_test.csv:2", "expected", "E"});
  directory.Write("data/mmlu/test/anatomy_test.csv", "Which?,a,b,c,d,B\nWhich?,a,b,c,d\n");
  Expect(RunMain({"--task", "mmlu", "--shots", "0", "--data", "data", "--allow-count-mismatch"}),
         kExitData, {"anatomy_test.csv:2", "expected", "6", "5"});
}

// -- model: 4 --

class BrokenModelTest : public ErrorsTest {
 protected:
  BrokenModelTest() { WriteModel(TinyShape()); }
  static ModelConfig TinyShape() {
    ModelConfig config = NamedShape("tiny").value();
    config.vocab_size = 1280;  // the shipped tokenizer's
    return config;
  }
  void WriteModel(const ModelConfig& config) const {
    fs::remove_all("model");
    fs::create_directory("model");
    ExportRandomCheckpoint(config, 1, DType::kF32, directory / "model");
    fs::copy_file(MEVAL_SOURCE_DIR "/models/tiny/tokenizer.model", "model/tokenizer.model");
  }
  void ExpectRefused(const std::vector<std::string>& parts) const {
    Expect(
        RunMain(SmallRun({"--task", "mmlu", "--limit", "1", "--model", "model", "--out", "run"})),
        kExitModel, parts);
    EXPECT_FALSE(fs::exists("run"));
  }
};

TEST_F(BrokenModelTest, AWholeOneIsAccepted) {
  const ProgramResult result =
      RunMain(SmallRun({"--task", "mmlu", "--limit", "1", "--model", "model", "--out", "run"}));
  EXPECT_EQ(result.code, kExitOk) << result.err;
}

TEST_F(BrokenModelTest, AnAbsentDirectoryIsNamed) {
  Expect(RunMain(SmallRun({"--task", "mmlu", "--model", "absent"})), kExitModel,
         {"model \"absent\" was not found", "no such directory", "tiny"});
}

TEST_F(BrokenModelTest, AnAbsentConfigurationIsNamed) {
  fs::remove("model/config.json");
  ExpectRefused({"config.json", "expected", "found none", "fetch"});
}

TEST_F(BrokenModelTest, ABrokenConfigurationIsNamed) {
  directory.Write("model/config.json", "{\"hidden_size\": ");
  ExpectRefused({"model/config.json", "syntax error"});
  directory.Write("model/config.json", "{\"model_type\": \"gpt2\"}");
  ExpectRefused({"model/config.json", "expected", "found"});
}

TEST_F(BrokenModelTest, ATruncatedWeightFileIsNamed) {
  fs::resize_file("model/model.safetensors", fs::file_size("model/model.safetensors") - 1000);
  ExpectRefused({"model.safetensors", "expected", "found"});
  fs::resize_file("model/model.safetensors", 5);
  ExpectRefused({"model.safetensors", "expected", "found"});
}

TEST_F(BrokenModelTest, AHeaderThatLiesIsNamed) {
  directory.Write("model/model.safetensors", std::string(8, '\xff'));
  ExpectRefused({"model.safetensors", "expected", "found"});
  directory.Write("model/model.safetensors",
                  testing::SafetensorsBytes({testing::F32Tensor("nothing.we.know", {2}, {1, 2})}));
  ExpectRefused({"model.embed_tokens.weight", "expected a tensor of shape", "found none"});
}

TEST_F(BrokenModelTest, ATensorOfTheWrongShapeIsNamed) {
  ModelConfig config = TinyShape();
  const std::string right = ReadWholeFile(directory / "model/config.json");
  config.intermediate_size += 1;
  WriteModel(config);
  directory.Write("model/config.json", right);
  ExpectRefused({"model.safetensors", "mlp", "expected", "found", "193"});
}

// Flags that make a run ask for one thing only.
std::vector<std::string> OneOf(const std::string& task) {
  return SmallRun({"--task", task, "--limit", "1", "--model", "model", "--out", "run-" + task});
}

TEST_F(BrokenModelTest, WeightsThatGiveNoNumbersAreNamed) {
  // The last 1024 values of the file become NaNs.
  std::string bytes = ReadWholeFile(directory / "model/model.safetensors");
  std::fill(bytes.end() - 4096, bytes.end(), '\xff');
  directory.Write("model/model.safetensors", bytes);
  for (const char* task : {"mmlu", "gsm8k", "gsm8k_cot_maj8"}) {
    Expect(RunMain(OneOf(task)), kExitModel,
           {"logits: expected finite numbers, found", "nan", "--dtype f32"});
  }
  Expect(RunMain({"loglikelihood", "--model", "model", "--quiet", "--kv-memory", "32M"},
                 "{\"context\": \"a\", \"continuation\": \"b\"}\n"),
         kExitModel, {"found", "nan"});
  Expect(RunMain({"generate", "--model", "model", "--quiet", "--kv-memory", "32M"},
                 "{\"prompt\": \"a\"}\n"),
         kExitModel, {"found", "nan"});
}

TEST_F(BrokenModelTest, ATokenizerWithMorePiecesThanTheModelIsNamed) {
  ModelConfig config = TinyShape();
  config.vocab_size -= 24;
  WriteModel(config);
  ExpectRefused({"tokenizer.model", "at most 1256 pieces", "found 1280"});
}

TEST_F(BrokenModelTest, AnAbsentOrBrokenTokenizerIsNamed) {
  fs::remove("model/tokenizer.model");
  ExpectRefused({"tokenizer"});
  directory.Write("model/tokenizer.model", "not a model");
  ExpectRefused({"model/tokenizer.model", "expected", "found"});
}

// -- device: 5 --

TEST_F(ErrorsTest, ADataFileOfATaskThatIsNotThereIsUsage) {
  const std::vector<std::vector<std::string>> commands = {{"tasks", "mmlu"}, {"tasks"}, {"data"}};
  for (std::vector<std::string> arguments : commands) {
    arguments.insert(arguments.end(), {"--data-file", "mmlo=x.csv"});
    Expect(RunMain(arguments), kExitUsage, {"\"mmlo\" is not a task of", "\"mmlu\""});
  }
}

TEST_F(ErrorsTest, ABackendThatIsNotThereIsDevice) {
  if (WhyNoCuda().empty()) GTEST_SKIP() << "this machine has a CUDA device";
  Expect(RunMain(SmallRun({"--task", "mmlu", "--limit", "1", "--backend", "cuda"})), kExitDevice,
         {"--backend cuda", "Use --backend cpu or auto."});
}

TEST_F(ErrorsTest, AVariableOfTheEnvironmentWithAnUnknownWordIsUsage) {
  const testing::Environment path("MEVAL_CPU_PATH", "sse9");
  Expect(RunMain(SmallRun({"--task", "mmlu", "--limit", "1"})), kExitUsage,
         {"MEVAL_CPU_PATH: expected reference, avx2 or avx512, found \"sse9\""});
}

TEST_F(ErrorsTest, ACheckOfADeviceThatIsNotThereIsDevice) {
  if (WhyNoCuda().empty()) GTEST_SKIP() << "this machine has a CUDA device";
  Expect(RunMain({"gpu-check", "--quick"}), kExitDevice, {"cuda: "});
}

TEST_F(ErrorsTest, MoreMemoryThanThereIsIsDevice) {
  const ProgramResult result =
      RunMain({"--task", "mmlu", "--limit", "1", "--data", MEVAL_SOURCE_DIR "/tasks/samples",
               "--kv-memory", "1000000T", "--quiet"});
  Expect(result, kExitDevice, {"KV memory", "available", "Give less"});
}

}  // namespace
}  // namespace meval
