#include "evals/score_pairs.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tasks/error.h"

namespace meval {
namespace {

using ::testing::HasSubstr;

SystemPairs Read(const std::string& text, const std::string& name = "a.jsonl") {
  std::istringstream in(text);
  return ReadPairs(in, name);
}

std::string ErrorOf(const std::string& text) {
  try {
    Read(text);
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

ScoreOptions Options(std::vector<std::string> metrics) {
  ScoreOptions options;
  options.metrics = std::move(metrics);
  options.resamples = 50;
  options.paired_bs_n = 50;
  options.paired_ar_n = 50;
  options.paired_bs = options.paired_ar = true;
  return options;
}

const std::string kGood =
    "{\"id\": 1, \"prediction\": \"a b c d e\", \"references\": [\"a b c d e\", \"x\"]}\n"
    "{\"id\": 2, \"prediction\": \"f g h i j\", \"reference\": \"f g h i j\"}\n";
const std::string kBadShuffled =
    "{\"id\": 2, \"prediction\": \"z\", \"reference\": \"f g h i j\"}\n"
    "{\"id\": 1, \"prediction\": \"a b c d q\", \"references\": [\"a b c d e\", \"x\"]}\n";

TEST(ScorePairs, ReadsTextsAndListsUnderEitherName) {
  const SystemPairs system = Read(kGood);
  ASSERT_EQ(system.pairs.size(), 2u);
  EXPECT_EQ(system.pairs[0].references.size(), 2u);
  EXPECT_EQ(system.pairs[1].where, "a.jsonl:2");
}

TEST(ScorePairs, RefusesWhatIsWrongWithItsPlace) {
  EXPECT_THAT(ErrorOf(""), HasSubstr("no pairs"));
  EXPECT_THAT(ErrorOf("[1]"), HasSubstr("a.jsonl:1"));
  EXPECT_THAT(ErrorOf("{\"prediction\": \"a\"}"), HasSubstr("reference"));
  EXPECT_THAT(ErrorOf("{\"prediction\": \"a\", \"references\": []}"), HasSubstr("at least one"));
  EXPECT_THAT(ErrorOf("{\"prediction\": \"a\", \"references\": [3]}"), HasSubstr("list of texts"));
  EXPECT_THAT(ErrorOf("{\"prediction\": \"a\", \"predictions\": [\"a\"], \"reference\": \"b\"}"),
              HasSubstr("both"));
  EXPECT_THAT(ErrorOf(kGood + kGood), HasSubstr("again"));
  EXPECT_THAT(ErrorOf("{\"prediction\": \"\xff\", \"reference\": \"b\"}"), HasSubstr("byte"));
}

TEST(ScorePairs, AlignsSystemsByIdAndTestsThemAgainstTheFirst) {
  const auto metrics =
      ScoreSystems(Options({"bleu", "rouge"}), {Read(kGood), Read(kBadShuffled, "b.jsonl")}, 2);
  ASSERT_EQ(metrics.size(), 5u);
  for (const MetricOfSystems& metric : metrics) {
    ASSERT_EQ(metric.systems.size(), 2u);
    EXPECT_GT(metric.systems[0].metric.score, metric.systems[1].metric.score) << metric.name;
    EXPECT_FALSE(metric.systems[0].bs_p.has_value());
    EXPECT_GT(*metric.systems[1].bs_p, 0);
    EXPECT_LE(*metric.systems[1].ar_p, 1);
    EXPECT_LE(metric.systems[1].interval.low, metric.systems[1].interval.high);
  }
  EXPECT_NEAR(metrics[0].systems[0].metric.score, 100, 1e-9);
}

TEST(ScorePairs, RefusesSystemsOfOtherDocuments) {
  const std::string other = "{\"prediction\": \"a\", \"reference\": \"b\"}\n";
  EXPECT_THROW(ScoreSystems(Options({"bleu"}), {Read(kGood), Read(other, "b.jsonl")}, 1),
               DataError);
  EXPECT_THROW(ScoreSystems(Options({"bleu"}), {Read(kGood), Read(other + other, "b.jsonl")}, 1),
               DataError);
}

TEST(ScorePairs, WritesStrictJson) {
  ScoreOptions options = Options({"bleu", "squad_f1"});
  options.inputs = {"-"};
  options.format = "json";
  std::istringstream in(kGood);
  std::ostringstream out;
  EXPECT_EQ(ScorePairsCommand(options, 1, in, out), 0);
  const auto report = nlohmann::json::parse(out.str());
  EXPECT_EQ(report["metrics"][0]["name"], "bleu");
  EXPECT_EQ(report["metrics"][1]["systems"][0]["n"], 2);
  EXPECT_TRUE(report["metrics"][1]["signature"].get<std::string>().starts_with("nrefs:var|"));
}

}  // namespace
}  // namespace meval
