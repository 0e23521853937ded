// The multiple-choice and short-answer tasks: every form their records come in, the quirks of the
// upstream files on records of our own, and the real files' counts.

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/unicode_text.h"
#include "tasks/error.h"
#include "tasks/task_registry.h"
#include "tests/support/shared_data.h"

namespace meval {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

const std::filesystem::path kFixtures =
    std::filesystem::path(MEVAL_SOURCE_DIR) / "tests/fixtures/tasks/data";

const TaskRegistry& Registry() {
  static const TaskRegistry registry;
  return registry;
}

TaskData Load(const std::string& name, const std::filesystem::path& data_dir,
              const std::string& file = "", bool needs_exemplars = false) {
  DataOptions options;
  options.data_dirs = {data_dir};
  options.needs_exemplars = needs_exemplars;
  options.allow_count_mismatch = !file.empty() || data_dir == kFixtures;
  if (!file.empty()) options.file_overrides["test"] = data_dir / file;
  return Registry().Find(name)->Load(options);
}

TaskData LoadFixture(const std::string& name, const std::string& file = "",
                     bool needs_exemplars = false) {
  return Load(name, kFixtures, file, needs_exemplars);
}

// Exports and original releases ask the same as the native files, to the byte.
TEST(ChoiceTasks, EveryFormOfTheRecordsGivesTheSameDocuments) {
  const struct {
    const char* task;
    const char* shape;
    const char* other_file;
    const char* other_shape;
  } cases[] = {
      {"arc_easy", "native", "arc/hub/easy.jsonl", "hub"},
      {"openbookqa", "native", "openbookqa/hub/test.jsonl", "hub"},
      {"piqa", "plain", "piqa/hub/validation.jsonl", "plain"},
      {"boolq", "superglue", "boolq/original/dev.jsonl", "original"},
      {"truthfulqa_mc1", "native", "truthfulqa/multiple_choice/validation.jsonl", "hub"},
      {"truthfulqa_mc2", "native", "truthfulqa/multiple_choice/validation.jsonl", "hub"},
      {"triviaqa", "native", "triviaqa/rc.nocontext/validation.jsonl", "hub"},
      {"triviaqa", "native", "triviaqa/forms/prompted.jsonl", "prompted"},
      {"triviaqa", "native", "triviaqa/forms/joined.csv", "joined"},
  };
  for (const auto& c : cases) {
    const TaskData data = LoadFixture(c.task);
    const TaskData other = LoadFixture(c.task, c.other_file);
    EXPECT_EQ(data.files[0].shape, c.shape) << c.task;
    EXPECT_EQ(other.files[0].shape, c.other_shape) << c.other_file;
    ASSERT_EQ(data.documents.size(), other.documents.size()) << c.other_file;
    for (std::size_t i = 0; i < data.documents.size(); ++i) {
      EXPECT_EQ(data.documents[i].digest, other.documents[i].digest) << c.other_file;
    }
  }
}

TEST(ChoiceTasks, LetteredOptionsAreTheSameOfListsSideBySide) {
  const TaskData native = LoadFixture("arc_challenge_letters", "arc/ARC-Easy-Test.jsonl");
  const TaskData hub = LoadFixture("arc_challenge_letters", "arc/hub/easy.jsonl");
  EXPECT_EQ(hub.files[0].shape, "hub");
  ASSERT_EQ(native.documents.size(), hub.documents.size());
  for (std::size_t i = 0; i < native.documents.size(); ++i) {
    EXPECT_EQ(native.documents[i].digest, hub.documents[i].digest) << i;
  }
  EXPECT_THAT(hub.documents[0].question, HasSubstr("\nA. "));
}

TEST(ChoiceTasks, ArcTakesTheAnswersPlaceFromItsOwnLabels) {
  const TaskData data = LoadFixture("arc_easy");
  EXPECT_THAT(data.documents[1].choices, ElementsAre("butter", "wax", "a coin"));
  EXPECT_THAT(data.documents[1].gold, ElementsAre(0));  // labels 1 to 3, answer "1"
  EXPECT_EQ(data.documents[2].choices.size(), 5U);
  EXPECT_EQ(data.documents[2].answer, "dawn");
}

TEST(ChoiceTasks, OpenBookQaForgivesSpaceBeforeTheAnswersLabel) {
  EXPECT_EQ(LoadFixture("openbookqa").documents[1].answer, "a mirror");
}

TEST(ChoiceTasks, CommonsenseQaStripsTheStemAndAllowsEqualOptions) {
  const Document document = LoadFixture("commonsense_qa").documents[2];
  EXPECT_EQ(document.question,
            "Question: Bees bring home what?\nA. nectar\nB. coins\nC. news\nD. sand\nE. nectar\n"
            "Answer:");
  EXPECT_EQ(document.answer, "A");
}

TEST(ChoiceTasks, PiqaKeepsTheSpaceAtTheEndOfAnOption) {
  const Document document = LoadFixture("piqa").documents[1];
  EXPECT_EQ(document.answer, "Fold it into a bag ");
  EXPECT_THAT(document.gold, ElementsAre(1));
}

TEST(ChoiceTasks, WinograndeFillsTheBlankAndScoresWhatFollowsIt) {
  const TaskData data = LoadFixture("winogrande");
  const Document& plain = data.documents[0];
  EXPECT_EQ(plain.QuestionFor(0), "The trunk did not fit in the boat because trunk");
  EXPECT_EQ(plain.QuestionFor(1), "The trunk did not fit in the boat because boat");
  EXPECT_THAT(plain.choices, Each("was too small."));
  EXPECT_THAT(plain.gold, ElementsAre(1));
  // The space that the delimiter puts before "'s" and before a full stop is the reference's.
  EXPECT_THAT(data.documents[1].choices, Each("'s lamp was broken."));
  EXPECT_THAT(data.documents[2].choices, Each("."));
}

TEST(ChoiceTasks, WinograndeShowsAnExemplarsSentenceWithItsRightName) {
  const Task& task = *Registry().Find("winogrande");
  const TaskData data = LoadFixture("winogrande", "", true);
  const auto prompts = BuildPrompts(
      task, data, {.shots = 2, .seed = 1234, .mode = FewShotMode::kTask, .system = ""});
  const std::set<std::string> sentences = {
      "Rosa fed the cat before the dog since the cat was hungry.\n\n",
      "The rope held the sail until the rope snapped.\n\n",
      "Nils owed Per a coin, so Nils paid.\n\n",
      "The trunk did not fit in the boat because boat was too small.\n\n"};
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    ASSERT_EQ(prompts[i].shots.size(), 2U);
    for (const std::string& shot : prompts[i].shots) EXPECT_TRUE(sentences.contains(shot)) << shot;
    // The pool holds the first document itself, which is never shown before it is asked.
    if (i == 0) {
      EXPECT_THAT(prompts[i].exemplars, Each(::testing::Not("train_xl:4")));
    }
  }
}

