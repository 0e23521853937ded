// Tasks with worked examples, several references, joined options and parallel files: what their
// records become, on records of our own and on the real files.

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/unicode_text.h"
#include "tasks/answer_filter.h"
#include "tasks/error.h"
#include "tasks/files/glob.h"
#include "tasks/records/text_reader.h"
#include "tasks/task_registry.h"
#include "tests/support/shared_data.h"

namespace meval {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::StartsWith;
using ::testing::ThrowsMessage;

const std::filesystem::path kFixtures =
    std::filesystem::path(MEVAL_SOURCE_DIR) / "tests/fixtures/tasks/data";

const Task& Find(const std::string& name) {
  static const TaskRegistry registry;
  return *registry.Find(name);
}

TaskData Load(const std::string& name, const std::filesystem::path& data_dir,
              bool needs_exemplars = true) {
  DataOptions options;
  options.data_dirs = {data_dir};
  options.needs_exemplars = needs_exemplars;
  options.allow_count_mismatch = data_dir == kFixtures;
  return Find(name).Load(options);
}

std::vector<Prompt> Prompts(const std::string& name, const TaskData& data, std::int64_t shots) {
  return BuildPrompts(Find(name), data,
                      {.shots = shots, .seed = 1234, .mode = FewShotMode::kTask, .system = ""});
}

tasks::BlockSplit Blocks(const char* pattern) { return {"Q: ", PythonRegex(pattern), {"q", "a"}}; }

TEST(ReadBlocks, MakesARecordOfEachExample) {
  const auto records = tasks::ReadBlocks("about\r\nit\nQ: one?\nA: 1\nQ: two?\nA: 2", "x.txt",
                                         Blocks("(?s)(.*)\nA: (.*)"));
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].fields.Find("q")->text, "one?");
  EXPECT_EQ(records[0].fields.Find("a")->text, "1\n");
  EXPECT_EQ(records[1].fields.Find("a")->text, "2");
  EXPECT_EQ(records[1].fields.Find("preamble")->text, "about\nit\n");
  EXPECT_EQ(records[1].number, 2);
  EXPECT_EQ(records[1].line, 5);
}

TEST(ReadBlocks, RefusesAnExampleOfAnotherFormAndATextWithoutAny) {
  EXPECT_THAT(
      [] { tasks::ReadBlocks("Q: a\nA: b\nQ: c", "x.txt", Blocks("(?s)(.*)\nA: (.*)")); },
      ThrowsMessage<DataError>(AllOf(StartsWith("x.txt:3: the pattern"),
                                     HasSubstr("does not match all of the example \"c\""))));
  EXPECT_THAT([] { tasks::ReadBlocks("nothing", "x.txt", Blocks("(.*)(.*)")); },
              ThrowsMessage<DataError>("x.txt: expected examples after \"Q: \", found none"));
  EXPECT_THAT([] { tasks::ReadBlocks("Q: \xFF", "x.txt", Blocks("(.*)(.*)")); },
              ThrowsMessage<DataError>(HasSubstr("not valid UTF-8")));
}

TEST(ReadText, MakesARecordOfEachLine) {
  const auto records = tasks::ReadText("a\r\n\nb", "x", tasks::TextSplit::kLines);
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].fields.Find("text")->text, "a");
  EXPECT_EQ(records[1].fields.Find("text")->text, "");
  EXPECT_EQ(records[2].line, 3);
}

TEST(Glob, BracesAreAlternativesInTheirOrder) {
  EXPECT_THAT(tasks::ExpandBraces("a/{b,c}.x"), ElementsAre("a/b.x", "a/c.x"));
  EXPECT_THAT(tasks::ExpandBraces("{a,b}{1,2}"), ElementsAre("a1", "a2", "b1", "b2"));
  EXPECT_THAT(tasks::ExpandBraces("a{,b}"), ElementsAre("a", "ab"));
  EXPECT_THAT(tasks::ExpandBraces("a{b"), ElementsAre("a{b"));
  EXPECT_THAT(tasks::ExpandBraces("plain"), ElementsAre("plain"));
}

