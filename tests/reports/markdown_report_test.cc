#include "reports/markdown_report.h"

#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/reports/example_report.h"
#include "tests/reports/golden.h"

namespace meval {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Render(const RunReport& run) {
  std::ostringstream out;
  WriteMarkdownReport(run, out);
  return out.str();
}

// Bars that divide cells: those without a backslash.
int CountBars(const std::string& line) {
  int bars = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == '|') {
      ++bars;
    }
  }
  return bars;
}

TEST(MarkdownReport, LooksLikeItsGolden) {
  testing::ExpectGolden("report.md", Render(testing::ExampleReport()));
}

TEST(MarkdownReport, EveryRowHasTheHeadersCells) {
  RunReport run = testing::ExampleReport();
  run.tasks[0].task = "a|b\\|c\nd";
  run.tasks[0].metrics[0].name = "x|y";
  int rows = 0;
  std::istringstream lines(Render(run));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() != '|') continue;
    ++rows;
    EXPECT_EQ(CountBars(line), 10) << line;
  }
  EXPECT_EQ(rows, 2 + 11 + 2 + 3 + 2 + 2 + 3);
}

TEST(MarkdownReport, LetsNoTextBecomeMarkup) {
  RunReport run = testing::PlainReport();
  run.tasks[0].warnings = {"<script>alert(1)</script> **bold** `code` [x](y) ~~z~~ &amp; a\n# b"};
  EXPECT_THAT(Render(run), HasSubstr(R"(Warning: \<script\>alert(1)\</script\> \*\*bold\*\* )"
                                     R"(\`code\` \[x\](y) \~\~z\~\~ \&amp; a \# b)"));
}

TEST(MarkdownReport, FoldsGroupsAwayAndOmitsWhatIsAbsent) {
  EXPECT_THAT(Render(testing::ExampleReport()), HasSubstr("<summary>Every group"));
  EXPECT_THAT(Render(testing::PlainReport()), Not(HasSubstr("<summary>Every group")));
  EXPECT_THAT(Render(testing::PlainReport()), Not(HasSubstr("> **")));
}

TEST(MarkdownReport, NamesEachSignatureOnceWithItsMetrics) {
  RunReport run = testing::PlainReport();
  MetricValue metric = run.tasks[0].metrics[0];
  metric.name = "maj@1";
  run.tasks[0].metrics.push_back(metric);
  EXPECT_THAT(Render(run), HasSubstr("- gsm8k\\_cot\\_maj8 maj@8, maj@1: nrefs:1\\|samples:8"));
  run.tasks[0].metrics.clear();
  EXPECT_THAT(Render(run), Not(HasSubstr("How each metric was computed")));
}

}  // namespace
}  // namespace meval
