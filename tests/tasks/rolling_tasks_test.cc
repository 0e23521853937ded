// Tasks that score whole texts, and tasks that score one continuation: their definitions, their
// documents, and the real sets.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/unicode_text.h"
#include "tasks/digest.h"
#include "tasks/error.h"
#include "tasks/task_registry.h"
#include "tests/support/shared_data.h"
#include "tests/tasks/edited.h"
#include "tests/tasks/scratch_directory.h"

namespace meval {
namespace {

using testing::Edited;
using ::testing::HasSubstr;
using testing::ScratchDirectory;
using ::testing::ThrowsMessage;

constexpr char kTextTask[] = R"({
  "task": "mine",
  "title": "Notes",
  "request": "rolling",
  "data": { "test": { "files": ["mine.jsonl"] } },
  "filters": { "tidy": [{ "replace_regex": ["(\\w+) +,", "\\1,"] }] },
  "question": "{text|tidy}",
  "original": "{text}",
  "scores": ["word_perplexity"]
})";

constexpr char kContinuationTask[] = R"({
  "task": "mine",
  "title": "Last words",
  "request": "loglikelihood",
  "data": { "test": { "files": ["mine.jsonl"] } },
  "question": "{start}",
  "continuation": "{end}",
  "scores": [{ "name": "acc", "metric": "greedy", "headline": true }, "perplexity"]
})";

DataOptions In(const std::filesystem::path& directory) {
  DataOptions options;
  options.data_dirs = {directory};
  return options;
}

PromptOptions Prompting(std::int64_t shots, const std::string& system) {
  PromptOptions options;
  options.shots = shots;
  options.system = system;
  return options;
}

TaskData LoadFrom(const std::string& json, const std::string& records) {
  const ScratchDirectory scratch;
  scratch.Write("mine.jsonl", records);
  return Task::Parse(json, "mine.json").Load(In(scratch.path()));
}

TEST(RollingTask, CountsTheOriginalAndScoresThePreparedText) {
  const TaskData data = LoadFrom(kTextTask, "{\"text\": \" é ,  b\\n\"}\n");
  const Document& document = data.documents.at(0);
  EXPECT_EQ(document.question, " é,  b\n");
  EXPECT_EQ(document.num_words, 5);  // "", "é", ",", "b", ""
  EXPECT_EQ(document.num_bytes, 9);
  EXPECT_TRUE(document.choices.empty());
  EXPECT_TRUE(document.references.empty());
}

TEST(RollingTask, CountsTheQuestionWhereNoOriginalIsNamed) {
  const std::string json = Edited(kTextTask, R"(  "original": "{text}",)", "");
  const Document document = LoadFrom(json, "{\"text\": \"a , b\"}\n").documents.at(0);
  EXPECT_EQ(document.question, "a, b");
  EXPECT_EQ(document.num_words, 2);
  EXPECT_EQ(document.num_bytes, 4);
}

TEST(RollingTask, HasADigestThatKnowsTheCounts) {
  const auto digest_of = [](const std::string& text) {
    return LoadFrom(kTextTask, "{\"text\": \"" + text + "\"}\n").documents.at(0).digest;
  };
  EXPECT_EQ(digest_of("a, b"), digest_of("a, b"));
  EXPECT_NE(digest_of("a, b"), digest_of("a , b"));  // the same text is scored
}

TEST(RollingTask, HasTheProtocolsDefaults) {
  const auto rolling = [](const std::string& settings) {
    std::string json = Edited(kTextTask, "word_perplexity", "token_perplexity");
    if (!settings.empty())
      json = Edited(json, R"("question")", "\"rolling\": " + settings + ", \"question\"");
    return Task::Parse(json, "mine.json").definition().rolling;
  };
  EXPECT_EQ(rolling("").protocol, RollingProtocol::kRolling);
  EXPECT_EQ(rolling("").length, 0);
  EXPECT_EQ(rolling(R"({ "protocol": "stride" })").length, 2048);
  EXPECT_EQ(rolling(R"({ "protocol": "llamacpp" })").length, 512);
  EXPECT_EQ(rolling(R"({ "protocol": "llamacpp", "length": 3 })").length, 3);
}

struct Mistake {
  const char* json;
  const char* from;
  const char* to;
  const char* message;
};

