// Prompts are promises: a changed byte is another benchmark. Two kinds of goldens, both written by
// scripts/update_goldens.sh and nothing else:
//
//   tests/golden/tasks/<task>.v<version>.prompts.txt   three whole prompts per task, from records
//                                                      of our own (tests/fixtures/tasks/data)
//   tests/golden/tasks/real_prompt_digests.json        digests of the prompts made from the real
//                                                      files, which are not ours to commit

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/digest.h"
#include "tasks/task.h"
#include "tasks/task_registry.h"
#include "tests/support/shared_data.h"

namespace meval {
namespace {

const std::filesystem::path kSource = MEVAL_SOURCE_DIR;
const std::filesystem::path kGoldens = kSource / "tests/golden/tasks";
const std::filesystem::path kFixtures = kSource / "tests/fixtures/tasks/data";

bool Updating() { return std::getenv("MEVAL_UPDATE_GOLDENS") != nullptr; }

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void CompareOrUpdate(const std::filesystem::path& golden, const std::string& actual) {
  if (Updating()) {
    std::filesystem::create_directories(golden.parent_path());
    std::ofstream(golden, std::ios::binary) << actual;
    return;
  }
  EXPECT_EQ(actual, ReadAll(golden)) << golden << " (scripts/update_goldens.sh rewrites it)";
}

// One prompt for reading: markers stand alone on their lines and the end is marked, so that
// trailing spaces and newlines are seen.
void AppendPrompt(const Document& document, const Prompt& prompt, std::string& out) {
  out += "======== " + document.id + " (" + document.source + ")";
  if (!document.group.empty()) out += ", group " + document.group;
  out += "\n" + prompt.Text() + "<<<end\n";
  for (std::size_t i = 0; i < document.choices.size(); ++i) {
    const bool is_gold = std::count(document.gold.begin(), document.gold.end(), i) > 0;
    const std::string prefix = document.choice_prefixes.empty() ? "" : document.choice_prefixes[i];
    if (!prefix.empty()) out += "after <<<" + prefix + ">>> ";
    out += (is_gold ? "gold choice <<<" : "choice <<<") + document.choices[i] + ">>>\n";
  }
  if (document.unconditional_context) {
    out += "choices also after <<<" + *document.unconditional_context + ">>>\n";
  }
  if (document.num_words > 0) {
    out += "counted: " + std::to_string(document.num_words) + " words, " +
           std::to_string(document.num_bytes) + " bytes\n";
  }
  for (const std::string& reference : document.references) {
    out += "reference <<<" + reference + ">>>\n";
  }
}

class TaskPrompts : public ::testing::TestWithParam<const char*> {};

TEST_P(TaskPrompts, AreTheGoldenOnes) {
  const TaskRegistry registry;
  const Task& task = *registry.Find(GetParam());
  const TaskDefinition& definition = task.definition();
  DataOptions options;
  options.data_dirs = {kFixtures};
  options.allow_count_mismatch = true;
  const TaskData data = task.Load(options);
  const bool is_rolling = definition.request == RequestKind::kRolling;
  const std::size_t num_shown = std::min<std::size_t>(data.documents.size(), 3);
  ASSERT_EQ(num_shown, is_rolling ? num_shown : 3U);
  std::vector<std::int64_t> shots = {definition.default_shots};
  const bool has_pool = !data.exemplars.empty();
  if (shots[0] == 0 && has_pool) shots.push_back(2);
  std::string actual;
  for (const std::int64_t n : shots) {
    actual += "################ " + definition.name + " version " +
              std::to_string(definition.version) + ", " + std::to_string(n) + " shots\n";
    const auto prompts = BuildPrompts(
        task, data, {.shots = n, .seed = 1234, .mode = FewShotMode::kTask, .system = ""});
    for (std::size_t i = 0; i < num_shown; ++i) AppendPrompt(data.documents[i], prompts[i], actual);
  }
  const std::string name =
      definition.name + ".v" + std::to_string(definition.version) + ".prompts.txt";
  CompareOrUpdate(kGoldens / name, actual);
}

INSTANTIATE_TEST_SUITE_P(
    PromptGoldens, TaskPrompts,
    ::testing::Values(
        "hellaswag", "mmlu", "gsm8k", "gsm8k_cot", "gsm8k_cot_maj8", "samsum", "samsum_longbench",
        "lambada_openai", "lambada_standard", "twenty_newsgroups_stripped", "wikitext2",
        "wikitext2_stride", "wikitext2_llamacpp", "arc_easy", "arc_challenge", "openbookqa",
        "commonsense_qa", "piqa", "social_iqa", "winogrande", "boolq", "truthfulqa_mc1",
        "truthfulqa_mc2", "nq_open", "nq_open_line", "triviaqa", "triviaqa_rc", "math", "math_maj4",
        "math500", "bbh_cot", "agieval_en", "agieval_nous", "dialogsum", "flores_eng_fra",
        "flores_eng_deu", "twenty_newsgroups", "quac", "ifeval", "agieval_en_fewshot",
        "agieval_en_generation", "agieval_en_cot", "arc_challenge_letters", "mmlu_original",
        "mmlu_continuation", "mmlu_generative", "twenty_newsgroups_generation",
        "gsm8k_cot_maj8_reference", "humaneval", "humaneval_stripped", "mbpp", "mbpp_sanitized"),
    [](const auto& param) { return std::string(param.param); });

// A set of real files under a task, as it is evaluated.
struct RealSet {
  std::string label;
  std::string task;  // a name or, below the source tree, a path
  std::int64_t shots = 0;
  std::string test_override;  // below shared/data
  std::int64_t limit = 0;     // digest of the first so many documents; 0: all
  FewShotMode mode = FewShotMode::kTask;
};

std::vector<RealSet> RealSets() {
  return {
      {"mmlu, 5 shots", "mmlu", 5, ""},
      {"mmlu, 0 shots", "mmlu", 0, ""},
      {"gsm8k, 5 shots from the first 2000 of train", "gsm8k", 5, ""},
      {"gsm8k, 0 shots", "gsm8k", 0, ""},
      {"gsm8k_cot, 8 shots", "gsm8k_cot", 8, ""},
      {"gsm8k_cot_maj8, 8 shots", "gsm8k_cot_maj8", 8, ""},
      {"samsum, 0 shots", "samsum", 0, ""},
      {"samsum, 3 shots from validation", "samsum", 3, ""},
      {"samsum with CRLF, 3 shots from validation", "samsum", 3, "samsum/test.crlf.jsonl"},
      {"samsum_longbench, 3 shots from validation", "samsum_longbench", 3, ""},
      {"twenty_newsgroups_stripped, the small set", "twenty_newsgroups_stripped", 0,
       "20newsgroups/mini_newsgroups.jsonl"},
      {"samsum as CSV, 0 shots", "samsum", 0, "samsum/samsum-test.csv"},
      {"hellaswag, 1000 official records", "hellaswag", 0,
       "hellaswag/hellaswag_val_official_1000.jsonl"},
      {"hellaswag_converted", "docs/examples/hellaswag_converted.json", 0, ""},
      {"lambada_openai", "lambada_openai", 0, ""},
      {"wikitext2", "wikitext2", 0, ""},
      {"wikitext2_stride", "wikitext2_stride", 0, ""},
      {"wikitext2_llamacpp", "wikitext2_llamacpp", 0, ""},
  };
}

std::string DigestsOf(const RealSet& set, const std::filesystem::path& data_dir) {
  const TaskRegistry registry;
  const bool is_path = set.task.ends_with(".json");
  const Task task = registry.Resolve(is_path ? (kSource / set.task).string() : set.task).front();
  DataOptions options;
  options.data_dirs = {data_dir};
  options.needs_exemplars = set.shots > 0;
  if (!set.test_override.empty()) {
    options.file_overrides["test"] = data_dir / set.test_override;
    options.allow_count_mismatch = true;
  }
  const TaskData data = task.Load(options);
  const std::vector<Prompt> prompts =
      BuildPrompts(task, data, {.shots = set.shots, .seed = 1234, .mode = set.mode, .system = ""});
  std::ostringstream out;
  std::vector<std::string> digests;
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    digests.push_back(PromptDigest(task.definition(), data.documents[i], prompts[i]));
  }
  out << "  \"" << set.label << "\": {\n    \"records\": " << prompts.size()
      << ",\n    \"first\": \"" << digests.front() << "\",\n    \"middle\": \""
      << digests[digests.size() / 2] << "\",\n    \"last\": \"" << digests.back()
      << "\",\n    \"all\": \"" << PromptsDigest(digests) << "\"\n  }";
  return out.str();
}

TEST(PromptGoldens, RealPromptsHaveTheDigestsCheckedByAnIndependentRenderer) {
  MEVAL_SHARED_OR_SKIP(data_dir, "data");
  std::string actual = "{\n";
  for (const RealSet& set : RealSets()) {
    if (actual.size() > 2) actual += ",\n";
    actual += DigestsOf(set, data_dir);
  }
  CompareOrUpdate(kGoldens / "real_prompt_digests.json", actual + "\n}\n");
}

}  // namespace
}  // namespace meval
