// What every built-in task ships with: it loads its files in every shape they come in, and its own
// gold answers, written as an exemplar writes them, come back through stop strings, extraction and
// metric as right.

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/exact_match.h"
#include "metrics/numeric_match.h"
#include "metrics/rouge.h"
#include "metrics/unicode_text.h"
#include "tasks/answer_filter.h"
#include "tasks/task_registry.h"
#include "tests/support/shared_data.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::filesystem::path kFixtures =
    std::filesystem::path(MEVAL_SOURCE_DIR) / "tests/fixtures/tasks/data";

const TaskRegistry& Registry() {
  static const TaskRegistry registry;
  return registry;
}

TaskData LoadFixture(const std::string& name, const std::string& override_file = "") {
  DataOptions options;
  options.data_dirs = {kFixtures};
  options.allow_count_mismatch = true;
  if (!override_file.empty()) options.file_overrides["test"] = kFixtures / override_file;
  return Registry().Find(name)->Load(options);
}

// What a model that writes exactly the gold answer, and then goes on, leaves of it.
std::string Stopped(const std::string& text, const std::vector<std::string>& until) {
  std::size_t end = text.size();
  for (const std::string& stop : until) end = std::min(end, text.find(stop));
  return text.substr(0, end);
}

bool IsRight(const ScoreDefinition& score, const std::string& completion,
             const Document& document) {
  const std::string answer = AnswerFilter(score.filters).Apply(completion).text;
  if (score.metric == "numeric_match") return NumericMatch(answer, document.references[0]);
  ExactMatchOptions options;
  options.ignore_case = score.ignore_case;
  options.ignore_punctuation = score.ignore_punctuation;
  options.ignore_numbers = score.ignore_numbers;
  options.regexes_to_ignore = score.ignore_regexes;
  return ExactMatch(options).MatchesAny(answer, document.references);
}

void ExpectGoldAnswersAreRight(const TaskDefinition& definition, const TaskData& data) {
  for (const Document& document : data.documents) {
    // A model that has learned the exemplars' form goes on with the next question.
    const std::string text = definition.target_delimiter + document.answer +
                             definition.fewshot_delimiter + document.question;
    const std::string completion = Stopped(text, definition.generation.until);
    for (const ScoreDefinition& score : definition.scores) {
      EXPECT_TRUE(IsRight(score, completion, document))
          << score.name << " of " << document.source << ": " << completion;
      EXPECT_FALSE(IsRight(score, "", document)) << score.name << " of " << document.source;
      EXPECT_FALSE(AnswerFilter(score.filters).Apply("").is_valid) << score.name;
    }
  }
}

TEST(BuiltInTasks, AMissingSetIsSaidToHaveWhatUpstreamHas) {
  const DataStatus status = TaskRegistry().Find("hellaswag")->Locate({});
  EXPECT_THAT(status.missing,
              HasSubstr("; expected: 10042 records, SHA-256 "
                        "0aa3b88843990f3f10a97b9575c94d7b71fb2205240ba04ae4884d9e9c992588"));
}

TEST(BuiltInTasks, GoldAnswersOfMathematicsAreRightAndEmptyOnesInvalid) {
  for (const char* name : {"gsm8k", "gsm8k_cot", "gsm8k_cot_maj8"}) {
    ExpectGoldAnswersAreRight(Registry().Find(name)->definition(), LoadFixture(name));
  }
}

TEST(BuiltInTasks, AWrongNumberIsWrong) {
  const TaskData data = LoadFixture("gsm8k");
  for (const ScoreDefinition& score : Registry().Find("gsm8k")->definition().scores) {
    EXPECT_FALSE(IsRight(score, " so\n#### 49", data.documents[0])) << score.name;
  }
  // Where text equality calls a right number wrong, the numeric score does not.
  const auto& scores = Registry().Find("gsm8k")->definition().scores;
  EXPECT_FALSE(IsRight(scores[1], " it costs $48.00", data.documents[0]));
  EXPECT_EQ(scores[2].name, "numeric");
  EXPECT_TRUE(IsRight(scores[2], " it costs $48.00", data.documents[0]));
}

TEST(BuiltInTasks, GoldAnswersOfRealMathematicsAreRight) {
  MEVAL_SHARED_OR_SKIP(data_dir, "data");
  for (const char* name : {"gsm8k", "gsm8k_cot", "gsm8k_cot_maj8"}) {
    DataOptions options;
    options.data_dirs = {data_dir};
    options.needs_exemplars = false;
    const Task& task = *Registry().Find(name);
    ExpectGoldAnswersAreRight(task.definition(), task.Load(options));
  }
}