TEST(MathTask, TakesTheLastBoxedAnswerAndShowsMinervasForm) {
  const TaskData data = Load("math", kFixtures);
  EXPECT_THAT(data.documents[2].references, ElementsAre("6"));
  EXPECT_THAT(data.documents[0].answer,
              EndsWith("\nFinal Answer: The final answer is $3$. I hope it is correct."));
  EXPECT_EQ(data.documents[2].group, "counting_and_probability");
  EXPECT_THAT(data.documents[2].slices, ElementsAre(Pair("level", "5")));
  EXPECT_EQ(Load("math500", kFixtures).documents[2].slices, data.documents[2].slices);
  const std::string prompt = Prompts("math", data, 4)[0].Text();
  EXPECT_THAT(prompt, StartsWith("Problem:\nWhat is $2+2$?\n\nSolution: Two and two are "
                                 "$\\boxed{4}$.\nFinal Answer: The final answer is $4$. I hope it "
                                 "is correct.\n\nProblem:\nWhat is $3 \\cdot 5$?"));
  EXPECT_THAT(prompt, EndsWith("equal parts. How long is one?\n\nSolution:"));
}

TEST(MathTask, AnAnswerWithoutThePhraseIsInvalid) {
  const AnswerFilter filter(Find("math").definition().headline().filters);
  const ExtractedAnswer found = filter.Apply("Final Answer: The final answer is $5$. ");
  EXPECT_EQ(found.text, "$5$");
  EXPECT_TRUE(found.is_valid);
  EXPECT_FALSE(filter.Apply("so it is $\\boxed{5}$.").is_valid);
}

TEST(BbhTask, TakesDescriptionAndExamplesFromThePromptOfItsSet) {
  const TaskData data = Load("bbh_cot", kFixtures);
  const auto prompts = Prompts("bbh_cot", data, 3);
  EXPECT_EQ(prompts[0].Text(),
            "Count days.\n\n"
            "Q: How many days has a week?\nA: Let's think step by step.\nA week has seven days. So "
            "the answer is 7.\n\n"
            "Q: How many days are two days and one?\nA: Let's think step by step.\nTwo and one are "
            "three.\nSo the answer is 3.\n\n"
            "Q: How many days has half a fortnight?\nA: Let's think step by step.\nA fortnight has "
            "14 days. So the answer is 7.\n\n"
            "Q: How many days are three weeks?\nA: Let's think step by step.\n");
  // A description of two paragraphs, and that of the right set; with no shots as well.
  const TaskData bare = Load("bbh_cot", kFixtures, false);
  EXPECT_THAT(Prompts("bbh_cot", bare, 0)[2].Text(),
              StartsWith("Choose the word that fits.\n\nA sail moves a ship; a sale moves "
                         "goods.\n\nQ: The wind filled the"));
  // One of the real prompts goes on after a space where the others begin a line.
  EXPECT_THAT(prompts[2].Text(), HasSubstr("step by step.\nShops have sales."));
}

TEST(BbhTask, TheReferencesPatternCostsTheLastCharacterWhereAFullStopIsMissing) {
  const auto& scores = Find("bbh_cot").definition().scores;
  const AnswerFilter ours(scores[0].filters);
  const AnswerFilter reference(scores[1].filters);
  EXPECT_EQ(ours.Apply("So the answer is (A).").text, "(A)");
  EXPECT_EQ(ours.Apply("So the answer is (A)").text, "(A)");
  EXPECT_EQ(ours.Apply("the answer is 3.5.\nMore.").text, "3.5");
  EXPECT_EQ(reference.Apply("So the answer is (A).").text, "(A)");
  EXPECT_EQ(reference.Apply("So the answer is (A)").text, "(A");
  EXPECT_FALSE(ours.Apply("I do not know").is_valid);
  // The reference stops at any capital Q, and would not have seen what follows.
  EXPECT_EQ(ours.Apply("The Queen moves. So the answer is (A).").text, "(A)");
  EXPECT_FALSE(reference.Apply("The Queen moves. So the answer is (A).").is_valid);
}

