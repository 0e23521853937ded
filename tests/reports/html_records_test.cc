#include "reports/html_records.h"

#include <cmath>
#include <limits>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/reports/example_report.h"

namespace meval {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

std::vector<SampleResult> ChoiceSamples() { return {testing::ExampleSamples().front()}; }

PromptParts Parts() {
  return {.descriptions = {{"anatomy", "About anatomy.\n\n"}},
          .exemplars = {{"anatomy_dev:1", "First.\n\n"}, {"anatomy_dev:2", "Second.\n\n"}}};
}

TaskResult Task() { return testing::ExampleReport().tasks.front(); }

TEST(HtmlRecords, HoldWhatTheSamplesHold) {
  const Json json = Json::parse(RecordsJson(Task(), ChoiceSamples(), Parts()));
  EXPECT_EQ(json["headline"], "acc");
  EXPECT_EQ(json["groups"], Json({"anatomy"}));
  const Json& record = json["records"][0];
  EXPECT_EQ(record["id"], "anatomy_test:1");
  EXPECT_EQ(record["gold"], Json({0}));
  EXPECT_EQ(record["score"], 1);
  EXPECT_EQ(json["texts"][record["choices"][1][0].get<int>()], " B");
  EXPECT_EQ(json["texts"][record["choices"][0][0].get<int>()], "the femur \u2026  A")
      << "a blank that is filled tells choices apart";
  EXPECT_EQ(record["choices"][1][1], -1.25);
  EXPECT_FALSE(record.contains("flags"));
  EXPECT_EQ(json["chat"], false);
  TaskResult chat = Task();
  chat.settings["chat_template"] = "sha256:abc";
  EXPECT_EQ(Json::parse(RecordsJson(chat, ChoiceSamples(), Parts()))["chat"], true);
}

// The prompt is made again from shared parts, as the page's script does it.
TEST(HtmlRecords, ShareTheTextInFrontOfQuestions) {
  std::vector<SampleResult> samples = ChoiceSamples();
  samples.push_back(samples.front());
  samples.back().index = 1;
  const Json json = Json::parse(RecordsJson(Task(), samples, Parts()));
  ASSERT_EQ(json["prefixes"].size(), 1U);
  EXPECT_EQ(json["records"][0]["prefix"], json["records"][1]["prefix"]);
  std::string text = json["prefixes"][0][0];
  for (const Json& place : json["prefixes"][0][1]) text += json["exemplars"][place.get<int>()][1];
  EXPECT_EQ(text, "About anatomy.\n\nFirst.\n\nSecond.\n\n");
}

TEST(HtmlRecords, ListWhatFlippedByRecord) {
  Flip flip;
  flip.id = "a\xFF";
  flip.baseline_answer = "</script>" + std::string(10'000, 'x');
  flip.baseline_score = 0.5;
  const std::string text = FlipsJson(std::vector{flip});
  EXPECT_THAT(text, Not(HasSubstr("<")));
  const Json json = Json::parse(text);
  const Json& before = json["a\uFFFD"];
  EXPECT_TRUE(before[0].get<std::string>().starts_with("</script>xxx"));
  EXPECT_LT(before[0].get<std::string>().size(), 5000U);
  EXPECT_EQ(before[1], 0.5);
  EXPECT_EQ(FlipsJson({}), "{}");
}

TEST(HtmlRecords, NameExemplarsWhoseTextWasNotKept) {
  const Json json = Json::parse(RecordsJson(Task(), ChoiceSamples(), {}));
  EXPECT_EQ(json["exemplars"], Json::parse(R"([["anatomy_dev:1"],["anatomy_dev:2"]])"));
}

TEST(HtmlRecords, MarkEveryCounterOfARecord) {
  const std::vector<SampleResult> samples = testing::ExampleSamples();
  TaskResult task = testing::ExampleReport().tasks[1];
  const Json json = Json::parse(RecordsJson(task, {samples.data() + 1, 2}, {}));
  EXPECT_EQ(json["records"][0]["flags"], Json({"invalid"}));
  EXPECT_EQ(json["records"][1]["flags"], Json({"boundary", "length", "truncated", "unscored"}));
  EXPECT_EQ(json["records"][1]["cut"], Json({1, 1500, 0}));
}

TEST(HtmlRecords, LetNoTextEndTheScriptAroundThem) {
  std::vector<SampleResult> samples = ChoiceSamples();
  const std::string hostile = "</script><script>alert(1)</script><!--<script>&lt;";
  samples[0].id = samples[0].question = samples[0].group = samples[0].choices[0].text = hostile;
  PromptParts parts = Parts();
  parts.exemplars["anatomy_dev:1"] = parts.descriptions[hostile] = hostile;
  const std::string text = RecordsJson(Task(), samples, parts);
  EXPECT_EQ(text.find_first_of("<>&"), std::string::npos);
  const Json json = Json::parse(text);
  EXPECT_EQ(json["records"][0]["question"], hostile);
  EXPECT_EQ(json["prefixes"][0][0], hostile);
}

TEST(HtmlRecords, KeepNulsEscapesAndDirectionMarksAsData) {
  std::vector<SampleResult> samples = ChoiceSamples();
  samples[0].question = std::string("a\0b\x1B[31m\xE2\x80\xAE\xE2\x80\xA8z", 14);
  const std::string text = RecordsJson(Task(), samples, {});
  for (const char c : text) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
  EXPECT_EQ(Json::parse(text)["records"][0]["question"], samples[0].question);
}

TEST(HtmlRecords, RepairTextThatIsNotUtf8) {
  std::vector<SampleResult> samples = ChoiceSamples();
  samples[0].question = "torn \xE4\xB8";
  const Json json = Json::parse(RecordsJson(Task(), samples, {}));
  EXPECT_EQ(json["records"][0]["question"], "torn \xEF\xBF\xBD");
  EXPECT_FALSE(json.contains("invalid_utf8"));
}

TEST(HtmlRecords, KeepTheEndsOfAMegabyte) {
  std::vector<SampleResult> samples = {testing::ExampleSamples()[1]};
  std::string text = "begin";
  while (text.size() < 1'000'000) text += "\u7b54";
  samples[0].completions[0].text = text + "end";
  const std::string json_text = RecordsJson(testing::ExampleReport().tasks[1], samples, {});
  EXPECT_LT(json_text.size(), 20'000U);
  const std::string shown = Json::parse(json_text)["records"][0]["completions"][0][0];
  EXPECT_TRUE(shown.starts_with("begin\u7b54")) << shown.substr(0, 20);
  EXPECT_TRUE(shown.ends_with("\u7b54end"));
  EXPECT_THAT(shown, HasSubstr("bytes are left out here; the sample log has them"));
  EXPECT_THAT(shown, Not(HasSubstr("\uFFFD")));
}

TEST(HtmlRecords, WriteTheLargestPerplexityThereIs) {
  std::vector<SampleResult> samples = {testing::ExampleSamples()[3]};
  samples[0].metrics["word_perplexity"] = std::numeric_limits<double>::max();
  const Json json = Json::parse(RecordsJson(Task(), samples, {}));
  EXPECT_EQ(json["records"][0]["metrics"][1], std::numeric_limits<double>::max());
}

TEST(TopProbability, IsTheSoftmaxOfTheLikeliest) {
  const std::vector<ChoiceResult> choices = {{"A", std::log(0.2), 1, false},
                                             {"B", std::log(0.6), 1, false}};
  EXPECT_NEAR(TopProbability(choices), 0.75, 1e-12);
  const std::vector<ChoiceResult> low = {{"A", -2000, 1, false}, {"B", -2000, 1, false}};
  EXPECT_DOUBLE_EQ(TopProbability(low), 0.5);
  EXPECT_EQ(TopProbability({}), 0);
}

}  // namespace
}  // namespace meval
