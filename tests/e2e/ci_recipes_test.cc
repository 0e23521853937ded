// The recipes of docs/ci.md, taken from the page and run by a shell as a CI system would run them,
// as far as that goes without the service: with the shipped model and a few of the shipped records.

#include <cstdlib>
#include <regex>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/run_files.h"

namespace meval {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::ReadWholeFile;
using testing::TempDirectory;

// The fenced block below a heading of the page.
std::string Block(const std::string& heading) {
  const std::string page = ReadWholeFile(MEVAL_SOURCE_DIR "/docs/ci.md");
  const std::size_t section = page.find("\n## " + heading + "\n");
  if (section == page.npos) throw std::runtime_error("docs/ci.md lacks " + heading);
  const std::size_t begin = page.find('\n', page.find("```", section)) + 1;
  return page.substr(begin, page.find("```", begin) - begin);
}

// What a YAML job hands to its shell: the commands behind "run:" (GitHub) or the items of "script:"
// (GitLab), a line or a block each. The step that builds is left out: this test is built already.
std::string Commands(const std::string& yaml) {
  const std::regex run(R"( *(?:- )?run: (.*))");
  const std::regex item(R"( *- ((?:build|mistral-eval).*))");
  std::string commands;
  std::istringstream lines(yaml);
  std::size_t indent = std::string::npos;  // of the command whose lines may go on
  bool is_block = false;                   // keeps its line ends; others fold them to spaces
  for (std::string line; std::getline(lines, line);) {
    const std::size_t begin = line.find_first_not_of(' ');
    if (indent != std::string::npos && begin > indent) {
      commands += (is_block ? "" : " ") + line.substr(begin) + (is_block ? "\n" : "");
      continue;
    }
    indent = std::string::npos;
    std::smatch found;
    if (!std::regex_match(line, found, run) && !std::regex_match(line, found, item)) continue;
    if (found[1] == "scripts/quickstart") continue;
    indent = begin;
    is_block = found[1] == "|";
    commands += "\n" + (is_block ? "" : found[1].str());
  }
  return commands;
}

class CiRecipes : public ::testing::Test {
 protected:
  CiRecipes() {
    for (const char* folder : {"bin", "build/release/evals", "baselines", "runs"}) {
      fs::create_directories(directory_ / folder);
    }
    fs::create_symlink(MEVAL_BINARY, directory_ / "bin/mistral-eval");
    fs::create_symlink(MEVAL_BINARY, directory_ / "build/release/evals/mistral-eval");
    fs::create_symlink(MEVAL_SOURCE_DIR "/tasks/samples", directory_ / "data");
    directory_.Write("bin/git", "#!/bin/sh\necho 1234abc\n");
    fs::permissions(directory_ / "bin/git", fs::perms::owner_all);
  }

  // The exit code of a script in the directory; what it printed is in output.txt.
  int Run(std::string script) const {
    for (const auto& [from, to] :
         {std::pair<std::string, std::string>{"--model models/mine", "--model tiny"},
          {"--task mmlu,gsm8k", "--task mmlu,gsm8k --limit 6" + kSmall},
          {"--task hellaswag --limit 500", "--task hellaswag --limit 500" + kSmall},
          {"samples_hellaswag_2026-01-31T10-00-00.jsonl", "runs/base/lm-eval/*"}}) {
      for (std::size_t at = 0; (at = script.find(from, at)) != script.npos; at += to.size()) {
        script.replace(at, from.size(), to);
      }
    }
    directory_.Write("script.sh", script);
    const std::string command = "cd '" + directory_.path().string() +
                                "' && PATH=\"$PWD/bin:$PATH\" " +
                                "MODEL=tiny DATA=data GITHUB_STEP_SUMMARY=\"$PWD/summary.md\" " +
                                "bash -euo pipefail script.sh > output.txt 2>&1";
    return WEXITSTATUS(std::system(command.c_str()));
  }
  std::string Output() const { return ReadWholeFile(directory_ / "output.txt"); }

