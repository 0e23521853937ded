#include "evals/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tasks/digest.h"
#include "tests/evals/run_program.h"
#include "tests/support/environment.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using testing::Environment;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ProgramResult;
using testing::ReadWholeFile;
using testing::RunMain;
using testing::SmallRun;
using testing::TempDirectory;
using testing::WorkingDirectory;
using Json = nlohmann::json;

TEST(Program, WithoutArgumentsShowsTheOverview) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{}, {"--help"}, {"-h"}, {"help"}}) {
    const ProgramResult result = RunMain(arguments);
    EXPECT_EQ(result.code, kExitOk);
    EXPECT_THAT(result.out, HasSubstr("mistral-eval --task mmlu --shots 5"));
    EXPECT_EQ(result.err, "");
  }
}

TEST(Program, EveryCommandsHelpBeginsWithAnExample) {
  for (const char* command :
       {"run", "tasks", "data", "loglikelihood", "generate", "tokenize", "model"}) {
    const ProgramResult result = RunMain({command, "--help"});
    EXPECT_EQ(result.code, kExitOk) << command;
    EXPECT_TRUE(result.out.starts_with("Example:\n")) << command;
    EXPECT_THAT(result.out, HasSubstr("mistral-eval")) << command;
    EXPECT_THAT(result.out, HasSubstr("--help")) << command;
  }
}

TEST(Program, ShowsItsVersion) {
  for (const char* word : {"version", "--version"}) {
    const ProgramResult result = RunMain({word});
    EXPECT_EQ(result.code, kExitOk);
    EXPECT_THAT(result.out, AllOf(HasSubstr("mistral-eval "), HasSubstr("CPU path")));
  }
}

TEST(Program, NamesTheCommandThatWasMeant) {
  const ProgramResult result = RunMain({"tokenise"});
  EXPECT_EQ(result.code, kExitUsage);
  EXPECT_THAT(result.err, AllOf(HasSubstr("\"tokenise\""), HasSubstr("\"tokenize\""),
                                HasSubstr("mistral-eval --help")));
  EXPECT_EQ(result.out, "");
}

TEST(Program, ListsTheTasks) {
  const ProgramResult result = RunMain({"tasks"});
  EXPECT_EQ(result.code, kExitOk);
  for (const char* task :
       {"mmlu ", "hellaswag ", "gsm8k ", "gsm8k_cot ", "gsm8k_cot_maj8 ", "samsum "}) {
    EXPECT_THAT(result.out, HasSubstr(task));
  }
}

TEST(Program, ShowsATaskWithAWholePrompt) {
  const ProgramResult result =
      RunMain({"tasks", "mmlu", "--data", MEVAL_SOURCE_DIR "/tasks/samples", "--shots", "1"});
  EXPECT_EQ(result.code, kExitOk);
  EXPECT_THAT(result.out, AllOf(HasSubstr("mmlu (version 1)"),
                                HasSubstr("The following are multiple choice questions"),
                                HasSubstr("(gold)"), HasSubstr("Answer:")));
  const ProgramResult generation =
      RunMain({"tasks", "gsm8k", "--data", MEVAL_SOURCE_DIR "/tasks/samples"});
  EXPECT_THAT(generation.out, AllOf(HasSubstr("stops at"), HasSubstr("expected ")));
}

TEST(Program, ShowsThePromptOfAChatModel) {
  const std::vector<std::string> one = {
      "tasks",    "gsm8k_cot", "--data",         MEVAL_SOURCE_DIR "/tasks/samples", "--shots", "1",
      "--system", "Be brief.", "--chat-template"};
  const auto with = [&](const std::string& name, const std::vector<std::string>& more) {
    std::vector<std::string> arguments = one;
    arguments.push_back(name);
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunMain(arguments);
  };
  const ProgramResult shown = with("mistral-v1", {});
  EXPECT_EQ(shown.code, kExitOk) << shown.err;
  EXPECT_THAT(shown.out, AllOf(HasSubstr("<s> [INST] Be brief.\n\nQ: "), HasSubstr("A: [/INST]"),
                               HasSubstr("</s> [INST] Q: ")));
  const ProgramResult lines = with("mistral-v1", {"--prompts", "--fewshot-as-multiturn", "false"});
  EXPECT_THAT(lines.out, HasSubstr("\"prompt\":\"<s> [INST] Be brief.\\n\\nQ: "));
  EXPECT_THAT(lines.out, ::testing::Not(HasSubstr("</s>")));
  EXPECT_EQ(with("mistral-v9", {}).code, kExitUsage);
}