TEST(ChoiceTasks, APromptsDigestTellsTheFilledBlanksApart) {
  const TaskDefinition& task = Registry().Find("winogrande")->definition();
  Document document = LoadFixture("winogrande").documents[0];
  Prompt prompt;
  prompt.question = document.question;
  const std::string digest = PromptDigest(task, document, prompt);
  std::swap(document.choice_prefixes[0], document.choice_prefixes[1]);
  EXPECT_NE(PromptDigest(task, document, prompt), digest);
}

TEST(ChoiceTasks, BoolqReadsEveryFormOfALabel) {
  for (const char* file : {"boolq/val.jsonl", "boolq/original/dev.jsonl"}) {
    const TaskData data = LoadFixture("boolq", file);
    EXPECT_EQ(data.documents[0].answer, "yes") << file;
    EXPECT_EQ(data.documents[1].answer, "no") << file;
  }
  EXPECT_EQ(LoadFixture("boolq").documents[1].question,
            "Tower -- The tower -- a lighthouse -- closes at dusk.\nQuestion: is the tower open at "
            "night?\nAnswer:");
}

TEST(ChoiceTasks, TruthfulQaTakesTheOrderOfTheKeysForTheChoices) {
  const Document mc2 = LoadFixture("truthfulqa_mc2").documents[0];
  EXPECT_EQ(mc2.choices.front(), "He calls a storm");
  EXPECT_THAT(mc2.gold, ElementsAre(1, 2));
  const Document mc1 = LoadFixture("truthfulqa_mc1").documents[0];
  EXPECT_THAT(mc1.gold, ElementsAre(0));
  EXPECT_EQ(mc1.choices.size(), 3U);
}