TEST(AgievalTask, JoinsTheOptionsAndNamesTheLastLetter) {
  const TaskData data = Load("agieval_en", kFixtures);
  std::map<std::string, const Document*> by_set;
  for (const Document& document : data.documents) by_set[document.group] = &document;
  ASSERT_EQ(by_set.size(), 9U);
  EXPECT_EQ(by_set["aqua-rat"]->question,
            "Q: A boat makes 6 miles in 2 hours. Its speed? Answer Choices: (A)1 (B)2 (C)3 (D)4 "
            "(E)5\nA: Among A through E, the answer is");
  EXPECT_EQ(by_set["logiqa-en"]->question,
            "All gulls fly. Q: What follows? Answer Choices: Some gulls fly (B)No gull flies "
            "(C)Gulls swim (D)Nothing\nA: Among A through D, the answer is");
  EXPECT_EQ(by_set["logiqa-en"]->answer, "Some gulls fly");
  EXPECT_EQ(Load("agieval_nous", kFixtures).documents.size(), 8U);
}

TEST(DialogsumTask, ComparesWithThreeSummariesAndShowsTheOneThereIs) {
  const TaskData data = Load("dialogsum", kFixtures);
  EXPECT_EQ(data.documents[0].references.size(), 3U);
  EXPECT_EQ(data.documents[0].id, "t0");
  EXPECT_THAT(Prompts("dialogsum", data, 1)[0].shots[0], HasSubstr("\n\nSummary: "));
}

TEST(FloresTask, PairsTheLinesOfTwoLanguages) {
  const TaskData french = Load("flores_eng_fra", kFixtures);
  EXPECT_EQ(french.documents[1].question, "English: Nobody rang the bell.\nFrench:");
  EXPECT_THAT(french.documents[1].references, ElementsAre("Personne n’a sonné la cloche."));
  EXPECT_THAT(Load("flores_eng_deu", kFixtures).documents[0].references,
              ElementsAre("Die Fähre fährt um zwölf."));
}

TEST(NewsgroupsTask, KeepsTheSubjectAndCutsTheBody) {
  const TaskData data = Load("twenty_newsgroups", kFixtures);
  EXPECT_EQ(
      data.documents[0].question,
      "Subject: Re: worn tyres\n\nMine lasted two winters.\n\nSubject: this is body\n\n\nThis "
      "message was posted to the newsgroup about");
  EXPECT_EQ(data.documents[0].answer, "cars");
  EXPECT_EQ(data.documents[0].unconditional_context,
            "This message was posted to the newsgroup about");
  EXPECT_THAT(data.documents[1].question, StartsWith("Subject: a comet\n\nSeen at dawn"));
  EXPECT_EQ(data.documents[2].answer, "religion");
  const std::string tail = "\n\nThis message was posted to the newsgroup about";
  EXPECT_THAT(data.documents[2].question, StartsWith("Subject: \n\nBells on Sunday. "));
  EXPECT_EQ(CountCodePoints(data.documents[2].question),
            CountCodePoints("Subject: \n\n" + tail) + 1600);
}

TEST(NewsgroupsTask, WithoutHeadersFootersAndQuotesOnlyWhatWasWrittenRemains) {
  const TaskData data = Load("twenty_newsgroups_stripped", kFixtures);
  const std::string tail = "\n\nThis message was posted to the newsgroup about";
  EXPECT_EQ(data.documents[3].question, "Change the large capacitor.\nThen it is quiet." + tail);
  EXPECT_EQ(data.documents[3].answer, "electronics");
  // Empty lines at the end begin no footer; what follows the last one within does.
  EXPECT_EQ(data.documents[4].question, "Oil the chain,\nnot the tyre." + tail);
  EXPECT_EQ(data.documents[0].question, "Mine lasted two winters." + tail);
  EXPECT_EQ(CountCodePoints(data.documents[2].question), CountCodePoints(tail) + 1600);
}