TEST(BuiltInTasks, AGoldSummaryScoresFullMarks) {
  const TaskDefinition definition = Registry().Find("samsum")->definition();
  const Rouge rouge({"rouge1", "rouge2", "rougeL", "rougeLsum"}, /*use_stemmer=*/true);
  for (const Document& document : LoadFixture("samsum").documents) {
    const std::string text = definition.target_delimiter + document.answer +
                             definition.fewshot_delimiter + document.question;
    for (const auto& until : {definition.generation.until, definition.generation.until_zero_shot}) {
      const std::string summary =
          AnswerFilter(definition.headline().filters).Apply(Stopped(text, until)).text;
      for (const RougeScore& score : rouge.Score(document.references[0], summary)) {
        EXPECT_DOUBLE_EQ(score.fmeasure, 1.0) << document.source;
      }
    }
  }
}

TEST(BuiltInTasks, ChoiceTasksShowTheGoldChoiceAsAnswer) {
  for (const char* name : {"hellaswag", "mmlu"}) {
    const TaskData data = LoadFixture(name);
    for (const Document& document : data.documents) {
      ASSERT_EQ(document.gold.size(), 1U);
      EXPECT_EQ(document.answer, document.choices[static_cast<std::size_t>(document.gold[0])]);
    }
  }
}

// The native files and hub exports ask the same, to the byte.
TEST(BuiltInTasks, BothRecordShapesGiveTheSameDocuments) {
  const struct {
    const char* task;
    const char* hub_file;
    const char* native_shape;
    const char* hub_shape;
  } cases[] = {
      {"hellaswag", "hellaswag/hub/validation.jsonl", "plain", "plain"},
      {"mmlu", "mmlu/hub/test.jsonl", "native", "hub"},
      {"mmlu_generative", "mmlu/hub/test.jsonl", "native", "hub"},
  };
  for (const auto& c : cases) {
    const TaskData native = LoadFixture(c.task);
    const TaskData hub = LoadFixture(c.task, c.hub_file);
    EXPECT_EQ(native.files[0].shape, c.native_shape);
    EXPECT_EQ(hub.files[0].shape, c.hub_shape);
    ASSERT_EQ(native.documents.size(), hub.documents.size());
    for (std::size_t i = 0; i < native.documents.size(); ++i) {
      EXPECT_EQ(native.documents[i].digest, hub.documents[i].digest);
      EXPECT_EQ(native.documents[i].group, hub.documents[i].group);
    }
  }
}

TEST(BuiltInTasks, MmluCategoriesHoldEachSubjectOnce) {
  const TaskDefinition definition = Registry().Find("mmlu")->definition();
  std::set<std::string> subjects;
  std::vector<std::size_t> sizes;
  std::vector<std::string> names;
  for (const CategoryDefinition& category : definition.categories) {
    subjects.insert(category.groups.begin(), category.groups.end());
    sizes.push_back(category.groups.size());
    names.push_back(category.name);
  }
  EXPECT_EQ(subjects.size(), 57U);
  EXPECT_THAT(names, ElementsAre("stem", "humanities", "social_sciences", "other"));
  EXPECT_THAT(sizes, ElementsAre(19U, 13U, 12U, 13U));
}

TEST(BuiltInTasks, OnlySamsumHasTextThatTruncationMayCut) {
  for (const char* name : {"hellaswag", "mmlu", "gsm8k", "gsm8k_cot"}) {
    for (const Document& document : LoadFixture(name).documents) {
      EXPECT_EQ(document.cut_begin, document.cut_end) << name;
    }
  }
  const Document document = LoadFixture("samsum").documents[0];
  EXPECT_EQ(document.question.substr(document.cut_begin, document.cut_end - document.cut_begin),
            "Ada: Are you home?\nBo: In ten minutes.\nAda: Good, I forgot my key \U0001F648");
}

TEST(BuiltInTasks, PublishedScoresNameTheirSource) {
  for (const Task& task : Registry().tasks()) {
    for (const PublishedScore& score : task.definition().published) {
      EXPECT_FALSE(score.source.empty());
      EXPECT_FALSE(score.variant.empty());
      EXPECT_GT(score.value, 1.0) << "in percent";
      EXPECT_LE(score.value, 100.0);
    }
  }
}

class RealData : public ::testing::Test {
 protected:
  static TaskData Load(const std::string& name, const std::filesystem::path& data_dir,
                       const std::string& override_file = "", bool needs_exemplars = false) {
    DataOptions options;
    options.data_dirs = {data_dir};
    options.needs_exemplars = needs_exemplars;
    options.allow_count_mismatch = !override_file.empty();
    if (!override_file.empty()) options.file_overrides["test"] = data_dir / override_file;
    return Registry().Find(name)->Load(options);
  }
};

