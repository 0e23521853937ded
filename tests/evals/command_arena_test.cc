#include <cmath>

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
using ::testing::Not;
using testing::ProgramResult;
using testing::ReadWholeFile;
using testing::RunMain;
using ::testing::StartsWith;
using testing::TempDirectory;
using Json = nlohmann::ordered_json;

// Three models that beat one another, a champion nobody beat, and two that met only each other.
const char* const kBattles = MEVAL_SOURCE_DIR "/tests/fixtures/arena/battles.jsonl";

ProgramResult Arena(std::vector<std::string> arguments, const std::string& input = "") {
  arguments.insert(arguments.begin(), "arena");
  return RunMain(arguments, input);
}

Json ArenaJson(std::vector<std::string> arguments, const std::string& input = "") {
  arguments.insert(arguments.end(), {"--format", "json"});
  const ProgramResult result = Arena(arguments, input);
  EXPECT_EQ(result.code, kExitOk) << result.err;
  return Json::parse(result.out);
}

std::string Battle(const std::string& a, const std::string& b, const std::string& winner) {
  return Json({{"model_a", a}, {"model_b", b}, {"winner", winner}}).dump() + "\n";
}

// x beats y three times of four: a lead of 400 log10(3) = 190.8 points.
std::string ThreeToOne() {
  return Battle("x", "y", "model_a") + Battle("y", "x", "model_b") + Battle("x", "y", "model_a") +
         Battle("x", "y", "model_b");
}

TEST(ArenaCommand, RatesTwoModels) {
  const Json report = ArenaJson({"-", "--bootstrap", "0"}, ThreeToOne());
  EXPECT_EQ(report["battles"], 4);
  EXPECT_EQ(report["identifiable"], true);
  const Json& x = report["models"][0];
  EXPECT_EQ(x["model"], "x");
  EXPECT_EQ(x["standing"], "rated");
  EXPECT_NEAR(x["bradley_terry"], 1000 + 200 * std::log10(3.0), 1e-6);
  EXPECT_EQ(x["bradley_terry_interval"], nullptr);
  EXPECT_NEAR(x["elo"].get<double>() + report["models"][1]["elo"].get<double>(), 2000, 1e-9);
  EXPECT_EQ(x["battles"], 4);
  EXPECT_EQ(x["wins"], 3);
  EXPECT_EQ(x["losses"], 1);
  EXPECT_EQ(x["win_rate"], 0.75);
  ASSERT_EQ(report["pairs"].size(), 1u);
  EXPECT_EQ(report["pairs"][0]["opponent"], "y");
}

TEST(ArenaCommand, PrintsATable) {
  const ProgramResult result = Arena({"-", "--bootstrap", "0"}, ThreeToOne());
  ASSERT_EQ(result.code, kExitOk) << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_THAT(result.out, StartsWith("4 battles of 2 models\n\n"));
  EXPECT_THAT(result.out,
              HasSubstr("1  x             1095.4  1003.9        4    3     1     0        "
                        "75.0"));
  EXPECT_THAT(result.out, HasSubstr("Win rate % of the row against the column:"));
  EXPECT_THAT(result.out, Not(HasSubstr("interval")));
}

TEST(ArenaCommand, TakesScaleBaseStartAndAnchor) {
  const std::vector<std::string> options = {
      "-", "--bootstrap", "0",  "--scale",  "100", "--base", "3", "--init-rating",
      "0", "--k",         "10", "--anchor", "y=-5"};
  const Json report = ArenaJson(options, ThreeToOne());
  EXPECT_NEAR(report["models"][0]["bradley_terry"], 95, 1e-9);
  EXPECT_NEAR(report["models"][1]["bradley_terry"], -5, 1e-9);
  // Elo is not shifted: the first battle alone moves 5 points either way.
  EXPECT_NEAR(report["models"][0]["elo"].get<double>() + report["models"][1]["elo"].get<double>(),
              0, 1e-9);
  EXPECT_GT(report["models"][0]["elo"], 5);
  EXPECT_EQ(report["options"]["anchor"]["model"], "y");
}

