#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

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
using testing::TempDirectory;
using Json = nlohmann::ordered_json;

ProgramResult Score(const std::string& input, std::vector<std::string> flags = {}) {
  flags.insert(flags.begin(), {"loglikelihood", "--kv-memory", "32M", "--threads", "1", "--quiet"});
  return RunMain(flags, input);
}

ProgramResult Generate(const std::string& input, std::vector<std::string> flags = {}) {
  flags.insert(flags.begin(), {"generate", "--kv-memory", "32M", "--threads", "1", "--quiet",
                               "--max-new-tokens", "8"});
  return RunMain(flags, input);
}

std::vector<Json> Lines(const std::string& text) {
  std::vector<Json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(Json::parse(line));
  return lines;
}

void ExpectDataError(const ProgramResult& result, const std::vector<std::string>& parts) {
  EXPECT_EQ(result.code, kExitData) << result.err;
  for (const std::string& part : parts) EXPECT_THAT(result.err, HasSubstr(part));
  EXPECT_EQ(result.out, "");
}

// Of different lengths, so that they finish in another order.
std::string Questions(const std::string& prompt_field, const std::string& more) {
  std::string text;
  for (int i = 0; i < 12; ++i) {
    Json line = {{"id", i},
                 {prompt_field, std::string(static_cast<std::size_t>(97 * i % 50), 'a')}};
    if (!more.empty()) line[more] = " b" + std::to_string(i);
    line["note"] = {{"kept", i * 0.5}};
    text += line.dump() + "\n";
  }
  return text;
}

TEST(LoglikelihoodCommand, KeepsOrderAndOtherFields) {
  const std::string input = Questions("context", "continuation");
  const ProgramResult result = Score(input, {"--batch-tokens", "16"});
  ASSERT_EQ(result.code, kExitOk) << result.err;
  const std::vector<Json> asked = Lines(input);
  const std::vector<Json> lines = Lines(result.out);
  ASSERT_EQ(lines.size(), asked.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (const auto& [key, value] : asked[i].items()) EXPECT_EQ(lines[i].at(key), value);
    const std::vector<double> each = lines[i].at("token_logprobs");
    EXPECT_EQ(each.size(), lines[i].at("num_tokens"));
    EXPECT_EQ(lines[i].at("token_ids").size(), each.size());
    EXPECT_EQ(lines[i].at("logprob"), std::accumulate(each.begin(), each.end(), 0.0));
    EXPECT_LT(lines[i].at("logprob"), 0);
    EXPECT_TRUE(lines[i].at("is_greedy").is_boolean());
  }
  EXPECT_EQ(result.err, "");
}

TEST(LoglikelihoodCommand, AChainOfContinuationsAddsUp) {
  const std::vector<Json> lines =
      Lines(Score(R"({"context": "Q: one two", "continuation": " three four"}
{"context": "Q: one two", "continuation": " three"}
{"context": "Q: one two three", "continuation": " four"}
)")
                .out);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_NEAR(lines[0].at("logprob").get<double>(),
              lines[1].at("logprob").get<double>() + lines[2].at("logprob").get<double>(), 1e-12);
}

TEST(LoglikelihoodCommand, TheSameBitsWhateverTheBatch) {
  const std::string input = Questions("context", "continuation");
  const std::string expected = Score(input).out;
  for (const char* tokens : {"7", "64", "512"}) {
    EXPECT_EQ(Score(input, {"--batch-tokens", tokens}).out, expected) << tokens;
  }
}

TEST(LoglikelihoodCommand, ReadsCrlfAndSkipsEmptyLines) {
  const ProgramResult result = Score("\r\n{\"context\": \"\", \"continuation\": \"a\"}\r\n\r\n\n");
  EXPECT_EQ(result.code, kExitOk) << result.err;
  EXPECT_EQ(Lines(result.out).size(), 1U);
  EXPECT_EQ(Score("").code, kExitOk);
}