TEST(Program, ASlipOfTheGuardrailsNameIsNoSystemText) {
  const ProgramResult result = RunMain({"tasks", "mmlu", "--system", "mistral-gardrail"});
  EXPECT_EQ(result.code, kExitUsage);
  EXPECT_THAT(result.err, HasSubstr("the name mistral-guardrail, found \"mistral-gardrail\""));
}

TEST(Program, LooksAtTheDataOfTheTasksItIsAskedFor) {
  const ProgramResult one = RunMain({"data", "gsm8k", "--data", MEVAL_SOURCE_DIR "/tasks/samples"});
  EXPECT_EQ(one.code, kExitOk) << one.err;
  EXPECT_THAT(one.out, AllOf(HasSubstr("gsm8k: "), ::testing::Not(HasSubstr("mmlu: "))));
  const ProgramResult verified =
      RunMain({"data", "verify", "gsm8k", "--data", MEVAL_SOURCE_DIR "/tasks/samples"});
  EXPECT_THAT(verified.out, HasSubstr("0 sets looked at, 0 differ; 1 are not here: gsm8k"));
  EXPECT_EQ(RunMain({"data", "gsmk8"}).code, kExitUsage);
  EXPECT_THAT(RunMain({"data", "--data", "/nowhere"}).err,
              HasSubstr("--data: expected a directory"));
  const TempDirectory alone;
  fs::create_directory(alone / "gsm8k");
  alone.Write("gsm8k/test.jsonl", "{\"question\": \"a\", \"answer\": \"b #### 1\"}\n");
  EXPECT_THAT(RunMain({"data", "verify", "gsm8k", "--data", alone.path()}).out,
              HasSubstr("without the exemplars that shots need: gsm8k"));
}

TEST(Program, SaysWhereDataIsAndWhereToGetIt) {
  const TempDirectory directory;
  const ProgramResult shipped = RunMain({"data", "--data", MEVAL_SOURCE_DIR "/tasks/samples"});
  EXPECT_EQ(shipped.code, kExitOk);
  EXPECT_THAT(shipped.out, AllOf(HasSubstr("shipped samples"), HasSubstr("data digest")));
  const ProgramResult none = RunMain({"data", "--data", directory.path()});
  EXPECT_EQ(none.code, kExitOk);
  EXPECT_THAT(none.out, AllOf(HasSubstr("missing: "), HasSubstr("get it: https://")));
  fs::create_directory(directory / "gsm8k");
  directory.Write("gsm8k/test.jsonl", "{\"question\": \"a\"}\n");
  const ProgramResult broken =
      RunMain({"data", "--data", directory.path(), "--allow-count-mismatch"});
  EXPECT_EQ(broken.code, kExitOk);
  EXPECT_THAT(broken.out, HasSubstr("cannot be used: "));
}

TEST(Program, VerifiesDataAgainstItsDefinitions) {
  const TempDirectory directory;
  const auto verify = [&] {
    return RunMain(
        {"data", "verify", "--data", directory.path(), "--include-path", directory.path()});
  };
  const std::string task = R"({"task": "mine", "title": "t", "request": "generation",
    "data": {"test": {"files": ["mine.jsonl"], "records": 2, "sha256": ["DIGEST"]}},
    "question": "{q}", "references": ["{q}"], "generation": {"until": []},
    "scores": ["exact_match"]})";
  const std::string records = "{\"q\": \"a\"}\n{\"q\": \"b\"}\n";
  directory.Write("mine.json", std::string(task).replace(task.find("DIGEST"), 6, Sha256(records)));
  directory.Write("mine.jsonl", records);
  const ProgramResult fine = verify();
  EXPECT_EQ(fine.code, kExitOk) << fine.err;
  EXPECT_THAT(fine.out, HasSubstr("2 records, as many as expected, the known bytes"));
  EXPECT_THAT(fine.out, HasSubstr("1 sets looked at, 0 differ"));
  EXPECT_THAT(fine.out, ContainsRegex("are not here: .*hellaswag"));
  directory.Write("mine.jsonl", "{\"q\": \"c\"}\n");
  const ProgramResult other = verify();
  EXPECT_EQ(other.code, 3);
  EXPECT_THAT(other.out, HasSubstr("DIFFERS: expected 2 records, found 1; other bytes than"));
  directory.Write("mine.jsonl", "{\n");
  EXPECT_THAT(verify().out, HasSubstr("DIFFERS: "));
  EXPECT_EQ(RunMain({"data", "check"}).code, 2);
}

