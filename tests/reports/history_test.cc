#include "reports/history.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reports/comparison_report.h"
#include "reports/error.h"
#include "reports/utf8.h"
#include "tests/reports/example_comparison.h"

namespace meval {
namespace {

using testing::ExampleHistory;
using ::testing::HasSubstr;
using ::testing::Not;

template <typename Writer, typename... Options>
std::string Text(Writer writer, Options... options) {
  std::ostringstream out;
  writer(ExampleHistory(), options..., out);
  return out.str();
}

TEST(History, IsATableForEachLine) {
  const std::string text = Text(WriteHistoryConsole, 160, false);
  for (const char* part :
       {"mmlu, version 1, 5-shot: acc of 14,042 records, %", "2026-01-31T10:00:00Z", "runs/a",
        "56.71", "55.89 \u2013 57.53", "regressed", "10.25",
        "wikitext2, version 1, 0-shot: word_perplexity of 62 records, ppl", "8.1200", "note: "}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_EQ(text.find('\x1b'), text.npos);
  EXPECT_THAT(Text(WriteHistoryConsole, 160, true), HasSubstr("\x1b["));
}

TEST(History, IsStrictJson) {
  const auto json = nlohmann::ordered_json::parse(Text(WriteHistoryJson));
  ASSERT_EQ(json["lines"].size(), 2U);
  EXPECT_EQ(json["lines"][0]["points"].size(), 3U);
  EXPECT_EQ(json["lines"][0]["points"][2]["since_previous"], "regressed");
  EXPECT_EQ(json["lines"][1]["points"][0]["ci_low"], nullptr);
}

TEST(History, IsAPageWithAChartForEachLine) {
  const std::string page = Text(WriteHistoryHtml);
  EXPECT_TRUE(IsUtf8(page));
  EXPECT_EQ(page.find('\0'), page.npos);
  std::size_t charts = 0;
  for (std::size_t at = page.find("<svg"); at != page.npos; at = page.find("<svg", at + 1))
    ++charts;
  EXPECT_EQ(charts, 2U);
  EXPECT_THAT(page, HasSubstr("class=\"dot regressed\""));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)"));
  for (const char* part : {"<script", "http://", "https://", "src=", "{{#", "\"nan", "inf,"}) {
    EXPECT_THAT(page, Not(HasSubstr(part))) << part;
  }
}

TEST(History, ReadsTheVerdictsOfAGate) {
  std::stringstream json;
  WriteComparisonJson(testing::ExampleComparison(), json);
  const auto verdicts = ReadGateVerdicts(json, "comparison.json");
  EXPECT_EQ(verdicts.at("mmlu"), "identical");  // of the last pair
  EXPECT_EQ(verdicts.at("samsum"), "improved");
  std::istringstream damaged("{\"tasks\":[{}]}");
  EXPECT_THROW(ReadGateVerdicts(damaged, "comparison.json"), ReportError);
}

}  // namespace
}  // namespace meval
