#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "evals/flags.h"
#include "evals/program.h"
#include "tests/evals/run_program.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::ProgramResult;
using testing::ReadWholeFile;
using testing::RunMain;
using ::testing::StartsWith;
using testing::TempDirectory;
using Json = nlohmann::json;

class PerplexityCommand : public ::testing::Test {
 protected:
  ProgramResult Run(const std::string& file, std::vector<std::string> flags = {}) const {
    flags.insert(flags.begin(), {"perplexity", "--file", (directory_ / file).string(),
                                 "--kv-memory", "32M", "--threads", "1", "--quiet"});
    return RunMain(flags);
  }
  // The only task of a run's results.json on stdout.
  Json Task(const std::string& file, std::vector<std::string> flags = {}) const {
    flags.insert(flags.end(), {"--format", "json"});
    const ProgramResult result = Run(file, flags);
    EXPECT_EQ(result.code, kExitOk) << result.err;
    return result.code == kExitOk ? Json::parse(result.out).at("tasks").at(0) : Json();
  }
  static double Value(const Json& task, const std::string& name) {
    for (const Json& metric : task.at("metrics")) {
      if (metric.at("name") == name) return metric.at("value").get<double>();
    }
    ADD_FAILURE() << "no metric " << name;
    return std::nan("");
  }
  void ExpectError(const ProgramResult& result, int code, const std::string& part) const {
    EXPECT_EQ(result.code, code) << result.err;
    EXPECT_THAT(result.err, HasSubstr(part));
    EXPECT_EQ(result.out, "");
  }

  TempDirectory directory_;
  const std::string text_ =
      "The keeper wrote down the weather three times a day.\n\n"
      "Nobody asked him why, and he would not have known what to say; it was what keepers do.\n";
};

TEST_F(PerplexityCommand, PrintsATableOfATextFile) {
  directory_.Write("notes.md", text_);
  const ProgramResult result = Run("notes.md");
  EXPECT_EQ(result.code, kExitOk) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("word_perplexity (ppl)"), HasSubstr("bits_per_byte"),
                                HasSubstr("token_perplexity"), HasSubstr("29 words, 141 bytes"),
                                HasSubstr("scored in 1 window.")));
}

TEST_F(PerplexityCommand, CountsWordsBytesAndTokensOnce) {
  directory_.Write("notes.txt", text_);
  const Json task = Task("notes.txt");
  EXPECT_EQ(Value(task, "words"), 29);  // 28 and the empty piece behind the last line end
  EXPECT_EQ(Value(task, "bytes"), static_cast<double>(text_.size()));
  EXPECT_EQ(Value(task, "tokens"), Value(task, "scored_tokens"));
  EXPECT_NEAR(std::log(Value(task, "word_perplexity")) * 29,
              std::log(Value(task, "token_perplexity")) * Value(task, "tokens"), 1e-6);
  EXPECT_EQ(task.at("request"), "rolling");
  EXPECT_EQ(task.at("settings").at("protocol"), "rolling");
}

TEST_F(PerplexityCommand, GivesOneNumberForOneTextInEveryForm) {
  directory_.Write("a.txt", text_);
  directory_.Write("a.jsonl", Json({{"body", {{"text", text_}}}}).dump() + "\n");
  directory_.Write("a.json", Json::array({{{"text", text_}}}).dump());
  const double expected = Value(Task("a.txt"), "word_perplexity");
  EXPECT_EQ(Value(Task("a.jsonl", {"--field", "body.text"}), "word_perplexity"), expected);
  EXPECT_EQ(Value(Task("a.json"), "word_perplexity"), expected);
}

TEST_F(PerplexityCommand, ScoresShortWindowsOfLongTexts) {
  directory_.Write("a.txt", text_);
  const Json whole = Task("a.txt");
  const Json cut = Task("a.txt", {"--length", "16"});
  EXPECT_EQ(Value(cut, "scored_tokens"), Value(whole, "tokens"));
  EXPECT_EQ(cut.at("num_requests").get<double>(), std::ceil(Value(whole, "tokens") / 16));
  EXPECT_EQ(cut.at("settings").at("length"), "16");
}

TEST_F(PerplexityCommand, CutsChunksAcrossTheRecordsOfAFile) {
  std::string records;
  std::string joined;
  for (const char* line : {"The first line of some.", "Then a second one, longer.", "A third."}) {
    records += Json({{"text", line}}).dump() + "\n";
    joined += (joined.empty() ? "" : "\n\n") + std::string(line);
  }
  directory_.Write("rows.jsonl", records);
  directory_.Write("rows.txt", joined);
  for (const char* protocol : {"stride", "llamacpp"}) {
    const std::vector<std::string> flags = {"--protocol", protocol, "--length", "8"};
    const Json task = Task("rows.jsonl", flags);
    const Json whole = Task("rows.txt", flags);
    EXPECT_EQ(Value(task, "perplexity"), Value(whole, "perplexity")) << protocol;
    EXPECT_EQ(task.at("num_requests"), whole.at("num_requests"));
    EXPECT_LT(Value(task, "scored_tokens"), Value(task, "tokens"));
    EXPECT_EQ(Value(task, "words"), Value(whole, "words"));
  }
}