TEST(RollingTask, RefusesWhatHasNoMeaningForIt) {
  const Mistake mistakes[] = {
      {kTextTask, R"("title")", R"("shots": 1, "title")", "shots: a rolling task shows no"},
      {kTextTask, R"("original")", R"("description": "x", "original")",
       "description: a rolling task scores texts as they stand"},
      {kTextTask, R"("original")", R"("group_by": "{text}", "original")",
       "group_by: a rolling task scores texts as they stand"},
      {kTextTask, R"("original")", R"("choices": ["a", "b"], "original")",
       "unknown key \"choices\""},
      {kTextTask, R"({ "files": ["mine.jsonl"] })",
       R"({ "files": ["mine.jsonl"] }, "exemplars": { "files": ["x.jsonl"] })",
       "data: a rolling task shows no exemplars"},
      {kTextTask, R"("original": "{text}")", R"("original": "{txet")", "original: "},
      {kTextTask, R"(["word_perplexity"])", R"(["acc"])",
       "unknown metric \"acc\"; a rolling task has: word_perplexity, byte_perplexity, "},
      {kTextTask, R"(["word_perplexity"])", R"(["perplexity"])", "unknown metric \"perplexity\""},
      {kTextTask, R"("original")", R"("rolling": { "protocol": "strided" }, "original")",
       "rolling.protocol: expected one of rolling, stride, llamacpp, found \"strided\"; did you"},
      {kTextTask, R"("original")", R"("rolling": { "protocl": "stride" }, "original")",
       "rolling: unknown key \"protocl\""},
      {kTextTask, R"("original")", R"("rolling": { "length": 0 }, "original")",
       "rolling.length: expected an integer of at least 1"},
      {kTextTask, R"("original")",
       R"("rolling": { "protocol": "llamacpp", "length": 2 }, "original")",
       "rolling.length: expected an integer of at least 3"},
      {kTextTask, R"("original")", R"("rolling": { "protocol": "stride" }, "original")",
       "scores[0]: the protocol \"stride\" does not score every token"},
      {kTextTask, R"("files": ["mine.jsonl"])", R"("files": ["mine.jsonl"], "split": "whole")",
       "data.test.split: only a set of \"format\": \"text\" is split"},
      {kTextTask, R"("files": ["mine.jsonl"])",
       R"("files": ["m.raw"], "format": "text", "split": "pages")",
       "data.test.split: expected whole, lines, wikitext_pages or wikitext_rows, found \"pages\""},
      {kTextTask, R"(\\1,"])", R"(\\2,"])", "expected a digit that names one of the pattern's 1"},
      {kTextTask, R"(\\1,"])", R"(,\\"])", "expected a digit that names one of the pattern's 1"},
      {kTextTask, R"(", "\\1,"])", R"("])", "expected [\"pattern\", \"replacement\"]"},
      {kTextTask, R"((\\w+) +,)", R"((\\w+ +,)", "filters.tidy[0].replace_regex[0]: "},
      {kContinuationTask, R"("continuation")", R"("num_choices": 2, "continuation")",
       "num_choices: a task with one \"continuation\" has no choices"},
      {kContinuationTask, R"("continuation")", R"("gold": { "index": "{x}" }, "continuation")",
       "gold: a task with one \"continuation\" has no choices"},
      {kContinuationTask, R"("perplexity"])", R"("acc_norm"])",
       "unknown metric \"acc_norm\"; a loglikelihood task with one continuation has: greedy, "},
      {kContinuationTask, R"("continuation")", R"("group_by": "{start}", "continuation")",
       "group_by: perplexities of groups have no mean"},
      {kContinuationTask, R"("{end}")", R"("{edn")", "continuation: "},
  };
  for (const Mistake& mistake : mistakes) {
    const std::string json = Edited(mistake.json, mistake.from, mistake.to);
    EXPECT_THAT([&] { Task::Parse(json, "mine.json"); },
                ThrowsMessage<DataError>(HasSubstr(mistake.message)))
        << json;
  }
}

TEST(RollingTask, RefusesShotsASystemInstructionAndAVanishedOriginal) {
  const ScratchDirectory scratch;
  scratch.Write("mine.jsonl", "{\"text\": \"a b\"}\n");
  const Task task = Task::Parse(kTextTask, "mine.json");
  const TaskData data = task.Load(In(scratch.path()));
  EXPECT_THAT([&] { BuildPrompts(task, data, Prompting(0, "Be brief.")); },
              ThrowsMessage<DataError>(HasSubstr("expected no system instruction")));
  EXPECT_THAT([&] { BuildPrompts(task, data, Prompting(1, "")); },
              ThrowsMessage<DataError>(HasSubstr("1 shots asked for")));
  EXPECT_EQ(BuildPrompts(task, data, {}).at(0).Text(), "a b");
  const std::string json = Edited(kTextTask, R"("original": "{text}")", R"("original": "{note}")");
  EXPECT_THAT([&] { LoadFrom(json, "{\"text\": \"a\", \"note\": \"\"}\n"); },
              ThrowsMessage<DataError>(HasSubstr("mine.jsonl:1: the original text is empty")));
}

