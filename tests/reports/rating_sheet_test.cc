#include "reports/rating_sheet.h"

#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/reports/example_comparison.h"

namespace meval {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::vector<SheetRow> Rows() {
  const std::string hostile = testing::HostileText();
  return {{.task = "samsum",
           .record = "13681000",
           .digest = "57fd2bf42a8498a5",
           .context = "Summarise the dialogue.",
           .question = "Ann: tea?\nBob: \"yes\", please",
           .answer = "=SUM(A1)",
           .reference = "Bob wants tea."},
          {.task = "samsum",
           .record = hostile,
           .digest = "00",
           .context = "",
           .question = hostile,
           .answer = hostile + std::string(1'000'000, 'x'),
           .reference = hostile}};
}

std::string Csv() {
  std::ostringstream out;
  WriteSheetCsv(Rows(), out);
  return out.str();
}

std::string Html() {
  std::ostringstream out;
  WriteSheetHtml(Rows(), out);
  return out.str();
}

TEST(RatingSheet, IsCsvWithEmptyRatings) {
  const std::string csv = Csv();
  EXPECT_TRUE(
      csv.starts_with("task,record,digest,context,question,answer,reference,factuality,"
                      "coverage\nsamsum,13681000,57fd2bf42a8498a5,Summarise the dialogue.,"
                      "\"Ann: tea?\nBob: \"\"yes\"\", please\",'=SUM(A1),Bob wants tea.,,\n"))
      << csv.substr(0, 300);
  EXPECT_EQ(csv.find('\0'), csv.npos);
  EXPECT_EQ(csv.find('\x1b'), csv.npos);
}

TEST(RatingSheet, IsAPageInWhichNoTextIsMarkup) {
  const std::string page = Html();
  EXPECT_EQ(page.find('\0'), page.npos);
  EXPECT_EQ(page.find('\x1b'), page.npos);
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
  EXPECT_THAT(page, HasSubstr("{{tally}} =1+1"));  // a text is no template
  EXPECT_THAT(page, Not(HasSubstr("{{#")));
  for (const char* part : {"http://", "https://", "src=", "@import", "url("}) {
    EXPECT_THAT(page, Not(HasSubstr(part))) << part;
  }
}

TEST(RatingSheet, HasAButtonForEachRatingOfEachQuality) {
  const std::string page = Html();
  for (const char* quality : kRatedQualities) {
    for (int rating = kLowestRating; rating <= kHighestRating; ++rating) {
      EXPECT_THAT(page, HasSubstr("name=\"" + std::string(quality) + "-1\" value=\"" +
                                  std::to_string(rating) + "\""));
    }
  }
}

TEST(RatingSheet, DoesNotSayWhichModelAnswered) {
  EXPECT_THAT(Csv(), Not(HasSubstr("model")));
  EXPECT_THAT(Html(), Not(HasSubstr("model")));
}

}  // namespace
}  // namespace meval
