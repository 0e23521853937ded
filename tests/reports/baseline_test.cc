#include "reports/baseline.h"

#include <algorithm>
#include <limits>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/error.h"
#include "tests/reports/example_comparison.h"

namespace meval {
namespace {

using testing::ExampleOutcomes;
using ::testing::HasSubstr;

std::string Written(const RunOutcomes& run) {
  std::ostringstream out;
  WriteBaseline(run, out);
  return out.str();
}

RunOutcomes Read(const std::string& text) {
  std::istringstream in(text);
  return ReadBaseline(in, "base.jsonl");
}

std::string ErrorOf(const std::string& text) {
  try {
    Read(text);
  } catch (const ReportError& error) {
    return error.what();
  }
  return "no error";
}

std::string Replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, text.npos) << what;
  return text.replace(at, what.size(), with);
}

TEST(Baseline, IsReadBackAsItWasWritten) {
  const RunOutcomes run = ExampleOutcomes();
  const std::string text = Written(run);
  const RunOutcomes back = Read(text);
  EXPECT_EQ(back.name, "base.jsonl");
  EXPECT_EQ(back.source, OutcomeSource::kBaseline);
  EXPECT_EQ(Written(back), text);  // every field that is written
  ASSERT_EQ(back.tasks.size(), 2U);
  EXPECT_EQ(back.tasks[0].model_seconds, run.tasks[0].model_seconds);
  EXPECT_EQ(back.tasks[0].records[1].scores, run.tasks[0].records[1].scores);
  EXPECT_EQ(back.tasks[1].metrics[0].aggregate, Aggregate::kBleu);
  EXPECT_EQ(back.tasks[1].records[0].rows, run.tasks[1].records[0].rows);
}

TEST(Baseline, HasALineForEachRecord) {
  const std::string text = Written(ExampleOutcomes());
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1 + 2 + 3);
  EXPECT_TRUE(IsBaseline(text.substr(0, text.find('\n'))));
  EXPECT_FALSE(IsBaseline(R"({"doc_id":0})"));
}

TEST(Baseline, KeepsTheBitsOfAScore) {
  RunOutcomes run = ExampleOutcomes();
  run.tasks[0].records[0].scores["acc"] = 0.1 + 0.2;
  run.tasks[1].records[0].rows["bleu"][0] = -1e300 / 3;
  const RunOutcomes back = Read(Written(run));
  EXPECT_EQ(back.tasks[0].records[0].scores.at("acc"), 0.1 + 0.2);
  EXPECT_EQ(back.tasks[1].records[0].rows.at("bleu")[0], -1e300 / 3);
  run.tasks[0].records[0].scores["acc"] = std::numeric_limits<double>::infinity();
  EXPECT_THROW(Written(run), std::logic_error);
}

TEST(Baseline, CutsLongAnswersBetweenCharacters) {
  RunOutcomes run = ExampleOutcomes();
  std::string answer;
  while (answer.size() < 300) answer += "\u00e4\u6f22";
  run.tasks[0].records[0].answer = answer;
  const std::string kept = Read(Written(run)).tasks[0].records[0].answer;
  EXPECT_LE(kept.size(), kMostAnswerBytes + std::string("\u2026").size());
  EXPECT_TRUE(kept.ends_with("\u2026"));
  EXPECT_TRUE(answer.starts_with(kept.substr(0, kept.size() - 3)));
  run.tasks[0].records[0].answer = "\xFF" + std::string(300, '\xFE');
  Read(Written(run));  // repaired, not refused
}

TEST(Baseline, SaysWhatIsWrongAndWhere) {
  const std::string good = Written(ExampleOutcomes());
  EXPECT_THAT(ErrorOf(""), HasSubstr("base.jsonl:1: expected a JSON object"));
  EXPECT_THAT(ErrorOf(Replaced(good, "\"format\":1", "\"format\":2")),
              HasSubstr("base.jsonl:1: field \"format\": expected 1, found 2"));
  EXPECT_THAT(ErrorOf(Replaced(good, "\"bleu\"}]", "\"mode\"}]")),
              HasSubstr("base.jsonl:5: field \"metrics[].aggregate\": expected mean, bleu"));
  EXPECT_THAT(ErrorOf(Replaced(good, "{\"acc\":0.0}", "{\"acc\":\"x\"}")),
              HasSubstr("base.jsonl:4: field \"scores.acc\": expected"));
  EXPECT_THAT(ErrorOf(good.substr(0, good.size() / 2)), HasSubstr("base.jsonl:"));
  EXPECT_THAT(ErrorOf(good.substr(0, good.rfind('{'))), HasSubstr("base.jsonl:6: expected"));
  EXPECT_THAT(ErrorOf(good + "{}\n"), HasSubstr("base.jsonl:7: expected the end of the file"));
}

}  // namespace
}  // namespace meval
