#include "reports/read_report.h"

#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reports/error.h"
#include "reports/json_report.h"
#include "tests/reports/example_report.h"
#include "tests/reports/golden.h"

namespace meval {
namespace {

using ::testing::HasSubstr;
using testing::Text;
using Json = nlohmann::ordered_json;

std::string SamplesText(const std::vector<SampleResult>& samples) {
  std::ostringstream out;
  WriteSamplesJsonl(samples, out);
  return out.str();
}

// The message of the ReportError that `read` throws.
template <typename Read>
std::string Message(Read read) {
  try {
    read();
  } catch (const ReportError& error) {
    return error.what();
  }
  return "accepted";
}

RunReport ReadResults(const std::string& text) {
  std::istringstream in(text);
  return ReadResultsJson(in, "x/results.json");
}

TEST(ReadResultsJson, GivesBackWhatWasWritten) {
  for (RunReport run : {testing::ExampleReport(), testing::PlainReport()}) {
    // Folders are in "host" only.
    for (TaskResult& task : run.tasks) {
      for (InputFile& input : task.inputs)
        input.path = input.path.substr(input.path.rfind('/') + 1);
    }
    const std::string text = Text(WriteResultsJson, run);
    EXPECT_EQ(Text(WriteResultsJson, ReadResults(text)), text);
  }
}

TEST(ReadResultsJson, PassesOverWhatItDoesNotKnowAndMissesWhatOldBuildsDidNotWrite) {
  Json json = Json::parse(Text(WriteResultsJson, testing::PlainReport()));
  json["later"] = 1;
  json["tasks"][0].erase("samples_digest");
  EXPECT_EQ(ReadResults(json.dump()).tasks.at(0).samples_digest, "");
}

TEST(ReadResultsJson, NamesTheFieldThatIsWrong) {
  const Json good = Json::parse(Text(WriteResultsJson, testing::ExampleReport()));
  const auto message = [](const Json& json) { return Message([&] { ReadResults(json.dump()); }); };
  EXPECT_EQ(message(good), "accepted");
  EXPECT_THAT(Message([] { ReadResults("{"); }),
              HasSubstr("x/results.json: expected a JSON object, found text that does not parse"));
  Json bad = good;
  bad["tasks"][0]["metrics"][0]["value"] = "0.5";
  EXPECT_THAT(message(bad), HasSubstr("\"tasks[].metrics[].value\": expected a number, found str"));
  bad = good;
  bad["tasks"][0]["subsets"] = 5;
  EXPECT_THAT(message(bad), HasSubstr("\"tasks[].subsets\": expected an array, found number"));
  bad = good;
  bad["tasks"][1]["metrics"][0]["is_headline"] = 1;
  EXPECT_THAT(message(bad), HasSubstr("is_headline\": expected true or false, found number"));
  bad = good;
  bad["timing"]["tasks"].erase(0);
  EXPECT_THAT(message(bad), HasSubstr("\"timing.tasks\": expected 3 elements"));
  for (const auto& [key, value] : good["tasks"][0].items()) {
    if (key == "samples_digest") continue;
    bad = good;
    bad["tasks"][0].erase(key);
    EXPECT_THAT(message(bad),
                HasSubstr("\"tasks[]." + key + "\": expected a value, found nothing"));
  }
}

TEST(ReadRunJson, GivesBackTheDefinitions) {
  RunReport run = testing::PlainReport();
  run.definitions = {{"a", "{\"task\": \"a\"}\n"}, {"b", "{}"}};
  std::istringstream in(Text(WriteRunJson, run));
  EXPECT_EQ(ReadRunJson(in, "run.json").definitions, run.definitions);
  Json old = Json::parse(Text(WriteRunJson, run));
  old.erase("definitions");
  std::istringstream old_in(old.dump());
  EXPECT_TRUE(ReadRunJson(old_in, "run.json").definitions.empty());
}

TEST(ReadSamplesJsonl, GivesBackWhatWasWritten) {
  std::vector<SampleResult> samples = testing::ExampleSamples();
  samples.erase(samples.begin() + 2);  // whose text is not UTF-8 and is repaired
  const std::string text = SamplesText(samples);
  EXPECT_EQ(SamplesText(ReadSamplesJsonl(text, "samples_x.jsonl")), text);
  EXPECT_TRUE(ReadSamplesJsonl("", "samples_x.jsonl").empty());
}

TEST(ReadSamplesJsonl, NamesLineAndFieldOfWhatIsWrong) {
  const std::string good = SamplesText(testing::ExampleSamples());
  const auto message = [](const std::string& text) {
    return Message([&] { ReadSamplesJsonl(text, "s.jsonl"); });
  };
  EXPECT_EQ(message(good), "accepted");
  // Cut anywhere but behind a line, the file is damaged.
  EXPECT_THAT(message(good.substr(0, good.size() - 1)),
              HasSubstr("s.jsonl:4: expected a line end"));
  EXPECT_THAT(message(good.substr(0, good.size() - 9)), HasSubstr("s.jsonl:4: expected a JSON"));
  EXPECT_THAT(message(good + "\n"), HasSubstr("s.jsonl:5: expected a JSON object"));
  EXPECT_THAT(message(good + "[]\n"), HasSubstr("s.jsonl:5: expected an object, found array"));
  Json bad = Json::parse(good.substr(0, good.find('\n')));
  bad["choices"][1]["logprob"] = nullptr;
  EXPECT_THAT(message(bad.dump() + "\n"),
              HasSubstr("s.jsonl:1: field \"choices[].logprob\": expected a number, found null"));
}

}  // namespace
}  // namespace meval