TEST(Program, ImportsATaskOfLmEvaluationHarness) {
  const std::string folder = MEVAL_SOURCE_DIR "/tests/fixtures/lm_eval/";
  const ProgramResult done = RunMain({"tasks", "--import-lm-eval", folder + "sums.yaml"});
  EXPECT_EQ(done.code, kExitOk) << done.err;
  EXPECT_THAT(done.out, HasSubstr("\"task\": \"sums_yaml\""));
  const ProgramResult refused = RunMain({"tasks", "--import-lm-eval", folder + "coded.yaml"});
  EXPECT_EQ(refused.code, 3);
  EXPECT_EQ(refused.out, "");
  EXPECT_THAT(refused.err, HasSubstr("coded.yaml:5: process_docs"));
}

TEST(Program, DescribesAModel) {
  const ProgramResult result = RunMain({"model", "tiny", "--kv-memory", "32M", "--digests"});
  EXPECT_EQ(result.code, kExitOk);
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("tiny  (shipped: for demonstration)"), HasSubstr("hidden_size = "),
                    HasSubstr("KV cache"), HasSubstr("bf16 weights"), HasSubstr("model digest"),
                    HasSubstr("tokenizer digest")));
}

TEST(Program, DescribesRandomWeights) {
  const ProgramResult result = RunMain({"model", "random:tiny", "--kv-memory", "32M"});
  EXPECT_EQ(result.code, kExitOk);
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("random:tiny,seed=1234  (random weights: for speed"),
                    HasSubstr("hidden_size = 64"), HasSubstr("parameters             262,464")));
}

TEST(Tokenize, GoesThereAndBack) {
  const std::string text = "Answer: A café, 12 日本 \xf0\x9f\x99\x82";
  const ProgramResult encoded = RunMain({"tokenize", text});
  EXPECT_EQ(encoded.code, kExitOk);
  const std::string ids = encoded.out.substr(0, encoded.out.find('\n'));
  const ProgramResult decoded = RunMain({"tokenize", "--decode", ids});
  EXPECT_EQ(decoded.out, text + "\n");
  const ProgramResult with_bos = RunMain({"tokenize", "--bos", text});
  EXPECT_TRUE(with_bos.out.starts_with("1," + ids + "\n"));
  EXPECT_THAT(with_bos.out, HasSubstr("<s>"));
}

TEST(Tokenize, ReadsLinesFromStdin) {
  const ProgramResult result = RunMain({"tokenize"}, "one\ntwo three\n");
  EXPECT_EQ(result.code, kExitOk);
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 4);
  EXPECT_TRUE(result.out.starts_with(RunMain({"tokenize", "one"}).out));
}

TEST(Tokenize, RefusesIdsThatAreNone) {
  const ProgramResult word = RunMain({"tokenize", "--decode", "1,x"});
  EXPECT_EQ(word.code, kExitUsage);
  EXPECT_THAT(word.err, AllOf(HasSubstr("--decode"), HasSubstr("\"x\"")));
  const ProgramResult large = RunMain({"tokenize", "--decode", "99999"});
  EXPECT_EQ(large.code, kExitModel);
  EXPECT_THAT(large.err, AllOf(HasSubstr("0 to 1279"), HasSubstr("99999")));
}

// Runs in a directory of their own: nothing but --out and runs/ may appear in it.
struct RunTest : ::testing::Test {
  ProgramResult Run(std::vector<std::string> arguments) const {
    return RunMain(SmallRun(std::move(arguments)));
  }
  Json Results(const std::string& run) const {
    return Json::parse(ReadWholeFile(directory / (run + "/results.json")));
  }
  TempDirectory directory;
  WorkingDirectory here{directory.path()};
};

