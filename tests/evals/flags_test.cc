#include "evals/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

RunOptions ReadRun(const std::vector<std::string>& arguments) { return ParseRun(arguments); }

std::string ErrorOf(const std::vector<std::string>& arguments) {
  try {
    ParseRun(arguments);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ParseRun, ReadsTheReadmesLine) {
  const RunOptions run = ReadRun({"--task", "mmlu", "--shots", "5"});
  EXPECT_EQ(run.tasks, "mmlu");
  EXPECT_EQ(run.shots, 5);
  EXPECT_EQ(run.model.model, "tiny");
  EXPECT_EQ(run.seed, 1234);
  EXPECT_EQ(run.encode.truncation, TruncationPolicy::kShots);
}

TEST(ParseRun, AcceptsTheSpellingsOfLmEvaluationHarness) {
  const RunOptions run =
      ReadRun({"--tasks", "gsm8k", "--num_fewshot=5", "--output_path", "runs/x", "--log_samples",
               "--limit", "0.5", "--gen_kwargs", "temperature=0.6,top_p=0.95,max_gen_toks=99",
               "--include_path", "mine", "--system_instruction", "Be brief."});
  EXPECT_EQ(run.tasks, "gsm8k");
  EXPECT_EQ(run.shots, 5);
  EXPECT_EQ(run.out, "runs/x");
  EXPECT_EQ(run.limit, 0.5);
  EXPECT_EQ(run.temperature, 0.6);
  EXPECT_EQ(run.top_p, 0.95);
  EXPECT_EQ(run.max_new_tokens, 99);
  EXPECT_EQ(run.system, "Be brief.");
  EXPECT_THAT(run.data.include_paths, ElementsAre("mine"));
}

TEST(ParseRun, ReadsHowAChatModelIsAddressed) {
  EXPECT_EQ(ReadRun({"--task", "a"}).chat.chat_template, "auto");
  EXPECT_TRUE(ReadRun({"--task", "a"}).chat.shots_as_turns);
  // The flag alone asks for the model's own template, as in lm-evaluation-harness.
  EXPECT_EQ(ReadRun({"--task", "a", "--apply_chat_template"}).chat.chat_template, "model");
  const RunOptions run = ReadRun({"--chat-template", "mistral-v1", "--task", "a", "--system",
                                  "mistral-guardrail", "--fewshot_as_multiturn", "false"});
  EXPECT_EQ(run.chat.chat_template, "mistral-v1");
  EXPECT_FALSE(run.chat.shots_as_turns);
  EXPECT_THAT(run.system, HasSubstr("fairness and positivity"));
}

TEST(ParseRun, ReadsDataFilesByTaskAndRole) {
  const RunOptions run =
      ReadRun({"--task", "a", "--data-file", "a=x.jsonl", "--data-file", "a:exemplars=y=z.jsonl"});
  EXPECT_EQ(run.data.files.at("a").at("test"), "x.jsonl");
  EXPECT_EQ(run.data.files.at("a").at("exemplars"), "y=z.jsonl");
}

TEST(ParseRun, ReadsLimitsForTheExitCode) {
  const RunOptions run =
      ReadRun({"--task", "gsm8k", "--fail-under", "gsm8k:exact_match,strict=0.4"});
  ASSERT_EQ(run.fail_under.size(), 1u);
  EXPECT_EQ(run.fail_under[0].task, "gsm8k");
  EXPECT_EQ(run.fail_under[0].metric, "exact_match,strict");
  EXPECT_EQ(run.fail_under[0].value, 0.4);
}

TEST(ParseRun, ReadsNumbersOfTheModelAndTheSizeOfASheet) {
  const RunOptions run = ReadRun({"--task", "a", "--number", "training_samples=1e3", "--number",
                                  "learning_rate=-0.5", "--sheet", "20"});
  EXPECT_THAT(run.numbers,
              ElementsAre(Pair("learning_rate", -0.5), Pair("training_samples", 1000.0)));
  EXPECT_EQ(run.sheet, 20);
  EXPECT_EQ(ReadRun({"--task", "a"}).sheet, 0);
  EXPECT_TRUE(ReadRun({"--task", "a"}).numbers.empty());
}

TEST(ParseRun, RefusesWhatIsNoNumberAndSheetsWithoutRecords) {
  for (const char* bad :
       {"samples", "=1", "samples=", "samples=many", "samples=nan", "samples=inf", "samples=1 2"}) {
    EXPECT_THAT(ErrorOf({"--task", "a", "--number", bad}), HasSubstr("NAME=NUMBER")) << bad;
  }
  EXPECT_THAT(ErrorOf({"--task", "a", "--sheet", "0"}), HasSubstr("--sheet"));
  EXPECT_THAT(ErrorOf({"--task", "a", "--sheet", "some"}), HasSubstr("--sheet"));
}

TEST(ParseCompare, PlotsScoresOnlyWhereSomethingShowsThem) {
  const auto parse = [](std::vector<std::string> more) {
    std::vector<std::string> arguments = {"a", "b", "--against", "parameters"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return ParseCompare(arguments);
  };
  EXPECT_EQ(parse({"--html", "x.html"}).compare.against, "parameters");
  EXPECT_EQ(parse({"--format", "json"}).compare.against, "parameters");
  EXPECT_THROW(parse({}), UsageError);
}

TEST(ParseRun, SaysWhatIsWrongAndWhatIsAccepted) {
  EXPECT_THAT(ErrorOf({}), HasSubstr("--task: expected at least one task"));
  EXPECT_THAT(ErrorOf({"--task", "a", "--shotz", "5"}), HasSubstr("--shots"));
  EXPECT_THAT(ErrorOf({"--task", "a", "--shots", "-1"}), HasSubstr("--shots"));
  EXPECT_THAT(ErrorOf({"--task", "a", "--shots", "many"}), HasSubstr("--shots"));
  EXPECT_THAT(ErrorOf({"--task", "a", "--limit", "0"}), HasSubstr("--limit"));
  EXPECT_THAT(ErrorOf({"--task", "a", "--limit", "2.5"}), HasSubstr("whole number"));
  EXPECT_THAT(ErrorOf({"--task", "a", "--top-p", "1.5"}), HasSubstr("(0, 1]"));
  EXPECT_THAT(ErrorOf({"--task", "a", "--temperature", "-1"}), HasSubstr("--temperature"));
  EXPECT_THAT(ErrorOf({"--task", "a", "--truncation", "shot"}),
              HasSubstr("did you mean \"shots\""));
  EXPECT_THAT(ErrorOf({"--task", "a", "--dtype", "fp8"}), HasSubstr("auto, f32, bf16"));
  EXPECT_THAT(ErrorOf({"--task", "a", "--format", "xml"}),
              HasSubstr("console, json, markdown, csv, junit, github, benchmark, "
                        "benchmark-smaller, lm-eval, found \"xml\""));
  EXPECT_THAT(ErrorOf({"--task", "a", "--fail-under", "mmlu=1"}), HasSubstr("TASK:METRIC=NUMBER"));
  EXPECT_THAT(ErrorOf({"--task", "a", "--data-file", "x.jsonl"}), HasSubstr("TASK=FILE"));
  EXPECT_THAT(ErrorOf({"--task", "a", "--data-file", "a:train=x"}), HasSubstr("test, exemplars"));
  EXPECT_THAT(ErrorOf({"--task", "a", "--gen_kwargs", "top_q=1"}), HasSubstr("top_q"));
  EXPECT_THAT(ErrorOf({"--task", "a", "--kv-memory", "lots"}), HasSubstr("--kv-memory"));
  EXPECT_THAT(ErrorOf({"--task", "a", "--threads", "0"}), HasSubstr("--threads"));
}

TEST(ParseRun, HelpBeginsWithAnExample) {
  for (const auto& parse : std::vector<std::function<void(std::vector<std::string>)>>{
           [](auto a) { ParseRun(a); }, [](auto a) { ParseTasks(a); }, [](auto a) { ParseData(a); },
           [](auto a) { ParseLoglikelihood(a); }, [](auto a) { ParseGenerate(a); },
           [](auto a) { ParseTokenize(a); }, [](auto a) { ParseModel(a); }}) {
    try {
      parse({"--help"});
      FAIL() << "--help is no error and no result";
    } catch (const HelpRequested& help) {
      const std::string text = help.what();
      EXPECT_EQ(text.find("Example:\n"), 0u) << text;
      EXPECT_NE(text.find("mistral-eval"), std::string::npos);
    }
  }
}

TEST(ParseBytes, ReadsSizesWithUnits) {
  EXPECT_EQ(ParseBytes("--kv-memory", "1024"), 1024);
  EXPECT_EQ(ParseBytes("--kv-memory", "512M"), 512LL << 20);
  EXPECT_EQ(ParseBytes("--kv-memory", "4G"), 4LL << 30);
  EXPECT_EQ(ParseBytes("--kv-memory", "4GiB"), 4LL << 30);
  EXPECT_EQ(ParseBytes("--kv-memory", "1.5g"), 3LL << 29);
  for (const char* bad : {"", "G", "4X", "-1", "0", "1e30G"})
    EXPECT_THROW(ParseBytes("--kv-memory", bad), UsageError) << bad;
}

TEST(ParseTokenize, ReadsIds) {
  const TokenizeOptions options =
      ParseTokenize(std::vector<std::string>{"--decode", "1, 22557,1526"});
  EXPECT_THAT(options.ids, ElementsAre(1, 22557, 1526));
  EXPECT_THROW(ParseTokenize(std::vector<std::string>{"--decode", "1,x"}), UsageError);
}

}  // namespace
}  // namespace meval
