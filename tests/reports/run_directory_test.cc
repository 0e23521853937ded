#include "reports/run_directory.h"

#include <unistd.h>

#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/error.h"
#include "reports/json_report.h"
#include "tests/reports/example_report.h"
#include "tests/reports/golden.h"
#include "tests/reports/temp_directory.h"

namespace meval {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string ErrorOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const ReportError& error) {
    return error.what();
  }
  return "no error";
}

std::string OpenError(const fs::path& path, const RunReport& run = testing::PlainReport()) {
  return ErrorOf([&] { RunDirectory::Open(path, run); });
}

std::vector<std::string> Names(const fs::path& path) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(path)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

TEST(RunDirectory, CreatesParentsAndWritesTheRecord) {
  const testing::TempDirectory temp;
  const fs::path path = temp / "runs" / "today" / "first";
  const RunDirectory directory = RunDirectory::Open(path, testing::ExampleReport());
  EXPECT_FALSE(directory.is_continued());
  EXPECT_EQ(directory.path(), path);
  EXPECT_EQ(directory.journal(), path / "journal.jsonl");
  std::ostringstream record;
  WriteRunJson(testing::ExampleReport(), record);
  EXPECT_EQ(testing::ReadFile(path / "run.json"), record.str());
  EXPECT_THAT(Names(path), ElementsAre("run.json"));
}

TEST(RunDirectory, TakesAnEmptyDirectoryAndOneThatWasKilledAtItsFirstFile) {
  const testing::TempDirectory temp;
  EXPECT_FALSE(RunDirectory::Open(temp.path(), testing::PlainReport()).is_continued());
  const testing::TempDirectory killed;
  testing::WriteFile(killed / ".run.json.tmp", "{\"schema_ver");
  EXPECT_FALSE(RunDirectory::Open(killed.path(), testing::PlainReport()).is_continued());
  EXPECT_THAT(Names(killed.path()), ElementsAre("run.json"));
}

TEST(RunDirectory, ContinuesARunOfTheSameIdentityAndKeepsItsRecord) {
  const testing::TempDirectory temp;
  RunReport run = testing::PlainReport();
  RunDirectory::Open(temp.path(), run);
  const std::string record = testing::ReadFile(temp / "run.json");
  run.started_at = "2031-01-01T00:00:00Z";
  run.host.num_threads = 1;
  run.command.push_back("--threads=1");
  EXPECT_TRUE(RunDirectory::Open(temp.path(), run).is_continued());
  EXPECT_EQ(testing::ReadFile(temp / "run.json"), record);
}

TEST(RunDirectory, NamesEveryKeyThatDiffersWithBothValues) {
  const testing::TempDirectory temp;
  RunReport run = testing::PlainReport();
  RunDirectory::Open(temp.path(), run);
  run.identity.seed = 99;
  run.identity.flags = {{"limit", "10"}};
  const std::string message = OpenError(temp.path(), run);
  EXPECT_THAT(message, AllOf(HasSubstr(temp.path().string() + ": holds another run"),
                             HasSubstr("seed: \"1234\" in run.json, \"99\" in this run"),
                             HasSubstr("flags.limit: absent in run.json, \"10\" in this run"),
                             HasSubstr("flags.truncation: \"shots\" in run.json, absent in this"),
                             HasSubstr("--out")));
  EXPECT_THAT(message, Not(HasSubstr("dtype")));
}

TEST(RunDirectory, IsNotContinuedWithOtherPromptsOrOtherArithmetic) {
  const testing::TempDirectory temp;
  RunReport run = testing::PlainReport();
  RunDirectory::Open(temp.path(), run);
  run.identity.numerics = "v1, simd, builtin";
  run.identity.prompts["gsm8k_cot_maj8"] = "0ther";
  run.identity.prompts["mmlu"] = "new";
  const std::string eights(64, '8');
  EXPECT_THAT(OpenError(temp.path(), run),
              AllOf(HasSubstr("numerics: \"v1, simd, onednn 2.6.3 avx512_bf16\" in run.json, "
                              "\"v1, simd, builtin\" in this run"),
                    HasSubstr("prompts.gsm8k_cot_maj8: \"" + eights + "\" in run.json, \"0ther\""),
                    HasSubstr("prompts.mmlu: absent in run.json, \"new\" in this run")));
}

