// report.html in a browser: it opens without a complaint and without a request, its filters do what
// they say, and nothing that a model wrote becomes part of the page.

#include "evals/report_page.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "evals/task_figures.h"
#include "reports/comparison_report.h"
#include "reports/history.h"
#include "reports/html_records.h"
#include "reports/html_report.h"
#include "reports/rating_sheet.h"
#include "tests/reports/example_comparison.h"
#include "tests/reports/example_report.h"
#include "tests/reports/golden.h"
#include "tests/reports/temp_directory.h"

namespace meval {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Json = nlohmann::json;

constexpr int kNumRecords = 230;
const char* const kHostile =
    "hostile </script><script>window.attacked = true</script><img src=x onerror=\"attacked=true\">"
    "\x1B[31m \xE2\x80\xAE {{x}} &lt;b&gt;";

// Every third record is right, groups alternate, margins fall; one record is hostile, one
// truncated.
std::vector<SampleResult> ChoiceRecords() {
  const SampleResult pattern = testing::ExampleSamples()[0];
  std::vector<SampleResult> samples(kNumRecords, pattern);
  for (int i = 0; i < kNumRecords; ++i) {
    SampleResult& sample = samples[static_cast<std::size_t>(i)];
    sample.index = i;
    sample.id = "record:" + std::to_string(i);
    sample.group = i % 2 == 0 ? "anatomy" : "law";
    sample.question = "Question number " + std::to_string(i) + "?\nAnswer:";
    sample.gold = {i % 3 == 0 ? 0 : 1};
    sample.metrics = {{"acc", i % 3 == 0 ? 1.0 : 0.0}};
    sample.margin = 1000 - i;
  }
  samples[77].question = "Needle, the number of which is here";
  samples[8].question = samples[8].choices[1].text = kHostile;
  samples[9].truncated = Truncation{1, 0, 0};
  return samples;
}

std::vector<SampleResult> CompletionRecords() {
  std::vector<SampleResult> samples = {testing::ExampleSamples()[1], testing::ExampleSamples()[2]};
  samples[0].completions[0].text = kHostile + std::string(1'000'000, 'x');
  samples[0].completions[0].extracted["maj@8"] = kHostile;
  return samples;
}

std::string Page() {
  RunReport run = testing::ExampleReport();
  run.tasks.resize(2);
  run.tasks[0].warnings = {kHostile};
  run.identity.model = kHostile;
  const PromptParts parts = {.descriptions = {{"anatomy", kHostile}},
                             .exemplars = {{"anatomy_dev:1", kHostile}}};
  std::vector<HtmlTask> tasks = {MakeHtmlTask(run.tasks[0], ChoiceRecords(), parts),
                                 MakeHtmlTask(run.tasks[1], CompletionRecords(), {})};
  Flip flip;
  flip.id = "record:42";
  flip.baseline_answer = kHostile;
  flip.baseline_score = 1;
  tasks[0].flips = FlipsJson(std::vector{flip});
  std::ostringstream out;
  WriteHtmlReport(run, RunFigures(run), tasks, out);
  return out.str();
}

std::string Script(const std::string& name) {
  return "<script>" + testing::ReadFile(MEVAL_SOURCE_DIR "/tests/e2e/browser/" + name) +
         "</script>";
}

std::string Browser() {
  for (const char* name : {"chromium", "chromium-browser", "google-chrome"}) {
    if (std::system((std::string("command -v ") + name + " >/dev/null 2>&1").c_str()) == 0) {
      return name;
    }
  }
  return "";
}

// What the driver saw in a window of this size.
Json Drive(const std::string& browser, const std::string& window, std::string page,
           const std::string& driver) {
  const testing::TempDirectory directory;
  page.insert(page.find("<style>"), Script("observe.js"));
  page.insert(page.rfind("</body>"), Script(driver));
  testing::WriteFile(directory / "page.html", page);
  const std::string command =
      browser +
      " --headless --no-sandbox --disable-gpu --virtual-time-budget=30000 --user-data-dir=" +
      (directory / "profile").string() + " --window-size=" + window + " --dump-dom file://" +
      (directory / "page.html").string() + " > " + (directory / "dom").string() + " 2>/dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0);
  const std::string dom = testing::ReadFile(directory / "dom");
  const std::string mark = "<pre id=\"outcome\">";
  const std::size_t begin = dom.rfind(mark);
  if (begin == std::string::npos) {
    ADD_FAILURE() << "the driver did not end";
    return {};
  }
  const std::size_t text = begin + mark.size();
  return Json::parse(dom.substr(text, dom.find("</pre>", text) - text));
}

class ReportPage : public ::testing::TestWithParam<const char*> {};

TEST_P(ReportPage, OpensFiltersAndSortsInABrowser) {
  const std::string browser = Browser();
  if (browser.empty()) GTEST_SKIP() << "no browser: the Debian package is chromium";
  const Json seen = Drive(browser, GetParam(), Page(), "drive.js");
  ASSERT_TRUE(seen.is_object());
  EXPECT_THAT(seen["problems"], IsEmpty()) << seen["problems"];
  EXPECT_THAT(seen["requests"], IsEmpty()) << seen["requests"];
  // Filters.
  EXPECT_EQ(seen["all"], kNumRecords);
  EXPECT_EQ(seen["rowsShown"], 50);
  EXPECT_EQ(seen["wrong"], 153);
  EXPECT_EQ(seen["wrongInGroup"], 77);
  EXPECT_EQ(seen["afterReset"], kNumRecords);
  EXPECT_EQ(seen["needle"], 1);
  EXPECT_EQ(seen["needleId"], "record:77");
  EXPECT_EQ(seen["nothing"], 0);
  EXPECT_EQ(seen["truncated"], 1);
  EXPECT_EQ(seen["flipped"], 1);
  EXPECT_EQ(seen["flippedId"], "record:42");
  EXPECT_EQ(seen["before"], true);
  // Sorting and pages.
  EXPECT_EQ(seen["smallestMargin"], "record:229");
  EXPECT_EQ(seen["largestMargin"], "record:0");
  EXPECT_EQ(seen["ariaSort"], "descending");
  EXPECT_EQ(seen["secondPage"], "record:50");
  EXPECT_EQ(seen["nextOnLastPage"], true);
  EXPECT_EQ(seen["secondTask"], 1);  // of two: the text that was typed still filters
  // A record in full, and nothing of it in force.
  EXPECT_THAT(seen["detail"].get<std::string>(),
              HasSubstr("</script><script>window.attacked = true</script><img src=x"));
  EXPECT_THAT(seen["detail"].get<std::string>(), HasSubstr("\u27e8001B\u27e9"));
  EXPECT_THAT(seen["detail"].get<std::string>(), HasSubstr("\u27e8202E\u27e9"));
  EXPECT_EQ(seen["expanded"], "true");
  EXPECT_EQ(seen["closed"], true);
  EXPECT_EQ(seen["wasAttacked"], false);
  EXPECT_EQ(seen["images"], 0);
  EXPECT_EQ(seen["scripts"], seen["scriptsAfter"]);
  // What is drawn, and that it fits.
  EXPECT_GE(seen["charts"], 6);
  EXPECT_THAT(seen["blankCharts"], IsEmpty()) << seen["blankCharts"];
  EXPECT_EQ(seen["unlabelled"], 0);
  EXPECT_EQ(seen["overflow"], 0);
}

// The sheet that its page saves is the CSV file with the ratings filled in.
TEST_P(ReportPage, SheetsAreRatedAndSavedInABrowser) {
  const std::string browser = Browser();
  if (browser.empty()) GTEST_SKIP() << "no browser: the Debian package is chromium";
  std::vector<SheetRow> rows(3);
  for (SheetRow& row : rows) {
    row = {"task", "record", "digest", "", "A question, \"quoted\"\nin lines", kHostile, "=1+1"};
  }
  std::ostringstream html;
  WriteSheetHtml(rows, html);
  const Json seen = Drive(browser, GetParam(), html.str(), "drive_sheet.js");
  ASSERT_TRUE(seen.is_object());
  EXPECT_THAT(seen["problems"], IsEmpty()) << seen["problems"];
  EXPECT_THAT(seen["requests"], IsEmpty()) << seen["requests"];
  EXPECT_EQ(seen["before"], "0 of 3 rated");
  EXPECT_EQ(seen["after"], "1 of 3 rated");
  EXPECT_EQ(seen["download"], "sheet.csv");
  EXPECT_EQ(seen["wasAttacked"], false);
  EXPECT_EQ(seen["unlabelled"], 0);
  EXPECT_LE(seen["overflow"], 0);
  std::ostringstream empty;
  WriteSheetCsv(rows, empty);
  std::string filled = empty.str();
  for (const char* ratings : {",4,5\n", ",2,\n"}) filled.replace(filled.find(",,\n"), 3, ratings);
  EXPECT_EQ(seen["csv"], filled);
}

void ExpectHarmless(const Json& seen) {
  EXPECT_THAT(seen["problems"], IsEmpty()) << seen["problems"];
  EXPECT_THAT(seen["requests"], IsEmpty()) << seen["requests"];
  EXPECT_EQ(seen["wasAttacked"], false);
  EXPECT_EQ(seen["images"], 0);
  EXPECT_EQ(seen["unlabelled"], 0);
  EXPECT_LE(seen["overflow"], 0);
}

TEST_P(ReportPage, ComparisonsFilterTheirFlipsInABrowser) {
  const std::string browser = Browser();
  if (browser.empty()) GTEST_SKIP() << "no browser: the Debian package is chromium";
  Comparison comparison = testing::ExampleComparison();
  comparison.tasks[0].pairs[0].flips[0].question = kHostile;
  comparison.tasks[0].pairs[0].flips[0].system_completion = kHostile + std::string(1'000'000, 'x');
  int flips = 0;
  for (const TaskComparison& task : comparison.tasks) {
    for (const PairComparison& pair : task.pairs) flips += static_cast<int>(pair.flips.size());
  }
  std::ostringstream html;
  WriteComparisonHtml(comparison, html);
  const Json seen = Drive(browser, GetParam(), html.str(), "drive_comparison.js");
  ASSERT_TRUE(seen.is_object());
  ExpectHarmless(seen);
  EXPECT_GT(flips, 0);
  EXPECT_EQ(seen["all"], flips);
  EXPECT_GT(seen["lost"], 0);
  EXPECT_EQ(seen["lost"].get<int>() + seen["won"].get<int>(), flips);
  EXPECT_EQ(seen["count"],
            std::to_string(seen["won"].get<int>()) + " of " + std::to_string(flips) + " records");
  EXPECT_EQ(seen["nothing"], 0);
  EXPECT_EQ(seen["again"], flips);
}

TEST_P(ReportPage, HistoriesOpenInABrowser) {
  const std::string browser = Browser();
  if (browser.empty()) GTEST_SKIP() << "no browser: the Debian package is chromium";
  std::ostringstream html;
  WriteHistoryHtml(testing::ExampleHistory(), html);
  std::string page = html.str();
  page.insert(page.find("style-src"), "script-src 'unsafe-inline'; ");  // it has no script itself
  const Json seen = Drive(browser, GetParam(), page, "drive_comparison.js");
  ASSERT_TRUE(seen.is_object());
  ExpectHarmless(seen);
  EXPECT_EQ(seen["charts"], 2);
}

INSTANTIATE_TEST_SUITE_P(Windows, ReportPage, ::testing::Values("1280,900", "500,900"),
                         [](const ::testing::TestParamInfo<const char*>& size) -> std::string {
                           return size.index == 0 ? "Desktop" : "Phone";
                         });

}  // namespace
}  // namespace meval
