#include "evals/score_sheets.h"

#include <cmath>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reports/rating_sheet.h"
#include "tasks/error.h"

namespace meval {
namespace {

using ::testing::HasSubstr;

// The ratings of rows 0, 1, 2, ...: "3" for both qualities, or "3/4"; "" for none.
SheetFile Sheet(const std::string& name, const std::vector<std::string>& ratings) {
  std::string text = "task,record,digest,context,question,answer,reference,factuality,coverage\n";
  for (std::size_t i = 0; i < ratings.size(); ++i) {
    const std::size_t slash = ratings[i].find('/');
    const std::string first = ratings[i].substr(0, slash);
    const std::string second = slash == ratings[i].npos ? first : ratings[i].substr(slash + 1);
    const std::string id = std::to_string(i);
    text += "samsum," + id + ",d" + id + ",,q,a" + id + ",r," + first + "," + second + "\n";
  }
  return {name, text};
}

std::string Refusal(const std::vector<SheetFile>& files) {
  try {
    ScoreSheets(files);
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

TEST(ScoreSheets, GivesMeansWithIntervalsOfOneRater) {
  const SheetScores scores = ScoreSheets({Sheet("a.csv", {"1/5", "2/5", "3/", "4/5", ""})});
  ASSERT_EQ(scores.tasks.size(), 1U);
  EXPECT_EQ(scores.tasks[0].num_records, 5);
  const RatedQuality& factuality = scores.tasks[0].qualities[0];
  EXPECT_EQ(factuality.num_records, 4);
  EXPECT_EQ(factuality.mean, 2.5);
  // 2.5 -+ t(0.975, 3) sqrt((5 / 3) / 4) with t = 3.182446305284263, cut at 1.
  ASSERT_TRUE(factuality.interval);
  const double reach = 3.182446305284263 * std::sqrt(5.0 / 12);
  EXPECT_NEAR(factuality.interval->high, 2.5 + reach, 1e-8);
  EXPECT_NEAR(factuality.interval->low, std::max(1.0, 2.5 - reach), 1e-8);
  EXPECT_EQ(factuality.coefficient, "");
  EXPECT_FALSE(factuality.agreement);
  EXPECT_EQ(scores.tasks[0].qualities[1].num_records, 3);
  EXPECT_EQ(scores.tasks[0].qualities[1].mean, 5);
}

// Accuracy 3/4; chance: "1" 2/4 * 1/4, "2" 1/4 * 2/4, "5" 1/4 * 1/4, so 5/16 in all:
// kappa = (12/16 - 5/16) / (11/16).
TEST(ScoreSheets, ComparesTwoRatersByCohensKappa) {
  const SheetScores scores = ScoreSheets(
      {Sheet("a.csv", {"1", "1", "2", "5", "3"}), Sheet("b.csv", {"1", "2", "2", "5", ""})});
  const RatedQuality& quality = scores.tasks[0].qualities[0];
  EXPECT_EQ(quality.coefficient, "Cohen's kappa");
  EXPECT_EQ(quality.num_shared, 4);
  EXPECT_EQ(quality.num_records, 5);
  EXPECT_EQ(quality.num_ratings, 9);
  ASSERT_TRUE(quality.agreement);
  EXPECT_NEAR(*quality.agreement, 7.0 / 11, 1e-12);
  EXPECT_NEAR(quality.mean, (1 + 1.5 + 2 + 5 + 3) / 5, 1e-12);
}

// The worked example of tests/metrics/agreement_test.cc, a sheet for each observer.
TEST(ScoreSheets, ComparesMoreRatersByKrippendorffsAlpha) {
  const SheetScores scores =
      ScoreSheets({Sheet("a.csv", {"1", "2", "3", "3", "2", "1", "4", "1", "2", "", "", ""}),
                   Sheet("b.csv", {"1", "2", "3", "3", "2", "2", "4", "1", "2", "5", "", "3"}),
                   Sheet("c.csv", {"", "3", "3", "3", "2", "3", "4", "2", "2", "5", "1", ""}),
                   Sheet("d.csv", {"1", "2", "3", "3", "2", "4", "4", "1", "2", "5", "1", ""})});
  const RatedQuality& quality = scores.tasks[0].qualities[1];
  EXPECT_EQ(quality.coefficient, "Krippendorff's alpha");
  EXPECT_EQ(quality.num_shared, 11);
  EXPECT_EQ(quality.num_records, 12);
  ASSERT_TRUE(quality.agreement);
  EXPECT_NEAR(*quality.agreement, 0.815, 5e-4);
}

TEST(ScoreSheets, SaysWhereAgreementCannotBeTold) {
  const SheetScores equal = ScoreSheets({Sheet("a.csv", {"3", "3"}), Sheet("b.csv", {"3", "3"})});
  EXPECT_FALSE(equal.tasks[0].qualities[0].agreement);
  const SheetScores apart = ScoreSheets({Sheet("a.csv", {"3", ""}), Sheet("b.csv", {"", "3"})});
  EXPECT_EQ(apart.tasks[0].qualities[0].num_shared, 0);
  EXPECT_FALSE(apart.tasks[0].qualities[0].agreement);
  std::ostringstream out;
  WriteConsole(apart, out);
  EXPECT_THAT(out.str(), HasSubstr("cannot be told"));
}

TEST(ScoreSheets, ReadsWhatTheProgramWrites) {
  const std::vector<SheetRow> rows = {{.task = "t",
                                       .record = "1",
                                       .digest = "d",
                                       .context = "",
                                       .question = "q, \"x\"\ny",
                                       .answer = "=1+1\nmore",
                                       .reference = ""}};
  std::ostringstream sheet;
  WriteSheetCsv(rows, sheet);
  std::string filled = sheet.str();
  filled.replace(filled.rfind(",,"), 2, ",4, 5 ");
  const SheetScores scores = ScoreSheets({{"a.csv", filled}});
  EXPECT_EQ(scores.tasks[0].qualities[0].mean, 4);
  EXPECT_EQ(scores.tasks[0].qualities[1].mean, 5);
}

TEST(ScoreSheets, NamesThePlaceOfWhatIsWrong) {
  EXPECT_THAT(Refusal({Sheet("a.csv", {"1", "6"})}),
              HasSubstr("a.csv:3: column \"factuality\": expected a whole number from 1 to 5"));
  for (const char* rating : {"0", "2.5", "good", "-1", "1 2"}) {
    EXPECT_NE(Refusal({Sheet("a.csv", {rating})}), "") << rating;
  }
  EXPECT_THAT(Refusal({Sheet("a.csv", {})}), HasSubstr("expected a row to be rated"));
  EXPECT_THAT(Refusal({{"a.csv", "task;record\nx;y\n"}}), HasSubstr("expected the column"));
  SheetFile twice = Sheet("a.csv", {"1"});
  twice.text += "samsum,0,d0,,q,a0,r,1,1\n";
  EXPECT_THAT(Refusal({twice}), HasSubstr("a.csv:3: the record 0 is already in a.csv:2"));
  SheetFile other = Sheet("b.csv", {"1"});
  other.text.replace(other.text.find("a0"), 2, "zz");
  EXPECT_THAT(Refusal({Sheet("a.csv", {"1"}), other}),
              HasSubstr("has another answer than in a.csv:2"));
}

TEST(ScoreSheets, WritesStrictJson) {
  std::ostringstream out;
  WriteJson(ScoreSheets({Sheet("a.csv", {"1", ""}), Sheet("b.csv", {"2", ""})}), out);
  const nlohmann::json json = nlohmann::json::parse(out.str());
  EXPECT_EQ(json["raters"].size(), 2U);
  EXPECT_EQ(json["tasks"][0]["qualities"][0]["mean"], 1.5);
  EXPECT_TRUE(json["tasks"][0]["qualities"][0]["ci_low"].is_null());
}

}  // namespace
}  // namespace meval
