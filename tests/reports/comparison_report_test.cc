#include "reports/comparison_report.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reports/utf8.h"
#include "tests/reports/example_comparison.h"

namespace meval {
namespace {

using testing::ExampleComparison;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::ordered_json;

std::string Console(const ComparisonConsoleOptions& options = {}) {
  std::ostringstream out;
  WriteComparisonConsole(ExampleComparison(), options, out);
  return out.str();
}

std::string Markdown(std::size_t most_flips = 10) {
  std::ostringstream out;
  WriteComparisonMarkdown(ExampleComparison(), most_flips, out);
  return out.str();
}

std::string Html() {
  std::ostringstream out;
  WriteComparisonHtml(ExampleComparison(), out);
  return out.str();
}

// What must not reach any reader from a text of a model: see HostileText.
void ExpectNoControls(const std::string& text) {
  EXPECT_TRUE(IsUtf8(text));
  EXPECT_EQ(text.find('\0'), text.npos);
  EXPECT_EQ(text.find('\x1b'), text.npos);
}

TEST(ComparisonConsole, ShowsScoresVerdictsAndFlips) {
  const std::string text = Console();
  for (const char* part :
       {"A: runs/base (run, Mistral-7B-v0.1, bf16, 2026-01-31T10:00:00Z), the baseline", "mmlu",
        "regressed", "\u22121.20", "51.50 *", "anatomy_test:17 (anatomy): expected \"A\"",
        "C is best", "times as fast as A", "1 regressed, 2 inconclusive"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  ExpectNoControls(text);
  EXPECT_THAT(text, Not(HasSubstr("\u202E")));
}

TEST(ComparisonConsole, SaysHowManyFlipsItLeavesOut) {
  EXPECT_THAT(Console({.most_flips = 1}), HasSubstr("and 1 more (--flips N"));
  EXPECT_THAT(Console(), Not(HasSubstr("more (--flips N")));
}

TEST(ComparisonConsole, ColoursOnlyWhereItIsAskedTo) {
  EXPECT_THAT(Console({.color = true}), HasSubstr("\x1b["));
}

TEST(ComparisonMarkdown, IsATableWithFlipsThatUnfold) {
  const std::string text = Markdown();
  EXPECT_THAT(text, HasSubstr("## 1 regressed, 2 inconclusive"));
  EXPECT_THAT(text, HasSubstr("| mmlu | 5 | 1,000 | acc | A | 51.50 \u2605 |"));
  EXPECT_THAT(text, HasSubstr("**regressed**"));
  EXPECT_THAT(text,
              HasSubstr("mmlu:\n\n<details><summary>2 records that changed from A to B</sum"));
  EXPECT_THAT(Markdown(1), HasSubstr("- and 1 more"));
  for (const std::string markup : {"<script", "<b"}) {
    std::size_t found = 0;
    for (std::size_t at = text.find(markup); at != text.npos; at = text.find(markup, at + 1)) {
      EXPECT_EQ(text[at - 1], '\\') << text.substr(at, 20);
      ++found;
    }
    EXPECT_GT(found, 0U) << markup;
  }
  ExpectNoControls(text);
}

TEST(ComparisonHtml, EscapesEveryText) {
  const std::string page = Html();
  ExpectNoControls(page);
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
  EXPECT_THAT(page, HasSubstr("{{tally}} =1+1"));  // a text is no template
  EXPECT_THAT(page, HasSubstr("a note &lt;b&gt;"));
}

TEST(ComparisonHtml, AsksNothingOfANetwork) {
  const std::string page = Html();
  for (const char* part : {"http://", "https://", "src=", "@import", "url("}) {
    EXPECT_THAT(page, Not(HasSubstr(part))) << part;
  }
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST(ComparisonHtml, PlotsScoresAgainstANumberOfTheRuns) {
  const std::string page = Html();
  EXPECT_THAT(page, HasSubstr("<h2>mmlu: acc against training_samples</h2>"));
  EXPECT_THAT(page, HasSubstr("A at 1,000: 51.50, B at 2,000: 50.30, C at 3,000: 51.50"));
  Comparison without = ExampleComparison();
  without.against = "";
  std::ostringstream out;
  WriteComparisonHtml(without, out);
  EXPECT_THAT(out.str(), Not(HasSubstr("<svg")));
}

TEST(ComparisonHtml, HoldsEveryFlipWithBothAnswers) {
  const std::string page = Html();
  std::size_t flips = 0;
  for (std::size_t at = page.find("<details "); at != page.npos;
       at = page.find("<details ", at + 1))
    ++flips;
  EXPECT_EQ(flips, 2U);
  EXPECT_THAT(page, HasSubstr("data-task=\"mmlu\" data-run=\"B\" data-change=\"loss\""));
  EXPECT_THAT(page, HasSubstr("data-change=\"win\""));
  EXPECT_THAT(page, HasSubstr("Which bone is the longest?\nA. femur"));
  EXPECT_THAT(page, Not(HasSubstr("{{#")));
}

std::string Junit(const ComparisonGate& gate) {
  std::ostringstream out;
  WriteComparisonJunit(ExampleComparison(), gate, out);
  return out.str();
}

TEST(ComparisonJunit, FailsWhatTheGateFails) {
  const std::string xml = Junit({});
  EXPECT_THAT(xml, HasSubstr("<testsuite name=\"mmlu\" tests=\"2\" failures=\"1\""));
  EXPECT_THAT(xml, HasSubstr("<failure type=\"regressed\" message=\"mmlu: B"));
  EXPECT_THAT(xml, HasSubstr("anatomy_test:17 (anatomy): expected &quot;A&quot;"));
  EXPECT_THAT(xml, Not(HasSubstr("type=\"inconclusive\"")));
  EXPECT_THAT(Junit({.fails_inconclusive = true}), HasSubstr("type=\"inconclusive\""));
  EXPECT_THAT(Junit({.most_flips = 1}), HasSubstr("\nand 1 more\n"));
}

TEST(ComparisonJunit, StaysXmlWhateverAModelSaid) {
  const std::string xml = Junit({.fails_inconclusive = true});
  ExpectNoControls(xml);
  EXPECT_THAT(xml, Not(HasSubstr("<script")));
  EXPECT_THAT(xml, Not(HasSubstr("<b>")));
  EXPECT_THAT(xml, HasSubstr("&lt;script&gt;"));
}

TEST(ComparisonGithub, IsAnAnnotationForEachVerdict) {
  std::ostringstream out;
  WriteComparisonGithub(ExampleComparison(), {}, out);
  const std::string text = out.str();
  ExpectNoControls(text);
  EXPECT_THAT(text, HasSubstr("::error title=mmlu regressed::mmlu: B"));
  EXPECT_THAT(text, HasSubstr(". Lost: anatomy_test:17"));
  EXPECT_THAT(text, HasSubstr("::warning title="));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_TRUE(line.starts_with("::error title=") || line.starts_with("::warning title=") ||
                line.starts_with("::notice title="))
        << line;
  }
}

TEST(ComparisonJson, IsStrictAndHoldsEveryNumber) {
  std::ostringstream out;
  WriteComparisonJson(ExampleComparison(), out);
  const Json json = Json::parse(out.str());
  EXPECT_EQ(json["schema_version"], 1);
  EXPECT_EQ(json["runs"].size(), 3U);
  const Json& pair = json["tasks"][0]["pairs"][0];
  EXPECT_EQ(pair["verdict"], "regressed");
  EXPECT_EQ(pair["difference"], -0.012);
  EXPECT_EQ(pair["counts"]["only_baseline"], 15);
  EXPECT_EQ(pair["flips"].size(), 2U);
  EXPECT_EQ(pair["flips"][0]["answer"], "B");
  EXPECT_EQ(json["tasks"][2]["pairs"][0]["ci_low"], nullptr);
  EXPECT_EQ(json["tasks"][2]["best"], nullptr);
  EXPECT_EQ(json["against"], "training_samples");
  EXPECT_EQ(json["runs"][1]["numbers"]["training_samples"], 2000);
  EXPECT_EQ(json["tasks"][0]["intervals"][1][0], 0.472);
  EXPECT_TRUE(json["tasks"][1]["intervals"][1].empty());
  EXPECT_FALSE(json["invalid_utf8"].empty());
}

}  // namespace
}  // namespace meval