// The six pairs come before every question in file order; they have no choices to read.
TEST(ChoiceTasks, TruthfulQaShowsItsSixPairs) {
  const TaskData data = LoadFixture("truthfulqa_mc1", "", true);
  const auto prompts =
      BuildPrompts(*Registry().Find("truthfulqa_mc1"), data,
                   {.shots = 6, .seed = 1234, .mode = FewShotMode::kTask, .system = ""});
  EXPECT_THAT(prompts[2].Text(),
              AllOf(::testing::StartsWith("Q: What is the number after one?\nA: The number after "
                                          "one is two.\n\nQ: "),
                    ::testing::EndsWith("is seven.\n\nQ: Do bulls hate red?\nA:")));
}

// They are a part of the question, so of the one turn in which a chat model is asked.
TEST(ChoiceTasks, TruthfulQaAsksAChatModelInOneTurn) {
  const TaskData data = LoadFixture("truthfulqa_mc1", "", true);
  const auto chat = std::make_shared<const ChatFormat>(
      ChatFormat{ChatTemplate::Parse(ChatTemplate::BuiltIn("mistral-v1"), "mistral-v1", {}), true});
  const auto prompts = BuildPrompts(
      *Registry().Find("truthfulqa_mc1"), data,
      {.shots = 6, .seed = 1234, .mode = FewShotMode::kTask, .system = "", .chat = chat});
  const std::string text = prompts[2].Text();
  EXPECT_THAT(text, ::testing::EndsWith("is seven.\n\nQ: Do bulls hate red?\nA: [/INST]"));
  EXPECT_EQ(text.find("[INST]"), text.rfind("[INST]"));
}

TEST(ShortAnswers, NqOpenShowsTheFirstAnswerAndComparesWithAll) {
  const TaskData data = LoadFixture("nq_open", "", true);
  EXPECT_THAT(data.documents[1].references, ElementsAre("January 4, 1890", "1890"));
  const auto prompts =
      BuildPrompts(*Registry().Find("nq_open"), data,
                   {.shots = 5, .seed = 1234, .mode = FewShotMode::kTask, .system = ""});
  EXPECT_THAT(prompts[0].Text(), ::testing::StartsWith("Answer these questions:\n\nQ: "));
  EXPECT_THAT(prompts[0].Text(), ::testing::EndsWith("\nQ: who built the old lighthouse?\nA:"));
  // The pool of six holds this question too: it is dropped, and the other five are shown.
  for (const std::string& shot : prompts[0].shots) {
    EXPECT_THAT(shot, ::testing::Not(HasSubstr("lighthouse")));
    EXPECT_THAT(shot, ::testing::Not(HasSubstr("\n\n")));
  }
}

TEST(ShortAnswers, TriviaQaKeepsTheSecondQuestionMark) {
  EXPECT_EQ(LoadFixture("triviaqa").documents[0].question,
            "Question: Which bird cannot fly but swims well??\nAnswer:");
}

struct RealFile {
  const char* task;
  const char* file;  // "" : the task's own
  std::size_t records;
};