TEST(ArenaCommand, GivesIntervalsThatDependOnTheSeedAlone) {
  std::string battles;
  for (int i = 0; i < 25; ++i) battles += ThreeToOne();
  const Json once = ArenaJson({"-", "--bootstrap", "200", "--seed", "3"}, battles);
  const Json again =
      ArenaJson({"-", "--bootstrap", "200", "--seed", "3", "--threads", "2"}, battles);
  EXPECT_EQ(once, again);
  EXPECT_NE(once["models"], ArenaJson({"-", "--bootstrap", "200"}, battles)["models"]);
  for (const Json& model : once["models"]) {
    EXPECT_LT(model["bradley_terry_interval"]["low"], model["bradley_terry"]);
    EXPECT_GT(model["bradley_terry_interval"]["high"], model["bradley_terry"]);
    EXPECT_LT(model["elo_interval"]["low"], model["elo"]);
    EXPECT_GT(model["elo_interval"]["high"], model["elo"]);
  }
  EXPECT_THAT(Arena({"-", "--bootstrap", "50", "--level", "0.9"}, battles).out,
              HasSubstr("90 % interval"));
}

TEST(ArenaCommand, NamesModelsThatHaveNoRatingAndRatesTheOthers) {
  const Json report = ArenaJson({kBattles, "--bootstrap", "20"});
  EXPECT_EQ(report["identifiable"], false);
  std::map<std::string, std::string> standing;
  for (const Json& model : report["models"]) {
    standing[model["model"]] = model["standing"];
    EXPECT_EQ(model["bradley_terry"].is_null(), model["standing"] != "rated");
    EXPECT_TRUE(model["elo"].is_number());
  }
  EXPECT_EQ(standing, (std::map<std::string, std::string>{{"swift", "rated"},
                                                          {"sound", "rated"},
                                                          {"small", "rated"},
                                                          {"champion", "unbeaten"},
                                                          {"north", "unconnected"},
                                                          {"south", "unconnected"}}));
  const ProgramResult console = Arena({kBattles, "--bootstrap", "20"});
  EXPECT_EQ(console.code, kExitOk);
  EXPECT_THAT(console.out, AllOf(HasSubstr("champion (unbeaten: never lost to or tied with"),
                                 HasSubstr("north (unconnected: met no model")));
}

TEST(ArenaCommand, AnchorsTheGroupOfTheAnchor) {
  const Json report = ArenaJson({kBattles, "--bootstrap", "0", "--anchor", "north=500"});
  for (const Json& model : report["models"]) {
    const bool is_rated = model["model"] == "north" || model["model"] == "south";
    ASSERT_EQ(model["bradley_terry"].is_number(), is_rated) << model["model"];
    if (is_rated) {
      EXPECT_NEAR(model["bradley_terry"], 500, 1e-9);
    }
  }
}

TEST(ArenaCommand, WritesCsvWithOneRowAModelAndOneAPair) {
  const ProgramResult result = Arena({"-", "--bootstrap", "0", "--format", "csv"},
                                     Battle("a,b", "c", "model_a") + Battle("c", "a,b", "model_a"));
  ASSERT_EQ(result.code, kExitOk) << result.err;
  EXPECT_THAT(
      result.out,
      AllOf(StartsWith("model,opponent,bradley_terry,bradley_terry_low,bradley_terry_high,standing,"
                       "elo,elo_low,elo_high,battles,wins,losses,ties,win_rate\n"),
            HasSubstr("\"a,b\",,1000,,,rated,"), HasSubstr(",2,1,1,0,0.5\n"),
            HasSubstr("\"a,b\",c,,,,,,,,2,1,1,0,0.5\n")));
}

TEST(ArenaCommand, WritesMarkdownToAFile) {
  const TempDirectory directory;
  const std::string path = (directory.path() / "arena.md").string();
  const ProgramResult result =
      Arena({kBattles, "--bootstrap", "20", "--format", "markdown", "--out", path});
  ASSERT_EQ(result.code, kExitOk) << result.err;
  EXPECT_EQ(result.out, "");
  const std::string text = ReadWholeFile(path);
  EXPECT_THAT(text,
              AllOf(StartsWith("14 battles of 6 models\n\n| "), HasSubstr("| champion | "),
                    HasSubstr("| vs swift |"), HasSubstr("- No finite Bradley-Terry rating")));
}