TEST(RollingTask, TheExampleOfTheDocumentationLoads) {
  const std::filesystem::path examples =
      std::filesystem::path(MEVAL_SOURCE_DIR) / "docs" / "examples";
  const TaskRegistry registry;
  const Task task = registry.Resolve((examples / "notes.json").string()).front();
  const TaskData data = task.Load({});
  ASSERT_EQ(data.documents.size(), 2U);
  EXPECT_EQ(data.documents[0].id, "1");
  EXPECT_EQ(data.documents[0].num_words, 12);
  EXPECT_EQ(data.documents[0].question.size(), 69U);
}

TEST(ContinuationTask, HasOneChoiceThatIsRight) {
  const TaskData data = LoadFrom(kContinuationTask, "{\"start\": \"a b\", \"end\": \"c\"}\n");
  const Document& document = data.documents.at(0);
  EXPECT_EQ(document.choices, std::vector<std::string>{"c"});
  EXPECT_EQ(document.gold, std::vector<std::int64_t>{0});
  EXPECT_EQ(document.answer, "c");
  EXPECT_EQ(document.num_words, 0);
  EXPECT_TRUE(Task::Parse(kContinuationTask, "mine.json").definition().scores_one_continuation);
}

TEST(ContinuationTask, RefusesARecordWithNothingToScore) {
  EXPECT_THAT([] { LoadFrom(kContinuationTask, "{\"start\": \"a\", \"end\": \"\"}\n"); },
              ThrowsMessage<DataError>(HasSubstr("mine.jsonl:1: expected a continuation")));
}

TaskData LoadReal(const std::string& name, const std::filesystem::path& data_dir) {
  const TaskRegistry registry;
  return registry.Find(name)->Load(In(data_dir));
}

// The numbers and the digest of the prepared pages, joined by NUL, come from an independent reading
// in Python: the page rule and the detokeniser with str.replace and re.sub, words by
// len(re.split(r"\s+", page)), bytes by len(page.encode()).
TEST(RealWikitext2, HasTheReferencesPagesCountsAndText) {
  MEVAL_SHARED_OR_SKIP(data_dir, "data");
  const TaskData data = LoadReal("wikitext2", data_dir);
  EXPECT_EQ(data.documents.size(), 62U);
  std::int64_t words = 0;
  std::int64_t bytes = 0;
  std::string joined;
  for (const Document& document : data.documents) {
    words += document.num_words;
    bytes += document.num_bytes;
    if (document.index > 0) joined += '\0';
    joined += document.question;
  }
  EXPECT_EQ(words, 241335);
  EXPECT_EQ(bytes, 1290527);
  EXPECT_EQ(Sha256(joined), "b0ae50e166add20959a5406d9b3c99fe1f23819ec0a10149047149434fb85d81");
}

// In Python: "\n\n".join(line if line.strip() else "" for line in file).
TEST(RealWikitext2, HasTheHubsRowsForStride) {
  MEVAL_SHARED_OR_SKIP(data_dir, "data");
  const TaskData data = LoadReal("wikitext2_stride", data_dir);
  ASSERT_EQ(data.documents.size(), 1U);
  EXPECT_EQ(data.documents[0].question.size(), 1296370U);
  EXPECT_EQ(Sha256(data.documents[0].question),
            "696cca6b65a171b0a358a4be6732cdfdf2dd6164a32e20fd70e3c13fc4dfae83");
}

TEST(RealWikitext2, IsTheFileWithoutItsLastLineEndForLlamaCpp) {
  MEVAL_SHARED_OR_SKIP(data_dir, "data");
  const TaskData data = LoadReal("wikitext2_llamacpp", data_dir);
  ASSERT_EQ(data.documents.size(), 1U);
  EXPECT_EQ(data.documents[0].question.size(), 1290589U);
  EXPECT_TRUE(data.documents[0].question.ends_with(" \n "));
}

// Each passage is its context, a space and what follows the last one: the reference splits at
// spaces alone, so six targets hold a line break.
TEST(RealLambada, EndsEveryPassageInWhatFollowsItsLastSpace) {
  MEVAL_SHARED_OR_SKIP(data_dir, "data");
  const TaskData data = LoadReal("lambada_openai", data_dir);
  EXPECT_EQ(data.documents.size(), 5153U);
  std::int64_t with_line_break = 0;
  for (const Document& document : data.documents) {
    ASSERT_EQ(document.choices.size(), 1U);
    EXPECT_EQ(document.choices[0].find(' '), std::string::npos) << document.source;
    with_line_break += SplitWhitespace(document.choices[0]).size() > 1 ? 1 : 0;
    EXPECT_FALSE(document.question.ends_with(' ')) << document.source;
  }
  EXPECT_EQ(with_line_break, 6);
  EXPECT_TRUE(data.documents[0].question.ends_with("I don't care about"));
  EXPECT_EQ(data.documents[0].choices[0], "signs");
}

}  // namespace
}  // namespace meval
