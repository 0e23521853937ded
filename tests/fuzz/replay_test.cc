// Every seed and every finding through its fuzz target. A finding is a file in
// tests/fixtures/fuzz/<target>/, named after what was wrong.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include <gtest/gtest.h>

#include "tests/fuzz/fuzz_target.h"

namespace meval::fuzz {
namespace {

namespace fs = std::filesystem;

const fs::path kSeeds = fs::path(MEVAL_SOURCE_DIR) / "tests/fuzz/corpus";
const fs::path kFindings = fs::path(MEVAL_SOURCE_DIR) / "tests/fixtures/fuzz";

std::vector<fs::path> FilesIn(const fs::path& directory) {
  std::vector<fs::path> files;
  if (fs::is_directory(directory)) {
    for (const auto& entry : fs::directory_iterator(directory)) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string BytesOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void RunOn(const Target& target, const std::string& bytes) {
  try {
    Input input(bytes);
    target.run(input);
  } catch (const Failure& failure) {
    ADD_FAILURE() << "does not hold: " << failure.what;
  } catch (const std::exception& error) {
    ADD_FAILURE() << "an error that the target does not expect: " << error.what();
  }
}

TEST(FuzzReplay, RunsEverySeedAndFinding) {
  for (const Target& target : Targets()) {
    std::vector<fs::path> files = FilesIn(kSeeds / target.name);
    EXPECT_FALSE(files.empty()) << target.name << " has no seed";
    const std::vector<fs::path> findings = FilesIn(kFindings / target.name);
    files.insert(files.end(), findings.begin(), findings.end());
    for (const fs::path& file : files) {
      SCOPED_TRACE(target.name + " " + file.string());
      RunOn(target, BytesOf(file));
    }
  }
}

// A few inputs near the seeds, so that targets run on broken text in every build.
TEST(FuzzReplay, RunsEverySeedCutShortAndWithForeignBytes) {
  for (const Target& target : Targets()) {
    for (const fs::path& file : FilesIn(kSeeds / target.name)) {
      const std::string bytes = BytesOf(file);
      for (std::size_t i = 1; i <= 8; ++i) {
        const std::size_t at = bytes.size() * i / 9;
        SCOPED_TRACE(target.name + " " + file.string() + " at " + std::to_string(at));
        RunOn(target, bytes.substr(0, at));
        RunOn(target, bytes.substr(at));
        for (const char foreign : {'\0', '\xFF', '\x80', '{', '\\'}) {
          RunOn(target, bytes.substr(0, at) + foreign + bytes.substr(at));
        }
      }
    }
    RunOn(target, "");
  }
}

TEST(FuzzReplay, KnowsTheTargetOfEveryFolder) {
  std::set<std::string> names;
  for (const Target& target : Targets()) {
    EXPECT_TRUE(names.insert(target.name).second) << target.name << " is registered twice";
  }
  for (const fs::path& folder : {kSeeds, kFindings}) {
    for (const fs::path& entry : FilesIn(folder)) {
      EXPECT_EQ(names.count(entry.filename().string()), 1u) << entry;
    }
  }
}

TEST(FuzzInput, SplitsItsBytesAtFF) {
  Input input("12a\xFF\xFFz\xC3\xA9\xFF");
  EXPECT_EQ(input.Below(3), 1u);
  EXPECT_FALSE(input.Flag());
  EXPECT_EQ(input.Text(), "a");
  EXPECT_EQ(input.Texts(), (std::vector<std::string>{"", "z\xC3\xA9", ""}));
  EXPECT_EQ(input.Text(), "");
  EXPECT_EQ(input.Below(7), 0u);
  EXPECT_TRUE(input.Texts().empty());
  EXPECT_EQ(Input("a\xFF"
                  "b")
                .Bytes(),
            "a\xFF"
            "b");
  EXPECT_THROW(Require(false, "x"), Failure);
}

}  // namespace
}  // namespace meval::fuzz
