#include "reports/console_report.h"

#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/utf8.h"
#include "tests/reports/example_report.h"
#include "tests/reports/golden.h"

namespace meval {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Render(const RunReport& run, const ConsoleOptions& options = {}) {
  std::ostringstream out;
  WriteConsoleReport(run, options, out);
  return out.str();
}

TEST(ConsoleReport, LooksLikeItsGolden) {
  testing::ExpectGolden("console.txt", Render(testing::ExampleReport()));
  testing::ExpectGolden("console_plain.txt", Render(testing::PlainReport()));
  testing::ExpectGolden("console_groups_80.txt",
                        Render(testing::ExampleReport(), {.all_groups = true, .width = 80}));
}

TEST(ConsoleReport, StaysInsideTheWidth) {
  for (const int width : {48, 60, 72, 80, 100, 132, 200}) {
    std::istringstream lines(
        Render(testing::ExampleReport(), {.all_groups = true, .width = width}));
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(DisplayWidth(line), width) << line;
    }
  }
}

TEST(ConsoleReport, ColorChangesNothingButColor) {
  const std::string colored = Render(testing::ExampleReport(), {.color = true});
  std::string stripped;
  for (std::size_t i = 0; i < colored.size(); ++i) {
    if (colored[i] == '\x1b') {
      i = colored.find('m', i);
    } else {
      stripped += colored[i];
    }
  }
  EXPECT_NE(colored, stripped);
  EXPECT_EQ(stripped, Render(testing::ExampleReport()));
}

TEST(ConsoleReport, ShowsSubsetsOnRequestOnly) {
  const RunReport run = testing::ExampleReport();
  EXPECT_THAT(Render(run, {.subsets = false}), Not(HasSubstr("social sciences")));
  EXPECT_THAT(Render(run), HasSubstr("social sciences"));
  EXPECT_THAT(Render(run), Not(HasSubstr("abstract_algebra")));
  EXPECT_THAT(Render(run, {.all_groups = true}), HasSubstr("abstract_algebra"));
}

TEST(ConsoleReport, OfARealRunHasNoBanner) {
  EXPECT_THAT(Render(testing::PlainReport()), Not(HasSubstr("!!")));
  EXPECT_THAT(Render(testing::ExampleReport()), HasSubstr("!! The model is for demonstration"));
}

TEST(ConsoleReport, DisarmsEscapesInEveryText) {
  RunReport run = testing::ExampleReport();
  const std::string hostile = "\x1b[2J\xFF";
  run.identity.model += hostile;
  for (TaskResult& task : run.tasks) {
    task.task += hostile;
    task.warnings.push_back(hostile);
    for (PublishedComparison& published : task.published) published.source += hostile;
    for (MetricValue& metric : task.metrics) metric.name += hostile;
    for (SubsetResult& subset : task.subsets) subset.name += hostile;
  }
  const std::string text = Render(run, {.all_groups = true});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_TRUE(IsUtf8(text));
}

TEST(ConsoleReport, OfNoTasksIsJustItsHead) {
  RunReport run = testing::PlainReport();
  run.tasks.clear();
  EXPECT_THAT(Render(run), HasSubstr("mistral-eval 0.1.0"));
}

}  // namespace
}  // namespace meval