TEST(ArenaCommand, SaysWhereABattleIsWrong) {
  const std::string good = Battle("x", "y", "tie");
  const struct {
    std::string line;
    const char* message;
  } cases[] = {
      {Battle("x", "y", "draw"),
       R"(stdin:2: field "winner": expected model_a, model_b, tie or tie (bothbad), found "draw")"},
      {Battle("x", "x", "tie"),
       R"(stdin:2: field "model_b": expected another model than model_a, found "x" in both)"},
      {Battle("", "x", "tie"), R"(stdin:2: field "model_a": expected a model's name)"},
      {R"({"model_a": "x", "model_b": "y"})", R"(stdin:2: field "winner": expected a string)"},
      {R"({"model_a": "x", "winner": "tie"})", R"(field "model_b": expected a string)"},
      {R"({"model_a": 7, "model_b": "y", "winner": "tie"})",
       R"(stdin:2: field "model_a": expected a string, found 7)"},
      {"[1]", "stdin:2: expected a JSON object"},
      {"{", "stdin:2: expected a JSON object"},
      {"{\"model_a\": \"x\xFF\"}", "stdin:2: expected UTF-8"},
  };
  for (const auto& c : cases) {
    const ProgramResult result = Arena({"-"}, good + c.line + "\n");
    EXPECT_EQ(result.code, kExitData) << c.line;
    EXPECT_THAT(result.err, HasSubstr(c.message));
    EXPECT_EQ(result.out, "");
  }
  const ProgramResult empty = Arena({"-"}, "\n");
  EXPECT_EQ(empty.code, kExitData);
  EXPECT_THAT(empty.err, HasSubstr("stdin: expected at least one battle, found none"));
  EXPECT_EQ(Arena({"no/such/file.jsonl"}).code, kExitData);
}

TEST(ArenaCommand, SaysWhichFlagIsWrong) {
  const std::string good = Battle("mistral", "y", "tie");
  const struct {
    std::vector<std::string> flags;
    const char* message;
  } cases[] = {
      {{"--anchor", "mistrel=1000"}, "did you mean \"mistral\""},
      {{"--anchor", "mistral"}, "--anchor: expected MODEL=RATING"},
      {{"--anchor", "mistral=high"}, "--anchor: expected MODEL=RATING"},
      {{"--k", "0"}, "--k: expected a number above 0, found 0"},
      {{"--scale", "-4"}, "--scale: expected a number above 0"},
      {{"--base", "1"}, "--base: expected a number above 1"},
      {{"--init-rating", "inf"}, "--init-rating: expected a finite number"},
      {{"--level", "95"}, "--level: expected a number between 0 and 1, found 95"},
      {{"--bootstrap", "1"}, "--bootstrap: expected 0, or 2 or more, found 1"},
      {{"--format", "cvs"}, "--format: expected one of console, json, csv, markdown"},
      {{"--achor", "x=1"}, "--achor: unknown flag; did you mean \"--anchor\"?"},
  };
  for (const auto& c : cases) {
    std::vector<std::string> arguments = {"-"};
    arguments.insert(arguments.end(), c.flags.begin(), c.flags.end());
    const ProgramResult result = Arena(arguments, good);
    EXPECT_EQ(result.code, kExitUsage) << c.flags[0];
    EXPECT_THAT(result.err, HasSubstr(c.message));
  }
  EXPECT_EQ(Arena({}).code, kExitUsage);
}

TEST(ArenaCommand, DoesNotPrintAMatrixTooWideForATerminal) {
  std::string battles;
  for (int i = 0; i < 13; ++i) {
    battles += Battle("m" + std::to_string(i), "m" + std::to_string((i + 1) % 13), "model_a");
  }
  EXPECT_THAT(Arena({"-", "--bootstrap", "0"}, battles).out,
              HasSubstr("Win rates of each two models: --format json, csv or markdown."));
}

}  // namespace
}  // namespace meval