  // Runs the shipped model, so that there is something to compare with.
  void MakeBaseline(const std::string& tasks, const std::string& file) const {
    ASSERT_EQ(Run("mistral-eval --task " + tasks + " --data data --out runs/base --quiet"), 0)
        << Output();
    ASSERT_EQ(Run("mistral-eval compare runs/base --write-baseline baselines/" + file), 0)
        << Output();
  }

  static inline const std::string kSmall = " --max-new-tokens 8 --threads 1 --kv-memory 64M";
  TempDirectory directory_;
};

TEST_F(CiRecipes, OneCommand) {
  MakeBaseline("mmlu,gsm8k", "mine.jsonl");
  EXPECT_EQ(Run(Block("In one command")), 0) << Output();
  EXPECT_THAT(Output(), HasSubstr("2 identical"));
  EXPECT_TRUE(fs::exists(directory_ / "runs/new/comparison.html"));
  EXPECT_EQ(Run(Block("The baseline")), 0) << Output();
  EXPECT_THAT(Output(), HasSubstr("baselines/mine.jsonl now holds runs/new"));
}

TEST_F(CiRecipes, PlainShell) {
  MakeBaseline("hellaswag --limit 500", "hellaswag.jsonl");
  EXPECT_EQ(Run(Block("A plain shell")), 0) << Output();
  EXPECT_TRUE(fs::exists(directory_ / "runs/1234abc/comparison.json"));
}

TEST_F(CiRecipes, GithubActions) {
  MakeBaseline("mmlu,gsm8k", "mine.jsonl");
  const std::string commands = Commands(Block("GitHub Actions"));
  EXPECT_THAT(commands, HasSubstr("--format github"));
  EXPECT_EQ(Run(commands), 0) << commands << Output();
  EXPECT_THAT(Output(), HasSubstr("::notice title=mmlu identical::"));
  EXPECT_THAT(ReadWholeFile(directory_ / "summary.md"), HasSubstr("2 identical"));
  EXPECT_THAT(ReadWholeFile(directory_ / "benchmark.json"), HasSubstr("\"mmlu acc\""));
}

TEST_F(CiRecipes, GitlabCi) {
  MakeBaseline("mmlu,gsm8k", "mine.jsonl");
  const std::string commands = Commands(Block("GitLab CI"));
  EXPECT_THAT(commands, HasSubstr("--format junit > scores.xml"));
  EXPECT_EQ(Run(commands), 0) << commands << Output();
  EXPECT_THAT(ReadWholeFile(directory_ / "scores.xml"), HasSubstr("<testsuite name=\"mmlu\""));
}

TEST_F(CiRecipes, RunsMadeElsewhere) {
  MakeBaseline("mmlu,gsm8k", "mine.jsonl");
  ASSERT_EQ(Run("mistral-eval report runs/base --format lm-eval\n"
                "for run in new f16 int8; do cp -r runs/base runs/$run; done"),
            0)
      << Output();
  EXPECT_EQ(Run(Block("Jobs that compare runs made elsewhere")), 0) << Output();
  EXPECT_THAT(Output(), HasSubstr("C: runs/int8"));
  EXPECT_THAT(ReadWholeFile(directory_ / "comparison.md"), HasSubstr("2 identical"));
  EXPECT_THAT(ReadWholeFile(directory_ / "comparison.xml"), HasSubstr("failures=\"0\""));
}

// The recipes turn red where they must: a record that was right in the baseline is wrong now.
TEST_F(CiRecipes, AreRedForAWorseModel) {
  MakeBaseline("hellaswag --limit 500", "hellaswag.jsonl");
  std::string baseline = ReadWholeFile(directory_ / "baselines/hellaswag.jsonl");
  for (const char* metric : {"\"acc\":", "\"acc_norm\":"}) {
    const std::string wrong = std::string(metric) + "0.0";
    for (std::size_t at = 0; (at = baseline.find(wrong, at)) != baseline.npos;) {
      baseline.replace(at + wrong.size() - 3, 3, "1.0");
    }
  }
  directory_.Write("baselines/hellaswag.jsonl", baseline);
  EXPECT_EQ(Run(Block("A plain shell")), 1) << Output();
  EXPECT_THAT(Output(), HasSubstr("the gate is shut"));
}

}  // namespace
}  // namespace meval
