#include "reports/html_report.h"

#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reports/html_records.h"
#include "tests/reports/example_report.h"

namespace meval {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::vector<HtmlTask> Tasks(const RunReport& run) {
  std::vector<HtmlTask> tasks;
  for (const TaskResult& task : run.tasks) {
    tasks.push_back({.figures = {},
                     .records = RecordsJson(task, testing::ExampleSamples(), {}),
                     .num_records = 4});
  }
  return tasks;
}

Figure Bars() {
  Figure figure = {.name = "groups",
                   .title = "Groups",
                   .caption = "Each group.",
                   .kind = FigureKind::kRows,
                   .label_axis = "group",
                   .value_axis = "acc, %",
                   .labels = {"anatomy", "law"}};
  figure.series = {{.name = "acc", .values = {29.0, 50.25}, .low = {20.0, {}}, .high = {38.5, {}}},
                   {.name = "published", .mark = SeriesMark::kPoint, .values = {{}, 62.5}}};
  return figure;
}

std::string Render(const RunReport& run, std::vector<HtmlTask> tasks) {
  std::ostringstream out;
  WriteHtmlReport(run, std::vector<Figure>{}, tasks, out);
  return out.str();
}

// The text of the script element with this id.
std::string ScriptText(const std::string& page, const std::string& id) {
  const std::string mark = "id=\"" + id + "\">";
  const std::size_t begin = page.find(mark) + mark.size();
  return page.substr(begin, page.find("</script>", begin) - begin);
}

TEST(HtmlReport, SaysWhatTheOtherReportsSay) {
  const RunReport run = testing::ExampleReport();
  const std::string page = Render(run, Tasks(run));
  for (const char* text :
       {"62.50", "52.24", "52.10 [2]", "The model is for demonstration", "gsm8k_cot_maj8",
        "41</b> invalid answers", "5555555555555555", "AMD EPYC 9554, 64 threads",
        "Warning: the dev file of anatomy has 4 records", "11,000,000"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
}

TEST(HtmlReport, HoldsTheRecordsOfEachTask) {
  const RunReport run = testing::ExampleReport();
  const std::vector<HtmlTask> tasks = Tasks(run);
  const std::string page = Render(run, tasks);
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    EXPECT_EQ(ScriptText(page, "records-" + std::to_string(i)), tasks[i].records);
  }
}

TEST(HtmlReport, ShowsEnergyWhereItWasRead) {
  RunReport run = testing::ExampleReport();
  EXPECT_THAT(Render(run, Tasks(run)), Not(HasSubstr("a right answer")));
  run.tasks[0].timing.joules = 234567;
  run.tasks[0].timing.correct_answers = 150;
  const std::string page = Render(run, Tasks(run));
  EXPECT_THAT(page, HasSubstr("<th scope=\"col\">a right answer</th>"));
  EXPECT_THAT(page, HasSubstr("<td>234,567 J</td><td>1.00 J</td><td>1,564 J</td></tr>"));
  EXPECT_THAT(page, HasSubstr("<td></td><td></td><td></td></tr>"));  // of the other tasks
}

TEST(HtmlReport, LoadsNothing) {
  const RunReport run = testing::ExampleReport();
  std::string page = Render(run, Tasks(run));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  for (const char* text : {" src=", "<link rel=\"stylesheet\"", "@import", "url("}) {
    EXPECT_THAT(page, Not(HasSubstr(text)));
  }
}

TEST(HtmlReport, DrawsFiguresAndWritesTheirNumbers) {
  const RunReport run = testing::PlainReport();
  std::vector<HtmlTask> tasks = Tasks(run);
  tasks[0].figures = {Bars()};
  const std::string page = Render(run, tasks);
  EXPECT_THAT(page, HasSubstr("<td>29.00 (20.00 \u2013 38.50)</td><td></td>"));
  EXPECT_THAT(page, HasSubstr("<td>50.25</td><td>62.50</td>"));
  EXPECT_THAT(page, HasSubstr("<canvas id=\"t0-groups\""));
  const auto charts = nlohmann::json::parse(ScriptText(page, "charts"));
  ASSERT_EQ(charts["figures"].size(), 1U);
  EXPECT_EQ(charts["figures"][0]["id"], "t0-groups");
  EXPECT_EQ(charts["figures"][0]["series"][0]["values"][1], 50.25);
  EXPECT_TRUE(charts["figures"][0]["series"][0]["low"][1].is_null());
}

TEST(HtmlReport, WritesATableWithoutDrawingIt) {
  const RunReport run = testing::PlainReport();
  std::vector<HtmlTask> tasks = Tasks(run);
  Figure table = Bars();
  table.name = "confusion";
  table.kind = FigureKind::kTable;
  tasks[0].figures = {table};
  const std::string page = Render(run, tasks);
  EXPECT_THAT(page, Not(HasSubstr("<canvas id=\"t0-confusion\"")));
  EXPECT_THAT(page, HasSubstr("<details id=\"numbers-t0-confusion\" open>"));
  EXPECT_THAT(page, HasSubstr("<td>50.25</td><td>62.50</td>"));
  EXPECT_TRUE(nlohmann::json::parse(ScriptText(page, "charts"))["figures"].empty());
}

TEST(HtmlReport, LetsNoTextBecomeMarkup) {
  const std::string hostile = "</script><script>alert(1)</script><img onerror=x>\x1B[31m&{{x}}";
  RunReport run = testing::ExampleReport();
  run.identity.model = run.model_summary = run.host.hostname = run.identity.flags["x"] = hostile;
  for (TaskResult& task : run.tasks) {
    task.task += hostile;
    task.title = hostile;
    task.warnings = {hostile};
    task.metrics[0].name = task.metrics[0].signature = hostile;
    task.settings[hostile] = hostile;
    if (!task.subsets.empty()) task.subsets[3].name = hostile;
  }
  std::vector<HtmlTask> tasks = Tasks(run);
  Figure figure = Bars();
  figure.title = figure.caption = figure.labels[0] = figure.series[0].name = hostile;
  tasks[0].figures = {figure};
  const std::string page = Render(run, tasks);
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_EQ(page.find('\x1B'), std::string::npos);
  EXPECT_THAT(page, HasSubstr("&lt;/script&gt;&lt;script&gt;alert(1)"));
  EXPECT_EQ(nlohmann::json::parse(ScriptText(page, "charts"))["figures"][0]["labels"][0], hostile);
}

TEST(HtmlReport, RefusesSamplesOfOtherTasksAndNumbersThatAreNone) {
  const RunReport run = testing::ExampleReport();
  std::ostringstream out;
  EXPECT_THROW(WriteHtmlReport(run, std::vector<Figure>{}, std::vector<HtmlTask>{}, out),
               std::invalid_argument);
  Figure figure = Bars();
  figure.series[0].values[0] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(WriteHtmlReport(run, std::vector{figure}, Tasks(run), out), std::logic_error);
}

}  // namespace
}  // namespace meval