TEST(SamsumTask, LongBenchShowsExamplesLineByLine) {
  const TaskData data = Load("samsum_longbench", kFixtures);
  const std::string prompt = Prompts("samsum_longbench", data, 1)[0].Text();
  EXPECT_THAT(prompt, StartsWith("Summarize the dialogue into a few short sentences. The following "
                                 "are some examples.\n\nDialogue: "));
  EXPECT_THAT(prompt, EndsWith("\nSummary:"));
  const TaskDefinition& definition = Find("samsum_longbench").definition();
  EXPECT_THAT(definition.generation.until_zero_shot, ElementsAre("\n"));
  EXPECT_EQ(definition.scores.size(), 1U);
}

TEST(RealWorkedData, HasTheCountsAndTheBytesOfItsSources) {
  MEVAL_SHARED_OR_SKIP(data_dir, "data");
  const struct {
    const char* task;
    std::size_t records;
    std::size_t groups;
  } sets[] = {{"math", 5000, 7},           {"math500", 500, 7},        {"bbh_cot", 6511, 27},
              {"agieval_en", 2852, 9},     {"agieval_nous", 2546, 8},  {"dialogsum", 500, 1},
              {"flores_eng_fra", 1012, 1}, {"flores_eng_deu", 1012, 1}};
  for (const auto& set : sets) {
    const TaskData data = Load(set.task, data_dir, false);
    EXPECT_EQ(data.documents.size(), set.records) << set.task;
    EXPECT_EQ(data.has_known_digest.value_or(true), true) << set.task;
    EXPECT_THAT(data.warnings, IsEmpty()) << set.task;
    std::map<std::string, std::int64_t> groups;
    for (const Document& document : data.documents) ++groups[document.group];
    EXPECT_EQ(groups.size(), set.groups) << set.task;
    if (set.task == std::string("bbh_cot")) {
      EXPECT_EQ(groups["causal_judgement"], 187);
      EXPECT_EQ(groups["penguins_in_a_table"], 146);
      EXPECT_EQ(groups["snarks"], 178);
    }
    if (set.task == std::string("math")) {
      EXPECT_EQ(groups["intermediate_algebra"], 903);
      std::map<std::string, std::int64_t> levels;
      for (const Document& document : data.documents) ++levels[document.slices.at("level")];
      EXPECT_THAT(levels, ElementsAre(Pair("1", 437), Pair("2", 894), Pair("3", 1131),
                                      Pair("4", 1214), Pair("5", 1324)));
    }
  }
}

TEST(RealWorkedData, EveryBbhSetHasThreeExamplesAndADescription) {
  MEVAL_SHARED_OR_SKIP(data_dir, "data");
  const TaskData data = Load("bbh_cot", data_dir);
  EXPECT_EQ(data.exemplars.size(), 81U);
  for (const Document& exemplar : data.exemplars) {
    EXPECT_THAT(exemplar.answer, HasSubstr("the answer is ")) << exemplar.source;
    EXPECT_THAT(exemplar.description, ::testing::Not(HasSubstr("canary"))) << exemplar.source;
    EXPECT_GT(exemplar.description.size(), 10U);
  }
}

TEST(RealWorkedData, TheSmallNewsgroupsHaveASubjectAndATopicEach) {
  MEVAL_SHARED_OR_SKIP(data_dir, "data");
  DataOptions options;
  options.allow_count_mismatch = true;
  options.file_overrides["test"] = data_dir / "20newsgroups/mini_newsgroups.jsonl";
  const TaskData data = Find("twenty_newsgroups").Load(options);
  EXPECT_EQ(data.documents.size(), 2000U);
  std::map<std::int64_t, std::int64_t> topics;
  for (const Document& document : data.documents) {
    ++topics[document.gold.at(0)];
    EXPECT_THAT(document.question, StartsWith("Subject: "));
  }
  EXPECT_EQ(topics.size(), 20U);
  for (const auto& [topic, count] : topics) EXPECT_EQ(count, 100) << topic;
}

}  // namespace
}  // namespace meval