TEST_F(RunTest, WritesARunDirectoryAndPrintsTheTable) {
  const ProgramResult result = Run({"--task", "mmlu,samsum", "--limit", "4", "--out", "run"});
  EXPECT_EQ(result.code, kExitOk) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("mmlu"), HasSubstr("acc"), HasSubstr("rougeL"),
                                HasSubstr("95 % interval"), HasSubstr("demonstration"),
                                HasSubstr("4 of 280 documents")));
  for (const char* file :
       {"run.json", "results.json", "journal.jsonl", "samples_mmlu.jsonl", "samples_samsum.jsonl",
        "prompts_mmlu.jsonl", "report.md", "report.html"}) {
    EXPECT_TRUE(fs::exists(directory / (std::string("run/") + file))) << file;
  }
  const Json results = Results("run");
  EXPECT_EQ(results.at("schema_version"), 1);
  EXPECT_EQ(results.at("tasks").size(), 2U);
  EXPECT_EQ(results.at("tasks")[0].at("num_documents"), 4);
  EXPECT_EQ(results.at("tasks")[0].at("num_documents_total"), 280);
  EXPECT_EQ(results.at("tasks")[0].at("is_demonstration"), true);
}

TEST_F(RunTest, NamesTheRunDirectoryAfterTimeModelAndTasks) {
  const ProgramResult result = Run({"run", "--task", "mmlu", "--limit", "1", "--model", "tiny"});
  EXPECT_EQ(result.code, kExitOk) << result.err;
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory / "runs")) {
    names.push_back(entry.path().filename());
  }
  ASSERT_EQ(names.size(), 1U);
  EXPECT_TRUE(names[0].ends_with("Z-tiny-mmlu")) << names[0];
}

TEST_F(RunTest, PrintsOtherFormats) {
  const ProgramResult json =
      Run({"--task", "mmlu", "--limit", "2", "--out", "a", "--format", "json"});
  EXPECT_EQ(Json::parse(json.out), Results("a"));
  const ProgramResult csv =
      Run({"--task", "mmlu", "--limit", "2", "--out", "b", "--format", "csv"});
  EXPECT_TRUE(csv.out.starts_with("task,version,shots,"));
  const ProgramResult markdown =
      Run({"--task", "mmlu", "--limit", "2", "--out", "c", "--format", "markdown"});
  EXPECT_EQ(markdown.out, ReadWholeFile(directory / "c/report.md"));
}

TEST_F(RunTest, PrintsEverySubjectWhenAsked) {
  const ProgramResult few = Run({"--task", "mmlu", "--out", "a"});
  const ProgramResult all = Run({"--task", "mmlu", "--out", "b", "--all-groups"});
  EXPECT_THAT(few.out, Not(HasSubstr("high_school_biology")));
  EXPECT_THAT(all.out, HasSubstr("high_school_biology"));
}

TEST_F(RunTest, ARunThatIsDoneIsContinuedWithoutTheModel) {
  const std::vector<std::string> command = {"--task", "mmlu", "--limit", "3", "--out", "run"};
  EXPECT_EQ(Run(command).code, kExitOk);
  const std::string samples = ReadWholeFile(directory / "run/samples_mmlu.jsonl");
  EXPECT_EQ(Run(command).code, kExitOk);
  EXPECT_EQ(ReadWholeFile(directory / "run/samples_mmlu.jsonl"), samples);
  const Json timing = Results("run").at("timing").at("tasks").at(0);
  EXPECT_EQ(timing.at("requests_from_journal"), 12);
  EXPECT_EQ(timing.at("tokens_fed"), 0);
}

TEST_F(RunTest, SetsTheGroupsOfThePaperBesideItsTable) {
  const ProgramResult result = Run({"--task", "mistral_paper", "--limit", "1", "--max-new-tokens",
                                    "2", "--samples", "1", "--out", "run"});
  ASSERT_EQ(result.code, kExitOk) << result.err;
  for (const std::string& text : {result.out, ReadWholeFile(directory / "run/report.md"),
                                  ReadWholeFile(directory / "run/report.html")}) {
    EXPECT_THAT(text, AllOf(HasSubstr("Table 2 of the Mistral 7B paper"), HasSubstr("HumanEval"),
                            HasSubstr("60.1"), HasSubstr("macro mean")));
  }
  const Json groups = Results("run").at("groups");
  std::vector<std::string> names;
  for (const Json& group : groups) names.push_back(group.at("group"));
  EXPECT_THAT(names, ::testing::ElementsAre("commonsense", "world_knowledge", "reading",
                                            "math_group", "code", "aggregated", "mistral_paper"));
  for (const Json& group : groups) {
    // Programs are not run unless that is allowed.
    const bool has_mean = group.at("group") != "mistral_paper" && group.at("group") != "code";
    EXPECT_EQ(group.at("metrics").size(), has_mean ? 2U : 0U) << group.at("group");
  }
  const Json rows = groups.back().at("published").at("rows");
  ASSERT_EQ(rows.size(), 12U);
  for (const Json& row : rows) {
    // Sample records compare with nothing.
    EXPECT_NE(row.at("note"), "") << row;
    const bool is_code = row.at("task") == "humaneval" || row.at("task") == "mbpp_sanitized";
    EXPECT_EQ(row.at("value").is_null(), is_code) << row;
  }
}