TEST_F(RealData, HasTheNumbersOfRecordsTheSpecificationCounts) {
  MEVAL_SHARED_OR_SKIP(data_dir, "data");
  const TaskData mmlu = Load("mmlu", data_dir, "", true);
  EXPECT_EQ(mmlu.documents.size(), 14042U);
  EXPECT_EQ(mmlu.exemplars.size(), 285U);
  EXPECT_THAT(mmlu.warnings, IsEmpty());
  std::set<std::string> subjects;
  for (const Document& document : mmlu.documents) subjects.insert(document.group);
  EXPECT_EQ(subjects.size(), 57U);
  std::vector<std::ptrdiff_t> per_category;
  for (const CategoryDefinition& category : Registry().Find("mmlu")->definition().categories) {
    per_category.push_back(
        std::count_if(mmlu.documents.begin(), mmlu.documents.end(), [&](const Document& document) {
          return std::count(category.groups.begin(), category.groups.end(), document.group) > 0;
        }));
  }
  EXPECT_THAT(per_category, ElementsAre(3153, 4705, 3077, 3107));

  const TaskData gsm8k = Load("gsm8k", data_dir, "", true);
  EXPECT_EQ(gsm8k.documents.size(), 1319U);
  EXPECT_THAT(gsm8k.warnings, ElementsAre(HasSubstr("holds 2000 records, the reference's 7473")));
  EXPECT_EQ(Load("gsm8k_cot", data_dir, "", true).exemplars.size(), 8U);
  const TaskData samsum = Load("samsum", data_dir, "", true);
  EXPECT_EQ(samsum.documents.size(), 819U);
  EXPECT_THAT(samsum.warnings, ElementsAre(HasSubstr("holds 818 records, the reference's 14732")));
}

TEST_F(RealData, OfSamsumGivesTheSameDocumentsInEveryForm) {
  MEVAL_SHARED_OR_SKIP(data_dir, "data");
  const TaskData native = Load("samsum", data_dir);
  EXPECT_EQ(native.files[0].shape, "native");
  const TaskData csv = Load("samsum", data_dir, "samsum/samsum-test.csv");
  EXPECT_EQ(csv.files[0].shape, "native");
  const TaskData renamed = Load("samsum", data_dir, "samsum/test.crlf.jsonl");
  EXPECT_EQ(renamed.files[0].shape, "context_response");
  for (std::size_t i = 0; i < native.documents.size(); ++i) {
    EXPECT_EQ(csv.documents[i].question, native.documents[i].question);
    EXPECT_EQ(csv.documents[i].id, native.documents[i].id);
    EXPECT_EQ(renamed.documents[i].question, native.documents[i].question);
  }
}

// The full set exists in a converted form only. The thousand official records ask the same but for
// what the conversion did: it left ctx_b as upstream writes it, and took the space away that a
// removed mark leaves in front of an ending.
TEST_F(RealData, OfHellaswagAgreesBetweenTheOfficialAndTheConvertedForm) {
  MEVAL_SHARED_OR_SKIP(data_dir, "data");
  const TaskData official =
      Load("hellaswag", data_dir, "hellaswag/hellaswag_val_official_1000.jsonl");
  EXPECT_EQ(official.documents.size(), 1000U);
  DataOptions options;
  options.data_dirs = {data_dir};
  const auto path =
      std::filesystem::path(MEVAL_SOURCE_DIR) / "docs/examples/hellaswag_converted.json";
  const TaskData converted = Registry().Resolve(path.string())[0].Load(options);
  EXPECT_EQ(converted.documents.size(), 10042U);

  std::map<std::vector<std::string>, const Document*> by_choices;
  for (const Document& document : converted.documents) by_choices[document.choices] = &document;
  std::int64_t same_choices = 0;
  std::int64_t same_question = 0;
  for (const Document& document : official.documents) {
    same_choices += static_cast<std::int64_t>(by_choices.count(document.choices));
    std::vector<std::string> stripped;
    for (const std::string& choice : document.choices) stripped.emplace_back(Strip(choice));
    ASSERT_EQ(by_choices.count(stripped), 1U) << document.source;
    const Document& other = *by_choices[stripped];
    EXPECT_EQ(other.gold, document.gold) << document.source;
    EXPECT_EQ(Lower(other.question), Lower(document.question)) << document.source;
    if (other.question == document.question) ++same_question;
  }
  EXPECT_EQ(same_choices, 941);
  EXPECT_EQ(same_question, 87);  // those without ctx_b
}

}  // namespace
}  // namespace meval
