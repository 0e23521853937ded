#include "reports/csv_report.h"

#include <cstdlib>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/reports/example_report.h"
#include "tests/reports/golden.h"

namespace meval {
namespace {

std::string Render(const RunReport& run) {
  std::ostringstream out;
  WriteCsvReport(run, out);
  return out.str();
}

// RFC 4180, read the other way.
std::vector<std::vector<std::string>> Parse(const std::string& text) {
  std::vector<std::vector<std::string>> rows(1, std::vector<std::string>(1));
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    std::string& field = rows.back().back();
    if (is_quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      field += text[++i];
    } else if (c == '"') {
      is_quoted = !is_quoted;
    } else if (c == ',' && !is_quoted) {
      rows.back().emplace_back();
    } else if (c == '\n' && !is_quoted) {
      rows.emplace_back(1);
    } else {
      field += c;
    }
  }
  rows.pop_back();
  return rows;
}

TEST(CsvReport, LooksLikeItsGolden) {
  testing::ExpectGolden("scores.csv", Render(testing::ExampleReport()));
}

TEST(CsvReport, HoldsNoFormulaOfASpreadsheet) {
  RunReport run = testing::PlainReport();
  for (const char* name : {"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"}) {
    run.tasks[0].task = name;
    EXPECT_EQ(Parse(Render(run))[1][0], std::string("'") + name);
  }
  run.tasks[0].metrics[0].value = -0.5;
  EXPECT_EQ(Parse(Render(run))[1][7], "-0.5");
}

TEST(CsvReport, ReadsBackWhateverTheNamesHold) {
  RunReport run = testing::PlainReport();
  run.tasks[0].task = "a,\"b\"\r\nc";
  run.tasks[0].metrics[0].value = 0.1 + 0.2;
  const std::vector<std::vector<std::string>> rows = Parse(Render(run));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].size(), rows[1].size());
  EXPECT_EQ(rows[1][0], "a,\"b\"\r\nc");
  EXPECT_EQ(rows[0][7], "value");
  EXPECT_EQ(std::strtod(rows[1][7].c_str(), nullptr), 0.1 + 0.2);
}

TEST(CsvReport, HasOneRowPerTaskAndMetricThenItsSubsets) {
  const std::vector<std::vector<std::string>> rows = Parse(Render(testing::ExampleReport()));
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
