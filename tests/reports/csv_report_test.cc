#include "reports/csv_report.h"

#include <cstdlib>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/reports/csv_rows.h"
#include "tests/reports/example_report.h"
#include "tests/reports/golden.h"

namespace meval {
namespace {

using testing::CsvRows;

std::string Render(const RunReport& run) {
  std::ostringstream out;
  WriteCsvReport(run, out);
  return out.str();
}

TEST(CsvReport, LooksLikeItsGolden) {
  testing::ExpectGolden("scores.csv", Render(testing::ExampleReport()));
}

TEST(CsvReport, HoldsNoFormulaOfASpreadsheet) {
  RunReport run = testing::PlainReport();
  for (const char* name : {"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"}) {
    run.tasks[0].task = name;
    EXPECT_EQ(CsvRows(Render(run))[1][0], std::string("'") + name);
  }
  run.tasks[0].metrics[0].value = -0.5;
  EXPECT_EQ(CsvRows(Render(run))[1][7], "-0.5");
}

TEST(CsvReport, ReadsBackWhateverTheNamesHold) {
  RunReport run = testing::PlainReport();
  run.tasks[0].task = "a,\"b\"\r\nc";
  run.tasks[0].metrics[0].value = 0.1 + 0.2;
  const std::vector<std::vector<std::string>> rows = CsvRows(Render(run));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].size(), rows[1].size());
  EXPECT_EQ(rows[1][0], "a,\"b\"\r\nc");
  EXPECT_EQ(rows[0][7], "value");
  EXPECT_EQ(std::strtod(rows[1][7].c_str(), nullptr), 0.1 + 0.2);
}

TEST(CsvReport, HasOneRowPerTaskAndMetricThenItsSubsets) {
  const std::vector<std::vector<std::string>> rows = CsvRows(Render(testing::ExampleReport()));
  EXPECT_EQ(rows.size(), 1U + (1 + 7) + 3 + 3);
  for (const std::vector<std::string>& row : rows) EXPECT_EQ(row.size(), rows[0].size());
}

TEST(CsvReport, NamesAFieldThatIsNotFinite) {
  RunReport run = testing::PlainReport();
  run.tasks[0].metrics[0].ci_low = -std::numeric_limits<double>::infinity();
  try {
    Render(run);
    FAIL();
  } catch (const std::logic_error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("gsm8k_cot_maj8 maj@8 ci_low"));
  }
}

}  // namespace
}  // namespace meval