TEST(RunDirectory, ARecordFromBeforeAKeyExistedDiffersInIt) {
  const testing::TempDirectory temp;
  RunDirectory::Open(temp.path(), testing::PlainReport());
  std::string record = testing::ReadFile(temp / "run.json");
  for (const auto& [key, after] : {std::pair("\"numerics\"", "\"seed\""), {"\"prompts\"", "}"}}) {
    const std::size_t begin = record.find(key);
    record.erase(begin, record.find(after, begin) - begin + (*after == '}' ? 1 : 0));
  }
  record.erase(record.find_last_of(',', record.find("\"model\": {") - 5), 1);
  testing::WriteFile(temp / "run.json", record);
  EXPECT_THAT(OpenError(temp.path()),
              AllOf(HasSubstr("holds another run"), HasSubstr("numerics: absent in run.json, \"v1"),
                    HasSubstr("prompts.gsm8k_cot_maj8: absent in run.json, \"888")));
}

TEST(RunDirectory, IsOneProcesssAtATime) {
  const testing::TempDirectory temp;
  {
    const RunDirectory first = RunDirectory::Open(temp / "run", testing::PlainReport());
    EXPECT_THAT(OpenError(temp / "run"),
                AllOf(HasSubstr("run: another process is working in it"),
                      HasSubstr("wait for that run to end, or choose another --out")));
    EXPECT_EQ(OpenError(temp / "other"), "no error");
  }
  EXPECT_EQ(OpenError(temp / "run"), "no error");
}

TEST(RunDirectory, TellsFlagsApartWhoseNamesHoldAnEqualsSign) {
  const testing::TempDirectory temp;
  RunReport run = testing::PlainReport();
  run.identity.flags = {{"a=b", "c"}};
  RunDirectory::Open(temp.path(), run);
  EXPECT_EQ(OpenError(temp.path(), run), "no error");
  run.identity.flags = {{"a", "b=c"}};
  EXPECT_THAT(OpenError(temp.path(), run), HasSubstr("flags.a: absent in run.json, \"b=c\""));
}

TEST(RunDirectory, RefusesADirectoryThatIsNotARun) {
  const testing::TempDirectory temp;
  testing::WriteFile(temp / "thesis.tex", "ten years of work");
  EXPECT_THAT(OpenError(temp.path()),
              HasSubstr("is not a run directory: it holds thesis.tex and no run.json"));
  EXPECT_THAT(Names(temp.path()), ElementsAre("thesis.tex"));
}

TEST(RunDirectory, RefusesAFileAndAPathThroughAFile) {
  const testing::TempDirectory temp;
  testing::WriteFile(temp / "file", "x");
  EXPECT_THAT(OpenError(temp / "file"), HasSubstr("is a file, expected a directory"));
  EXPECT_THAT(OpenError(temp / "file" / "below"), HasSubstr("cannot be created: Not a directory"));
  EXPECT_THAT(OpenError(""), HasSubstr("cannot be created"));
}

TEST(RunDirectory, SaysThatItCannotBeWritten) {
  // /proc takes no directories from anybody, root included.
  EXPECT_THAT(OpenError("/proc/runs/first"), HasSubstr("/proc/runs/first: cannot be created"));
  const testing::TempDirectory temp;
  const fs::perms read_only = fs::perms::owner_read | fs::perms::owner_exec |
                              fs::perms::group_read | fs::perms::group_exec |
                              fs::perms::others_read | fs::perms::others_exec;
  RunDirectory::Open(temp / "run", testing::PlainReport());
  fs::permissions(temp / "run", read_only);
  fs::permissions(temp.path(), read_only);
  // Permissions bind everybody but root, who looks at them as another user here.
  constexpr uid_t kNobody = 65534;
  const bool is_root = ::geteuid() == 0;
  if (is_root) {
    ASSERT_EQ(::seteuid(kNobody), 0);
  }
  const std::string new_error = OpenError(temp / "new");
  const std::string continued_error = OpenError(temp / "run");
  if (is_root) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  fs::permissions(temp.path(), fs::perms::owner_all);
  fs::permissions(temp / "run", fs::perms::owner_all);
  EXPECT_THAT(new_error, HasSubstr("new: cannot be created: Permission denied"));
  EXPECT_THAT(continued_error, HasSubstr("run: cannot be written: Permission denied"));
}

