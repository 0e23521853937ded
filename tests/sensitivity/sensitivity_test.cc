// Which planted faults a comparison with a good run notices; docs/sensitivity.md holds the table.

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/e2e/child.h"
#include "tests/sensitivity/fault.h"
#include "tests/support/temp_directory.h"

namespace meval::sensitivity {
namespace {

using testing::Child;
using testing::ReadWholeFile;
using testing::TempDirectory;
using Json = nlohmann::json;

// What two checks say of one fault.
struct Seen {
  bool in_bits = false;  // some answer is not the same, bit for bit
  bool by_gate = false;  // some task has regressed
  std::int64_t answers_changed = 0;
  std::int64_t flips = 0;  // records whose score changed
  std::string regressed;   // "mmlu, samsum"
};

std::string YesNo(bool yes) { return yes ? "yes" : "no"; }

// A row of the table, without the numbers, which differ by instruction set.
std::string Row(const FaultInfo& fault, const Seen& seen) {
  return "| `" + std::string(fault.name) + "` | " + std::string(fault.meaning) + " | " +
         YesNo(seen.in_bits) + " | " + (seen.by_gate ? "fails: " + seen.regressed : "passes") +
         " | " + std::to_string(seen.flips) + " |";
}

class SensitivityTest : public ::testing::Test {
 protected:
  SensitivityTest() { Run("none", "good"); }

  // Runs the program with the fault of this name into the directory `out`.
  void Run(const std::string& fault, const std::string& out) const {
    ASSERT_EQ(::setenv("MEVAL_FAULT", fault.c_str(), 1), 0);
    Execute({"--task",
             std::string("mmlu,hellaswag,gsm8k_cot_maj8,samsum,") + kFixtures + "/accents.json",
             "--data", MEVAL_SOURCE_DIR "/tasks/samples", "--limit", "48", "--max-new-tokens", "48",
             "--quiet", "--out", directory_ / out},
            out);
    ASSERT_EQ(::unsetenv("MEVAL_FAULT"), 0);
  }

  // What a comparison of that directory with the good run says.
  Seen Compare(const std::string& out) const {
    Execute({"compare", directory_ / "good", directory_ / out, "--format", "json", "--out",
             directory_ / (out + ".json")},
            out + "-compare");
    Seen seen;
    const Json comparison = Json::parse(ReadWholeFile(directory_ / (out + ".json")));
    for (const Json& task : comparison.at("tasks")) {
      const Json& pair = task.at("pairs").at(0);
      seen.in_bits = seen.in_bits || pair.at("verdict") != "identical";
      seen.answers_changed += pair.at("num_answers_changed").get<std::int64_t>();
      seen.flips += pair.at("num_scores_changed").get<std::int64_t>();
      if (pair.at("verdict") != "regressed") continue;
      seen.by_gate = true;
      seen.regressed += (seen.regressed.empty() ? "" : ", ") + task.at("task").get<std::string>();
    }
    return seen;
  }

 private:
  static constexpr const char* kFixtures = MEVAL_SOURCE_DIR "/tests/fixtures/sensitivity";

  void Execute(const std::vector<std::string>& arguments, const std::string& name) const {
    const auto log = directory_.path() / (name + ".log");
    Child child(arguments, log);
    const int status = child.Wait();
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0)
        << name << ": " << ReadWholeFile(log);
  }

  TempDirectory directory_;
};

// The documented rows by fault.
std::map<std::string, std::string> DocumentedRows() {
  std::map<std::string, std::string> rows;
  std::ifstream page(MEVAL_SOURCE_DIR "/docs/sensitivity.md");
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| `")) continue;
    rows[line.substr(3, line.find('`', 3) - 3)] = line;
  }
  return rows;
}

class PlantedFaults : public SensitivityTest, public ::testing::WithParamInterface<std::size_t> {};

constexpr std::size_t kFaultsPerTest = 6;  // which share one run without a fault

TEST_P(PlantedFaults, AreSeenAsTheTableSays) {
  const std::map<std::string, std::string> documented = DocumentedRows();
  const std::size_t end = std::min(GetParam() + kFaultsPerTest, kFaults.size());
  for (std::size_t i = GetParam(); i < end; ++i) {
    const FaultInfo& fault = kFaults[i];
    SCOPED_TRACE(fault.name);
    Run(std::string(fault.name), std::string(fault.name));
    const Seen seen = Compare(std::string(fault.name));
    // For whoever updates the table.
    std::cout << Row(fault, seen) << '\n';
    EXPECT_TRUE(seen.in_bits) << "a fault that no check sees";
    const auto row = documented.find(std::string(fault.name));
    if (row == documented.end()) {
      ADD_FAILURE() << "docs/sensitivity.md has no row for it";
      continue;
    }
    EXPECT_THAT(row->second, ::testing::HasSubstr(std::string(fault.meaning)));
    EXPECT_THAT(row->second, ::testing::HasSubstr("| " + YesNo(seen.in_bits) + " | "));
    // Where the gate passes it may fail on a machine that rounds otherwise, but not the reverse.
    if (row->second.find("| fails: ") != std::string::npos) {
      EXPECT_TRUE(seen.by_gate);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, PlantedFaults, ::testing::Values(1U, 7U, 13U, 19U));

TEST_F(SensitivityTest, TheProgramWithoutAFaultIsIdenticalToItself) {
  Run("none", "again");
  EXPECT_FALSE(Compare("again").in_bits);
}

}  // namespace
}  // namespace meval::sensitivity