TEST_F(RunTest, FailUnderDecidesTheExitCode) {
  const ProgramResult below =
      Run({"--task", "mmlu", "--limit", "4", "--out", "a", "--fail-under", "mmlu:acc=1"});
  EXPECT_EQ(below.code, kExitRegression);
  EXPECT_THAT(below.err, AllOf(HasSubstr("mmlu acc is "), HasSubstr("under the limit of 100.00%")));
  EXPECT_THAT(below.out, HasSubstr("acc"));  // the report is there all the same
  const ProgramResult above =
      Run({"--task", "mmlu", "--limit", "4", "--out", "a", "--fail-under", "mmlu:acc=0"});
  EXPECT_EQ(above.code, kExitOk);
  EXPECT_EQ(above.err, "");
}

TEST_F(RunTest, FailUnderChecksItsNames) {
  const ProgramResult task =
      Run({"--task", "mmlu", "--limit", "1", "--fail-under", "gsm8k:acc=0.5"});
  EXPECT_EQ(task.code, kExitUsage);
  EXPECT_THAT(task.err, HasSubstr("\"gsm8k\" is not a task of this run"));
  EXPECT_FALSE(fs::exists("runs"));  // before anything was run
  const ProgramResult metric =
      Run({"--task", "mmlu", "--limit", "1", "--fail-under", "mmlu:accuracy=0.5"});
  EXPECT_EQ(metric.code, kExitUsage);
  EXPECT_THAT(metric.err, AllOf(HasSubstr("expected one of acc"), HasSubstr("\"accuracy\"")));
}

TEST_F(RunTest, ReadsTheFolderDataBesideTheUser) {
  const Environment unset("MISTRAL_EVAL_DATA", nullptr);
  fs::create_directories("data/gsm8k");
  directory.Write("data/gsm8k/test.jsonl",
                  "{\"question\": \"1 + 1?\", \"answer\": \"Two.\\n#### 2\"}\n");
  const ProgramResult result =
      RunMain({"--task", "gsm8k", "--shots", "0", "--out", "run", "--allow-count-mismatch",
               "--kv-memory", "32M", "--max-new-tokens", "4", "--quiet"});
  EXPECT_EQ(result.code, kExitOk) << result.err;
  EXPECT_EQ(Results("run").at("tasks")[0].at("is_demonstration"), false);
  EXPECT_EQ(Results("run").at("tasks")[0].at("num_documents_total"), 1);
}

TEST_F(RunTest, EvaluatesATaskFileOfTheUsersOwn) {
  directory.Write("mine.jsonl",
                  "{\"q\": \"Is water wet?\", \"yes\": \"Yes\", \"no\": \"No\", \"right\": 0}\n");
  directory.Write("mine.json", R"({
    "task": "mine", "title": "Mine", "request": "loglikelihood",
    "data": { "test": { "files": ["mine.jsonl"] } },
    "question": "{q}", "choices": ["{yes}", "{no}"], "gold": { "index": "{right}" },
    "scores": ["acc"]
  })");
  const ProgramResult result = RunMain(
      {"--task", "mine.json", "--data", ".", "--out", "run", "--kv-memory", "32M", "--quiet"});
  EXPECT_EQ(result.code, kExitOk) << result.err;
  EXPECT_EQ(Results("run").at("tasks")[0].at("num_requests"), 2);
}

TEST_F(RunTest, QuietLeavesStderrEmpty) {
  const ProgramResult quiet = Run({"--task", "mmlu", "--limit", "1"});
  EXPECT_EQ(quiet.err, "");
  const ProgramResult talking = RunMain({"--task", "mmlu", "--limit", "1", "--data",
                                         MEVAL_SOURCE_DIR "/tasks/samples", "--kv-memory", "32M"});
  EXPECT_THAT(talking.err, AllOf(HasSubstr("KV cache"), HasSubstr("mmlu 1/1 (100%)"),
                                 HasSubstr("run directory: ")));
}

}  // namespace
}  // namespace meval