TEST(RunDirectory, RefusesACorruptRecord) {
  const testing::TempDirectory temp;
  for (const std::string text : {"", "{", "not JSON", "[]", "{\"schema_version\": 1}", "\xFF"}) {
    testing::WriteFile(temp / "run.json", text);
    EXPECT_THAT(OpenError(temp.path()), HasSubstr((temp / "run.json").string() + ": ")) << text;
    EXPECT_EQ(testing::ReadFile(temp / "run.json"), text);
  }
  fs::remove(temp / "run.json");
  fs::create_directory(temp / "run.json");
  EXPECT_THAT(OpenError(temp.path()), HasSubstr("run.json: cannot be read"));
}

TEST(RunDirectory, WritesWholeFilesAndReplacesThem) {
  const testing::TempDirectory temp;
  const RunDirectory directory = RunDirectory::Open(temp.path(), testing::PlainReport());
  directory.Write("results.json", [](std::ostream& out) { out << "first, and longer"; });
  directory.Write("results.json", [](std::ostream& out) { out << "second"; });
  EXPECT_EQ(testing::ReadFile(temp / "results.json"), "second");
  EXPECT_EQ(Names(temp.path()).size(), 2U);
}

TEST(RunDirectory, KeepsTheOldFileWhereTheNewOneFails) {
  const testing::TempDirectory temp;
  const RunDirectory directory = RunDirectory::Open(temp.path(), testing::PlainReport());
  directory.Write("results.json", [](std::ostream& out) { out << "old"; });
  EXPECT_THROW(directory.Write("results.json",
                               [](std::ostream& out) {
                                 out << "half";
                                 throw std::logic_error("not finite");
                               }),
               std::logic_error);
  // A temporary file that is no space at all.
  fs::create_symlink("/dev/full", temp / ".results.json.tmp");
  EXPECT_THAT(ErrorOf([&] {
                directory.Write("results.json",
                                [](std::ostream& out) { out << std::string(100000, 'x'); });
              }),
              HasSubstr(".results.json.tmp: cannot be written: No space left on device"));
  EXPECT_EQ(testing::ReadFile(temp / "results.json"), "old");
  EXPECT_EQ(Names(temp.path()).size(), 2U);
}

TEST(RunDirectory, SaysThatTheDirectoryIsGone) {
  const testing::TempDirectory temp;
  const RunDirectory directory = RunDirectory::Open(temp / "run", testing::PlainReport());
  fs::remove_all(temp / "run");
  EXPECT_THAT(ErrorOf([&] { directory.Write("a", [](std::ostream&) {}); }),
              HasSubstr("cannot be written: No such file"));
}

TEST(RunDirectory, TakesPlainFileNamesOnly) {
  const testing::TempDirectory temp;
  const RunDirectory directory = RunDirectory::Open(temp.path(), testing::PlainReport());
  for (const char* name : {"", ".", "..", "a/b", "/etc/x", "../x"}) {
    EXPECT_THROW(directory.Write(name, [](std::ostream&) {}), std::invalid_argument) << name;
  }
}

TEST(SamplesFileName, IsAlwaysAPlainFileName) {
  EXPECT_EQ(SamplesFileName("gsm8k_cot_maj8"), "samples_gsm8k_cot_maj8.jsonl");
  EXPECT_EQ(SamplesFileName("my-Task.v2"), "samples_my-Task.v2.jsonl");
  EXPECT_EQ(SamplesFileName("../a b/\xC3\xA9"), "samples_.._a_b___.jsonl");
}

}  // namespace
}  // namespace meval