TEST_F(PerplexityCommand, GivesTheSameBitsWhateverTheBatch) {
  directory_.Write("a.txt", text_ + text_);
  const std::vector<std::vector<std::string>> protocols = {
      {"--length", "24"},
      {"--length", "24", "--protocol", "stride"},
      {"--length", "24", "--protocol", "llamacpp"}};
  for (const std::vector<std::string>& protocol : protocols) {
    const Json expected = Task("a.txt", protocol).at("metrics");
    for (const char* batch : {"5", "64", "1024"}) {
      std::vector<std::string> flags = protocol;
      flags.insert(flags.end(), {"--batch-tokens", batch});
      EXPECT_EQ(Task("a.txt", flags).at("metrics"), expected) << batch;
    }
  }
}

TEST_F(PerplexityCommand, KeepsFinishedWindowsWhereItIsTold) {
  directory_.Write("a.txt", text_);
  const std::string out = directory_ / "run";
  const Json first = Task("a.txt", {"--length", "16", "--out", out});
  const Json second = Task("a.txt", {"--length", "16", "--out", out});
  EXPECT_EQ(first, second);
  const Json results = Json::parse(ReadWholeFile(directory_ / "run/results.json"));
  EXPECT_EQ(results.at("timing").at("tasks").at(0).at("requests_from_journal"),
            first.at("num_requests"));
  EXPECT_THAT(ReadWholeFile(directory_ / "run/samples_perplexity.jsonl"), HasSubstr("\"rolling\""));
  // Another length is another run.
  ExpectError(Run("a.txt", {"--length", "17", "--out", out}), kExitUsage, "tasks[0]");
}

TEST_F(PerplexityCommand, SaysWhatIsWrongWithAFile) {
  directory_.Write("empty.txt", "");
  directory_.Write("latin1.txt", "caf\xE9\n");
  directory_.Write("rows.jsonl", "{\"txt\": \"a\"}\n");
  directory_.Write("number.jsonl", "{\"text\": 5}\n");
  directory_.Write("short.txt", "a few words");
  directory_.Write("nothing.jsonl", "{\"text\": \"\"}\n");
  ExpectError(Run("absent.txt"), kExitUsage, "absent.txt: there is no such file");
  ExpectError(Run(""), kExitUsage, "expected a file, found a directory");
  ExpectError(Run("empty.txt"), kExitData, "empty.txt: expected some text, found an empty file");
  ExpectError(Run("latin1.txt"), kExitData, "latin1.txt:1: byte 4: not valid UTF-8");
  ExpectError(Run("rows.jsonl"), kExitData, "\"text\" is missing; did you mean \"txt\"?");
  ExpectError(Run("number.jsonl"), kExitData, "number.jsonl:1: ");
  ExpectError(Run("nothing.jsonl"), kExitData, "found no token");
  ExpectError(Run("short.txt", {"--protocol", "stride", "--length", "500"}), kExitData,
              "expected a text of at least 499, found");
}

TEST_F(PerplexityCommand, SaysWhatIsWrongWithAFlag) {
  directory_.Write("a.txt", text_);
  ExpectError(Run("a.txt", {"--protocol", "strided"}), kExitUsage, "--protocol");
  ExpectError(Run("a.txt", {"--format", "xml"}), kExitUsage, "--format");
  ExpectError(Run("a.txt", {"--field", "{text}"}), kExitUsage, "--field: expected a field's name");
  ExpectError(Run("a.txt", {"--length", "0"}), kExitUsage, "--length: expected 1 or more");
  ExpectError(Run("a.txt", {"--length", "2", "--protocol", "llamacpp"}), kExitUsage,
              "--length: expected 3 or more for the protocol llamacpp, found 2");
  ExpectError(Run("a.txt", {"--length", "100000000"}), kExitUsage,
              "--length: expected at most the model's length");
  EXPECT_EQ(RunMain({"perplexity"}).code, kExitUsage);
}

TEST_F(PerplexityCommand, HasAHelpThatBeginsWithAnExample) {
  const ProgramResult help = RunMain({"perplexity", "--help"});
  EXPECT_EQ(help.code, kExitOk);
  EXPECT_THAT(help.out, HasSubstr("mistral-eval perplexity --file notes.txt"));
  EXPECT_THAT(help.out,
              AllOf(HasSubstr("--protocol"), HasSubstr("--length"), HasSubstr("--model")));
  EXPECT_THAT(RunMain({"--help"}).out, HasSubstr("\n  perplexity "));
}

}  // namespace
}  // namespace meval
