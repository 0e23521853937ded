#include "reports/json_report.h"

#include <limits>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reports/error.h"
#include "reports/read_report.h"
#include "tests/reports/example_report.h"
#include "tests/reports/golden.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::ordered_json;

std::string Results(const RunReport& run) {
  std::ostringstream out;
  WriteResultsJson(run, out);
  return out.str();
}

std::string Record(const RunReport& run) {
  std::ostringstream out;
  WriteRunJson(run, out);
  return out.str();
}

std::string Line(const SampleResult& sample) {
  std::ostringstream out;
  WriteSampleJson(sample, out);
  return out.str();
}

// Parses, refusing what nlohmann lets pass: a key twice in one object.
Json ParseStrictly(const std::string& text) {
  std::vector<std::set<std::string>> keys;
  return Json::parse(text, [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key) {
      EXPECT_TRUE(keys.back().insert(parsed.get<std::string>()).second) << parsed << " twice";
    }
    return true;
  });
}

TEST(JsonReport, LooksLikeItsGoldens) {
  testing::ExpectGolden("results.json", Results(testing::ExampleReport()));
  testing::ExpectGolden("run.json", Record(testing::ExampleReport()));
  std::ostringstream samples;
  WriteSamplesJsonl(testing::ExampleSamples(), samples);
  testing::ExpectGolden("samples.jsonl", samples.str());
}

TEST(JsonReport, ReadsBackStrictly) {
  const RunReport run = testing::ExampleReport();
  const Json results = ParseStrictly(Results(run));
  EXPECT_EQ(results["schema_version"], kReportSchemaVersion);
  EXPECT_EQ(results["tasks"][1]["metrics"][0]["value"].get<double>(),
            run.tasks[1].metrics[0].value);
  EXPECT_TRUE(results["tasks"][0]["subsets"][2]["metrics"][0]["standard_error"].is_null());
  EXPECT_EQ(results["tasks"][2]["title"], run.tasks[2].title);
  ParseStrictly(Record(run));
  for (const SampleResult& sample : testing::ExampleSamples()) {
    const std::string line = Line(sample);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_EQ(ParseStrictly(line)["index"], sample.index);
  }
}

// Two runs of the same thing on two machines at two times agree outside "timing" and "host".
TEST(JsonReport, KeepsClockMachineAndPathsInTimingAndHost) {
  const RunReport run = testing::ExampleReport();
  RunReport other = run;
  other.command = {"./mistral-eval", "--threads", "2"};
  other.started_at = "2027-01-01T00:00:00Z";
  other.seconds = 1;
  other.host = {"laptop", "x", 2, "avx2", "builtin", "debug"};
  for (TaskResult& task : other.tasks) {
    task.timing = {1, 2, 3, 4, 5};
    for (InputFile& input : task.inputs) input.path = "/elsewhere/" + input.path;
  }
  for (const auto render : {Results, Record}) {
    Json a = ParseStrictly(render(run));
    Json b = ParseStrictly(render(other));
    EXPECT_NE(a, b);
    for (const char* key : {"timing", "host"}) {
      EXPECT_EQ(a.erase(key), 1U);
      EXPECT_EQ(b.erase(key), 1U);
    }
    EXPECT_EQ(a.dump(), b.dump());
  }
}

TEST(JsonReport, NamesAFieldThatIsNotFinite) {
  RunReport run = testing::ExampleReport();
  run.tasks[0].subsets[1].metrics[0].ci_high = std::numeric_limits<double>::quiet_NaN();
  try {
    Results(run);
    FAIL();
  } catch (const std::logic_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("results.json: tasks[0].subsets[1].metrics[0].ci_high"));
  }
  SampleResult sample = testing::ExampleSamples()[0];
  sample.choices[1].logprob = -std::numeric_limits<double>::infinity();
  try {
    Line(sample);
    FAIL();
  } catch (const std::logic_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("sample 0: choices[1].logprob"));
  }
}

TEST(JsonReport, RepairsTextThatIsNotUtf8AndSaysWhere) {
  const Json line = ParseStrictly(Line(testing::ExampleSamples()[2]));
  EXPECT_EQ(line["completions"][0]["text"], "torn \uFFFD bytes");
  EXPECT_THAT(line["invalid_utf8"].get<std::vector<std::string>>(),
              ElementsAre("completions[0].text"));
  RunReport run = testing::PlainReport();
  run.host.hostname = "\xFFhost";
  EXPECT_THAT(ParseStrictly(Results(run))["invalid_utf8"].get<std::vector<std::string>>(),
              ElementsAre("host.hostname"));
}

TEST(ReadRunIdentity, ReadsWhatWasWritten) {
  for (const RunReport& run : {testing::ExampleReport(), testing::PlainReport(), RunReport()}) {
    std::istringstream in(Record(run));
    EXPECT_EQ(ToText(ReadRunIdentity(in, "run.json")), ToText(run.identity));
  }
}

TEST(ReadRunIdentity, SaysWhatIsWrongWithAnythingElse) {
  const Json good = Json::parse(Record(testing::ExampleReport()));
  const auto message = [](const std::string& text) -> std::string {
    std::istringstream in(text);
    try {
      ReadRunIdentity(in, "x/run.json");
    } catch (const ReportError& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_THAT(message(""), HasSubstr("x/run.json: expected a JSON object, found text that"));
  EXPECT_THAT(message("[]"), HasSubstr("x/run.json: expected an object, found array"));
  EXPECT_THAT(message(good.dump().substr(0, 100)), HasSubstr("does not parse"));
  Json bad = good;
  bad["schema_version"] = kReportSchemaVersion + 1;
  EXPECT_THAT(message(bad.dump()), HasSubstr("\"schema_version\": expected 1, found 2"));
  // Each key of the identity, missing and of another type.
  for (const auto& [key, value] : good["identity"].items()) {
    bad = good;
    bad["identity"].erase(key);
    if (key == "numerics" || key == "prompts") {
      // Records from before these existed are read, and differ from every new run.
      std::istringstream in(bad.dump());
      EXPECT_NE(ToText(ReadRunIdentity(in, "")), ToText(testing::ExampleReport().identity)) << key;
    } else {
      EXPECT_NE(message(bad.dump()), "accepted") << key;
      EXPECT_THAT(message(bad.dump()), HasSubstr(key));
    }
    bad = good;
    bad["identity"][key] = true;
    EXPECT_THAT(message(bad.dump()), HasSubstr("identity." + key + "\": expected"));
  }
  bad = good;
  bad["identity"]["flags"]["limit"] = 240;
  EXPECT_THAT(message(bad.dump()), HasSubstr("identity.flags.limit\": expected a string, found"));
  bad = good;
  bad["identity"]["tasks"][1] = nullptr;
  EXPECT_THAT(message(bad.dump()), HasSubstr("identity.tasks[]\": expected a string, found null"));
}

}  // namespace
}  // namespace meval