TEST(LoglikelihoodCommand, ErrorsNameLineAndField) {
  const std::string good = "{\"context\": \"a\", \"continuation\": \"b\"}\n";
  ExpectDataError(Score(good + R"({"context": "a"})"),
                  {"stdin:2: field \"continuation\"", "expected a string", "no such field"});
  ExpectDataError(Score(good + good + R"({"context": 3, "continuation": "b"})"),
                  {"stdin:3: field \"context\"", "expected a string, found 3"});
  ExpectDataError(Score(R"({"context": "a", "continuation": ""})"),
                  {"stdin:1: field \"continuation\"", "expected some text", "an empty string"});
  ExpectDataError(Score(good + "[1]"), {"stdin:2: expected a JSON object, found array"});
  ExpectDataError(Score(good + "{\"context\""), {"stdin:2: expected a JSON object", "byte"});
  ExpectDataError(Score("{\"context\": \"\xff\", \"continuation\": \"b\"}"),
                  {"stdin:1: expected UTF-8", "byte 13"});
  ExpectDataError(
      Score("\n" + Json({{"context", std::string(500, 'a')}, {"continuation", "b"}}).dump(),
            {"--max-length", "100"}),
      {"stdin:2: expected context and continuation within 101 tokens, found"});
}

TEST(LoglikelihoodCommand, ReadsAndWritesFiles) {
  const TempDirectory directory;
  const std::string input = Questions("context", "continuation");
  directory.Write("in.jsonl", input);
  const ProgramResult result =
      Score("", {"--in", directory / "in.jsonl", "--out", directory / "out.jsonl"});
  EXPECT_EQ(result.code, kExitOk);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(ReadWholeFile(directory / "out.jsonl"), Score(input).out);
  directory.Write("bad.jsonl", "{}\n");
  ExpectDataError(Score("", {"--in", directory / "bad.jsonl"}), {"bad.jsonl:1: field "});
  ExpectDataError(Score("", {"--in", directory / "absent.jsonl"}),
                  {"absent.jsonl: cannot be read", "expected a JSONL file"});
  const ProgramResult unwritable = Score(input, {"--out", directory / "no/such/dir"});
  EXPECT_EQ(unwritable.code, kExitUsage);
  EXPECT_THAT(unwritable.err, HasSubstr("cannot be written"));
}

TEST(GenerateCommand, KeepsOrderAndOtherFields) {
  const std::string input = Questions("prompt", "");
  const ProgramResult result = Generate(input, {"--batch-tokens", "16"});
  ASSERT_EQ(result.code, kExitOk) << result.err;
  const std::vector<Json> asked = Lines(input);
  const std::vector<Json> lines = Lines(result.out);
  ASSERT_EQ(lines.size(), asked.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (const auto& [key, value] : asked[i].items()) EXPECT_EQ(lines[i].at(key), value);
    ASSERT_EQ(lines[i].at("completions").size(), 1U);
    const Json& completion = lines[i].at("completions")[0];
    EXPECT_LE(completion.at("num_tokens"), 8);
    EXPECT_TRUE(completion.at("text").is_string());
    EXPECT_TRUE(completion.at("finish_reason") == "length" ||
                completion.at("finish_reason") == "eos");
  }
}

TEST(GenerateCommand, ALineMayHaveSettingsOfItsOwn) {
  const std::vector<Json> lines = Lines(Generate(R"({"prompt": "a", "max_tokens": 3}
{"prompt": "a", "temperature": 1.5, "n": 4, "top_k": 50, "top_p": 0.9, "seed": 3}
{"prompt": "a", "temperature": 1.5, "n": 2, "top_k": 50, "top_p": 0.9, "seed": 3}
{"prompt": "a", "temperature": null, "stop": null}
)")
                                            .out);
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0].at("completions")[0].at("num_tokens"), 3);
  ASSERT_EQ(lines[1].at("completions").size(), 4U);
  // A sample's stream depends on seed, prompt and its number, not on how many there are.
  EXPECT_EQ(lines[1].at("completions")[0], lines[2].at("completions")[0]);
  EXPECT_EQ(lines[1].at("completions")[1], lines[2].at("completions")[1]);
  EXPECT_NE(lines[1].at("completions")[0], lines[1].at("completions")[1]);
  EXPECT_EQ(lines[3].at("completions")[0].at("num_tokens"), 8);
}

