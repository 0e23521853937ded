// Every row of every file in a directory of golden vectors, against this library.
//
//   MISTRAL_EVAL_GOLDEN=/path/to/vectors build/dev/tests/metrics/metrics_golden_test
//
// The directory is read when the program starts, so another one of the same format needs no
// rebuild. Without the variable it is ../shared/golden/metrics where that exists, else the copy in
// tests/golden/metrics. Each file is one test, GoldenFiles/<family>.EveryRowPasses, which says how
// many rows it checked. A file that no family claims fails, and so does a known family without a
// file, an empty file or a line that is no JSON.

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <set>
#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/metrics/golden/family.h"

namespace meval::testing {

std::map<std::string, GoldenFamily>& Families() {
  static std::map<std::string, GoldenFamily> families;
  return families;
}

RegisterFamilies::RegisterFamilies(std::initializer_list<GoldenFamily> families) {
  for (const GoldenFamily& family : families) {
    if (!Families().emplace(family.name, family).second) {
      throw std::logic_error("golden family registered twice: " + family.name);
    }
  }
}

namespace {

std::filesystem::path GoldenDirectory() {
  if (const char* named = std::getenv("MISTRAL_EVAL_GOLDEN"); named != nullptr && *named != '\0') {
    return named;
  }
  const std::filesystem::path source = MEVAL_SOURCE_DIR;
  const std::filesystem::path shared = source.parent_path() / "shared/golden/metrics";
  return std::filesystem::is_directory(shared) ? shared : source / "tests/golden/metrics";
}

// Names of all .jsonl files of the directory, without the extension.
std::set<std::string> FilesIn(const std::filesystem::path& directory) {
  std::set<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".jsonl") {
      names.insert(entry.path().stem().string());
    }
  }
  return names;
}

// One file, as a test of its own.
class GoldenFile : public ::testing::Test {
 public:
  GoldenFile(std::filesystem::path path, const GoldenFamily* family)
      : path_(std::move(path)), family_(family) {}

  void TestBody() override {
    ASSERT_NE(family_, nullptr) << path_ << ": no family of this name is known";
    ASSERT_TRUE(std::filesystem::exists(path_)) << path_ << ": this family has no file";
    std::vector<GoldenRow> rows;
    ASSERT_NO_THROW(rows = LoadRows(path_.string())) << path_;
    ASSERT_FALSE(rows.empty()) << path_ << ": no rows";
    for (std::size_t i = 0; i < rows.size(); ++i) {
      SCOPED_TRACE(path_.string() + ":" + std::to_string(i + 1) + " " + rows[i].Id());
      try {
        family_->check(rows[i]);
      } catch (const std::exception& error) {
        ADD_FAILURE() << "unexpected exception: " << error.what();
      }
    }
    std::cout << family_->name << ": " << rows.size() << " rows checked\n";
    RecordProperty("rows", static_cast<int>(rows.size()));
  }

 private:
  std::filesystem::path path_;
  const GoldenFamily* family_;
};

void RegisterTests(const std::filesystem::path& directory) {
  std::set<std::string> names = FilesIn(directory);
  for (const auto& [name, family] : Families()) {
    names.insert(name);
  }
  for (const std::string& name : names) {
    const auto found = Families().find(name);
    const GoldenFamily* family = found == Families().end() ? nullptr : &found->second;
    const std::filesystem::path path = directory / (name + ".jsonl");
    ::testing::RegisterTest(
        ("GoldenFiles/" + name).c_str(), "EveryRowPasses", nullptr, nullptr, __FILE__, __LINE__,
        [path, family]() -> ::testing::Test* { return new GoldenFile(path, family); });
  }
}

}  // namespace
}  // namespace meval::testing

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  const std::filesystem::path directory = meval::testing::GoldenDirectory();
  std::cout << "golden vectors: " << directory.string() << '\n';
  meval::testing::RegisterTests(directory);
  return RUN_ALL_TESTS();
}