TEST(RealChoiceData, HasTheCountsAndTheBytesOfItsSources) {
  MEVAL_SHARED_OR_SKIP(data_dir, "data");
  const RealFile files[] = {
      {"arc_easy", "", 2376},       {"arc_challenge", "", 1172}, {"openbookqa", "", 500},
      {"commonsense_qa", "", 1221}, {"piqa", "", 1838},          {"social_iqa", "", 1954},
      {"winogrande", "", 1267},     {"boolq", "", 3270},         {"truthfulqa_mc1", "", 817},
      {"truthfulqa_mc2", "", 817},  {"nq_open", "", 3610},
  };
  for (const RealFile& file : files) {
    const TaskData data = Load(file.task, data_dir);
    EXPECT_EQ(data.documents.size(), file.records) << file.task;
    EXPECT_EQ(data.has_known_digest, true) << file.task;
    EXPECT_THAT(data.warnings, IsEmpty()) << file.task;
  }
}

TEST(RealChoiceData, OtherFilesOfTheseSetsLoadToo) {
  MEVAL_SHARED_OR_SKIP(data_dir, "data");
  const RealFile files[] = {
      {"arc_easy", "arc/ARC-Easy-Dev.jsonl", 570},
      {"arc_challenge", "arc/ARC-Challenge-Dev.jsonl", 299},
      {"openbookqa", "openbookqa/dev.jsonl", 500},
      {"openbookqa", "openbookqa/train_first2000.jsonl", 2000},
      {"commonsense_qa", "commonsenseqa/train_rand_split_first2000.jsonl", 2000},
      {"nq_open", "natural_questions/NQ-open.efficientqa.dev.1.1.jsonl", 1800},
      {"triviaqa", "triviaqa/triviaqa_sm_sub.jsonl", 3000},
      {"triviaqa", "triviaqa/TriviaQA.truthx.csv", 3610},
      {"triviaqa", "triviaqa/triviaqa_sample.json", 1},
      {"quac", "quac/quac_sample.json", 12},
  };
  for (const RealFile& file : files) {
    EXPECT_EQ(Load(file.task, data_dir, file.file).documents.size(), file.records) << file.file;
  }
}

// What the notes on the files say of them.
TEST(RealChoiceData, HasTheQuirksThatAreKnown) {
  MEVAL_SHARED_OR_SKIP(data_dir, "data");
  const auto count = [](const TaskData& data, const auto& holds) {
    return std::count_if(data.documents.begin(), data.documents.end(), holds);
  };
  const TaskData easy = Load("arc_easy", data_dir);
  EXPECT_EQ(count(easy, [](const Document& d) { return d.choices.size() == 3; }), 7);
  EXPECT_EQ(count(easy, [](const Document& d) { return d.choices.size() == 5; }), 4);
  const TaskData mc1 = Load("truthfulqa_mc1", data_dir);
  EXPECT_EQ(count(mc1, [](const Document& d) { return d.gold != std::vector<std::int64_t>{0}; }),
            0);
  const TaskData boolq = Load("boolq", data_dir);
  EXPECT_EQ(
      count(boolq, [](const Document& d) { return d.question.find(" -- ") == d.question.npos; }),
      0);
  const TaskData nq = Load("nq_open", data_dir);
  EXPECT_EQ(count(nq, [](const Document& d) { return d.references.size() == 1; }), 2076);
  EXPECT_EQ(count(nq, [](const Document& d) { return d.references.size() == 2; }), 953);
  const auto has_stop = [](const std::string& answer) {
    return answer.find_first_of(".,") != answer.npos;
  };
  EXPECT_EQ(count(nq,
                  [&](const Document& d) {
                    return std::any_of(d.references.begin(), d.references.end(), has_stop);
                  }),
            507);
  EXPECT_EQ(count(nq,
                  [&](const Document& d) {
                    return std::all_of(d.references.begin(), d.references.end(), has_stop);
                  }),
            316);
}

TEST(RealChoiceData, ASetThatIsNotTheWholeOneIsRefused) {
  MEVAL_SHARED_OR_SKIP(data_dir, "data");
  DataOptions options;
  options.needs_exemplars = false;
  options.file_overrides["test"] = data_dir / "triviaqa/triviaqa_sm_sub.jsonl";
  EXPECT_THAT([&] { Registry().Find("triviaqa")->Load(options); },
              ThrowsMessage<DataError>(HasSubstr("expected 11313 records, found 3000")));
}

}  // namespace
}  // namespace meval