TEST(GenerateCommand, StopStringsEndAndAreCutOff) {
  const std::string text =
      Lines(Generate("{\"prompt\": \"a\"}\n").out)[0].at("completions")[0].at("text");
  // Two ASCII characters somewhere behind the first ones: a stop string inside the completion.
  std::size_t at = 3;
  while (at + 1 < text.size() && (text[at] < ' ' || text[at + 1] < ' ')) ++at;
  ASSERT_LT(at + 1, text.size()) << text;
  const std::string stop = text.substr(at, 2);
  const std::vector<Json> lines =
      Lines(Generate(Json({{"prompt", "a"}, {"stop", stop}}).dump() + "\n" +
                     Json({{"prompt", "a"}, {"stop", {"never this", stop}}}).dump())
                .out);
  for (const Json& line : lines) {
    EXPECT_EQ(line.at("completions")[0].at("text"), text.substr(0, text.find(stop)));
    EXPECT_EQ(line.at("completions")[0].at("finish_reason"), "stop");
  }
}

TEST(GenerateCommand, ErrorsNameLineAndField) {
  const auto refused = [](const std::string& fields, const std::vector<std::string>& parts) {
    ExpectDataError(Generate("{\"prompt\": \"fine\"}\n{" + fields + "}"), parts);
  };
  refused(R"("text": "a")", {"stdin:2: field \"prompt\"", "no such field"});
  refused(R"("prompt": "a", "stop": [1])", {"stdin:2: field \"stop\"", "found [1]"});
  refused(R"("prompt": "a", "stop": "")", {"stdin:2: field \"stop\"", "non-empty"});
  refused(R"("prompt": "a", "max_tokens": -1)",
          {"stdin:2: field \"max_tokens\"", ">= 0", "found -1"});
  refused(R"("prompt": "a", "max_tokens": 2.5)", {"\"max_tokens\"", "whole number", "found 2.5"});
  refused(R"("prompt": "a", "max_tokens": 9223372036854775807)", {"stdin:2", "2048"});
  refused(R"("prompt": "a", "max_tokens": 18446744073709551615)", {"stdin:2", "\"max_tokens\""});
  refused(R"("prompt": "a", "n": -1)", {"stdin:2: field \"n\"", "found -1"});
  refused(R"("prompt": "a", "n": 9223372036854775807)", {"stdin:2: field \"n\"", "expected"});
  refused(R"("prompt": "a", "temperature": "hot")", {"\"temperature\"", "a number", "\"hot\""});
  refused(R"("prompt": "a", "temperature": -1)", {"stdin:2: field \"temperature\"", "found -1"});
  refused(R"("prompt": "a", "top_p": 0)", {"stdin:2: field \"top_p\"", "(0, 1]", "found 0"});
  refused(R"("prompt": "a", "top_k": -1)", {"stdin:2: field \"top_k\"", "found -1"});
  refused(R"("prompt": "a", "seed": -1)", {"stdin:2: field \"seed\"", "found -1"});
}

TEST(GenerateCommand, FlagsOutOfRangeAreUsage) {
  for (const std::vector<std::string>& flags : {std::vector<std::string>{"--temperature", "nan"},
                                                {"--temperature", "-1"},
                                                {"--top-p", "0"},
                                                {"--top-p", "nan"},
                                                {"--top-k", "-1"},
                                                {"--samples", "0"},
                                                {"--samples", "9223372036854775807"},
                                                {"--seed", "-1"},
                                                {"--max-new-tokens", "0"}}) {
    const ProgramResult result = Generate("{\"prompt\": \"a\"}\n", flags);
    EXPECT_EQ(result.code, kExitUsage) << flags[0] << ' ' << flags[1] << ": " << result.err;
    EXPECT_THAT(result.err, HasSubstr(flags[0]));
  }
}

}  // namespace
}  // namespace meval
