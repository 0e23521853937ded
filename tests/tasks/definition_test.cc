// Every way in which a task file can be wrong is an error that names file, line, place and what to
// do; what is right is read as it stands.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/define/parse_definition.h"
#include "tasks/digest.h"
#include "tasks/error.h"
#include "tasks/task.h"
#include "tests/tasks/edited.h"

namespace meval {
namespace {

using ::testing::AllOf;
using testing::Edited;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr char kChoiceTask[] = R"({
  "task": "mine",
  "title": "A task of one's own",
  "request": "loglikelihood",
  "data": {
    "test": { "files": ["mine.jsonl"] },
    "exemplars": { "files": "more.jsonl" }
  },
  "question": "{question|strip}\nAnswer:",
  "choices": ["{a}", "{b}"],
  "gold": { "index": "{label}" },
  "scores": ["acc"]
})";

constexpr char kGenerationTask[] = R"({
  "task": "mine",
  "title": "A task of one's own",
  "request": "generation",
  "data": { "test": { "files": ["mine.jsonl"] } },
  "question": "{question}",
  "references": ["{answer}"],
  "generation": { "until": ["\n"] },
  "scores": ["exact_match"]
})";

TEST(Definition, ReadsTheLeastAndFillsInTheRest) {
  const TaskDefinition definition = Task::Parse(kChoiceTask, "mine.json").definition();
  EXPECT_EQ(definition.name, "mine");
  EXPECT_EQ(definition.version, 1);
  EXPECT_EQ(definition.request, RequestKind::kLoglikelihood);
  EXPECT_EQ(definition.default_shots, 0);
  EXPECT_EQ(definition.expected_records, std::nullopt);
  EXPECT_EQ(definition.sampler, ExemplarSampler::kReference);
  EXPECT_FALSE(definition.draws_one_extra);
  EXPECT_EQ(definition.target_delimiter, " ");
  EXPECT_EQ(definition.fewshot_delimiter, "\n\n");
  ASSERT_EQ(definition.scores.size(), 1U);
  EXPECT_EQ(definition.headline().name, "acc");
  EXPECT_EQ(definition.source, "mine.json");
  EXPECT_EQ(definition.digest, Sha256(kChoiceTask));
}

TEST(Definition, AsksWhatChoicesAreWorthWithoutTheirQuestionWhereAScoreDoes) {
  EXPECT_FALSE(Task::Parse(kChoiceTask, "mine.json").definition().asks_unconditional());
  EXPECT_FALSE(Task::Parse(kGenerationTask, "mine.json").definition().asks_unconditional());
  const std::string json = Edited(kChoiceTask, R"("scores": ["acc"])",
                                  R"("unconditional_context": "Answer:", "scores": [
    { "name": "acc", "headline": true }, { "name": "gain", "metric": "acc_pmi" }])");
  EXPECT_TRUE(Task::Parse(json, "mine.json").definition().asks_unconditional());
}

TEST(Definition, ReadsGenerationSettings) {
  const std::string json = Edited(kGenerationTask, R"("until": ["\n"])",
                                  R"("until": "Q:", "until_zero_shot": ["a", "b"],
        "max_new_tokens": 99, "temperature": 0.6, "top_p": 0.95, "top_k": 40, "samples": 8)");
  const GenerationDefinition generation = Task::Parse(json, "mine.json").definition().generation;
  EXPECT_THAT(generation.until, ElementsAre("Q:"));
  EXPECT_THAT(generation.until_zero_shot, ElementsAre("a", "b"));
  EXPECT_EQ(generation.max_new_tokens, 99);
  EXPECT_DOUBLE_EQ(generation.temperature, 0.6);
  EXPECT_DOUBLE_EQ(generation.top_p, 0.95);
  EXPECT_EQ(generation.top_k, 40);
  EXPECT_EQ(generation.num_samples, 8);
  const auto defaults = Task::Parse(kGenerationTask, "mine.json").definition().generation;
  EXPECT_EQ(defaults.until_zero_shot, defaults.until);
  EXPECT_EQ(defaults.max_new_tokens, 256);
  EXPECT_EQ(defaults.num_samples, 1);
}

TEST(Definition, ReadsScores) {
  const std::string json = Edited(kGenerationTask, R"(["exact_match"])", R"json([
    { "name": "exact_match,strict", "metric": "exact_match", "headline": true,
      "filters": ["strip", "first_line", { "before": "Q:" },
                  { "regex": "(\\d+)", "select": -1, "fallback": "none" }],
      "ignore_regexes": [",", "\\$"], "ignore_case": true, "ignore_punctuation": true,
      "ignore_numbers": true },
    { "name": "rouge1,unstemmed", "metric": "rouge1", "stem": false },
    "bleu"])json");
  const TaskDefinition definition = Task::Parse(json, "mine.json").definition();
  ASSERT_EQ(definition.scores.size(), 3U);
  const ScoreDefinition& strict = definition.scores[0];
  EXPECT_EQ(&definition.headline(), &strict);
  EXPECT_EQ(strict.metric, "exact_match");
  ASSERT_EQ(strict.filters.size(), 4U);
  EXPECT_EQ(strict.filters[0].kind, FilterStep::Kind::kStrip);
  EXPECT_EQ(strict.filters[1].kind, FilterStep::Kind::kTakeFirstLine);
  EXPECT_EQ(strict.filters[2].kind, FilterStep::Kind::kTakeBefore);
  EXPECT_EQ(strict.filters[2].pattern, "Q:");
  EXPECT_EQ(strict.filters[3].pattern, "(\\d+)");
  EXPECT_EQ(strict.filters[3].select, -1);
  EXPECT_EQ(strict.filters[3].fallback, "none");
  EXPECT_THAT(strict.ignore_regexes, ElementsAre(",", "\\$"));
  EXPECT_TRUE(strict.ignore_case && strict.ignore_punctuation && strict.ignore_numbers);
  EXPECT_FALSE(definition.scores[1].stem);
  EXPECT_EQ(definition.scores[2].metric, "bleu");
}

// One edit of a good definition, and what must be said about it.
struct Mistake {
  const char* base;
  const char* from;
  const char* to;
  const char* message;
};

const Mistake kMistakes[] = {
    // Not JSON, or not an object.
    {kChoiceTask, R"("title")", "title", "mine.json:3: byte 4: "},
    {kChoiceTask, R"("title": )", R"("task": )", "the name \"task\" occurs twice"},
    // Missing and unknown keys.
    {kChoiceTask, R"("task")", R"("tsak")",
     "mine.json:1: the key \"task\" is missing; is \"tsak\" meant to be it?"},
    {kChoiceTask, R"(  "scores": ["acc"])", R"(  "paper": "x")", "the key \"scores\" is missing"},
    {kChoiceTask, R"("choices")", R"("chioces")", "is \"chioces\" meant to be it?"},
    {kChoiceTask, R"("gold": { "index": "{label}" },)", "", "the key \"gold\" is missing"},
    {kChoiceTask, R"("title")", R"("sohts": 3, "title")",
     "mine.json:3: unknown key \"sohts\"; did you mean \"shots\"? Known keys: task, version, "},
    {kChoiceTask, R"("files": ["mine.jsonl"])", R"("files": ["mine.jsonl"], "fromat": "csv")",
     "mine.json:6: data.test: unknown key \"fromat\"; did you mean \"format\"?"},
    {kChoiceTask, R"("files": ["mine.jsonl"])", R"("fils": ["mine.jsonl"])",
     "data.test: the key \"files\" is missing; is \"fils\" meant to be it?"},
    {kGenerationTask, R"("until")", R"("utnil")", "generation: the key \"until\" is missing"},
    {kGenerationTask, R"("until")", R"("temprature": 1, "until")",
     "generation: unknown key \"temprature\"; did you mean \"temperature\"?"},
    {kGenerationTask, R"("references")", R"("choices": ["a", "b"], "references")",
     "unknown key \"choices\""},
    {kChoiceTask, R"("scores")", R"("generation": {}, "scores")", "unknown key \"generation\""},
    // Wrong types and values.
    {kChoiceTask, R"("mine")", "5", "task: expected a string, found the integer 5"},
    {kChoiceTask, R"("mine")", R"("my task")", "task: expected a name of letters"},
    {kChoiceTask, R"("mine")", R"("")", "task: expected a name of letters"},
    {kChoiceTask, R"("title")", R"("version": 0, "title")",
     "version: expected an integer of at least 1, found the integer 0"},
    {kChoiceTask, R"("title")", R"("shots": "5", "title")",
     "shots: expected an integer of at least 0, found \"5\""},
    {kChoiceTask, R"("title")", R"("shots": 2.5, "title")", "found the number 2.5"},
    {kChoiceTask, R"("loglikelihood")", R"("loglikelyhood")",
     "request: expected one of loglikelihood, generation, rolling, found \"loglikelyhood\"; did "
     "you mean"},
    {kChoiceTask, R"("title")", R"("sampler": "random", "title")",
     "sampler: expected one of reference, first_n"},
    {kChoiceTask, R"("title")", R"("sampler": "first_n", "draws_one_extra": true, "title")",
     "draws_one_extra: the sampler \"first_n\" draws nothing"},
    {kChoiceTask, R"("title")", R"("draws_one_extra": 1, "title")",
     "draws_one_extra: expected true or false"},
    {kGenerationTask, R"("title")", R"("shots": 1, "title")",
     "shots: exemplars are shown, but there is no \"data.exemplars\""},
    // Data.
    {kChoiceTask, R"(["mine.jsonl"])", "[]", "data.test.files: expected at least one"},
    {kChoiceTask, R"(["mine.jsonl"])", R"([""])", "data.test.files: expected a file name"},
    {kChoiceTask, R"(["mine.jsonl"])", R"(["a", 1])", "data.test.files[1]: expected a string"},
    {kChoiceTask, R"("files": "more.jsonl")", R"("files": "more", "format": "xml")",
     "data.exemplars.format: expected jsonl, json, csv, tsv or text, found \"xml\""},
    {kChoiceTask, R"("files": "more.jsonl")", R"("files": "more.jsonl", "records": 0)",
     "data.exemplars.records: expected an integer of at least 1"},
    {kChoiceTask, R"("test": {)", R"("tset": {}, "test": {)",
     "data: unknown key \"tset\"; did you mean \"test\"?"},
    // Templates and filters.
    {kChoiceTask, "{question|strip}", "{question|trim}",
     "question: byte 1: unknown filter \"trim\""},
    {kChoiceTask, "{question|strip}", "{question", "question: byte 1: the brace opened here"},
    {kChoiceTask, R"(["{a}", "{b}"])", R"(["{a}"])", "choices: expected at least two choices"},
    {kChoiceTask, R"(["{a}", "{b}"])", R"("{a} or {b}")",
     "choices: expected a list of templates, or one placeholder"},
    {kChoiceTask, R"(["{a}", "{b}"])", R"(["{a}", 7])", "choices[1]: expected a string"},
    {kChoiceTask, R"("{label}")", R"("label")",
     "gold.index: expected one placeholder like \"{answer}\", found \"label\""},
    {kChoiceTask, R"("{label}")", R"("{a}{b}")", "gold.index: expected one placeholder"},
    {kChoiceTask, R"({ "index": "{label}" })", "{}",
     "gold: expected exactly one of index, number, letter, text"},
    {kChoiceTask, R"("index": "{label}")", R"("index": "{label}", "letter": "{a}")",
     "gold: expected exactly one of index, number, letter, text"},
    {kChoiceTask, R"("index")", R"("idx")",
     "gold: expected exactly one of index, number, letter, text, label, index_or_text, flags"},
    {kChoiceTask, R"("choices")", R"("filters": { "f": "shout" }, "choices")",
     "filters.f: unknown step \"shout\"; there are: strip"},
    {kChoiceTask, R"("choices")", R"("filters": { "f": { "replace": ["a"] } }, "choices")",
     "filters.f.replace: expected [\"from\", \"to\"]"},
    {kChoiceTask, R"("choices")", R"("filters": { "f": { "replace": ["", "b"] } }, "choices")",
     "filters.f.replace: expected [\"from\", \"to\"]"},
    {kChoiceTask, R"("choices")", R"("filters": { "f": { "delete_regex": "(" } }, "choices")",
     "filters.f.delete_regex: "},
    {kChoiceTask, R"("choices")", R"("filters": { "f": { "after_last": "" } }, "choices")",
     "filters.f.after_last: expected a text that is not empty"},
    {kChoiceTask, R"("choices")",
     R"("filters": { "f": [{ "after_last": "a", "before_first": "b" }] }, "choices")",
     "filters.f[0]: expected exactly one of replace"},
    {kChoiceTask, R"("choices")", R"("filters": { "strip": "lower" }, "choices")",
     "filters.strip: there is a filter \"strip\" already"},
    {kChoiceTask, R"("choices")", R"("filters": { "text": "lower" }, "choices")",
     "filters.text: this name cannot be used"},
    {kChoiceTask, R"("choices")", R"("document_field": "passage", "choices")",
     "document_field: expected a field that the question names exactly once, found \"passage\""},
    {kChoiceTask, R"("choices")", R"("derived": { "x": "{y}", "y": "{a}" }, "choices")",
     "derived.x: uses \"y\", which is not derived before it"},
    {kChoiceTask, R"("choices")", R"("derived": { "x": "{x}" }, "choices")",
     "derived.x: uses \"x\", which is not derived before it"},
    {kChoiceTask, R"("choices")", R"("num_choices": 1, "choices")",
     "num_choices: expected an integer of at least 2"},
    {kChoiceTask, R"(["acc"])", R"(["acc_pmi"])",
     "scores: acc_pmi compares with the choices behind another context: give it as "
     "\"unconditional_context\", \"\" for none"},
    {kChoiceTask, R"("choices")", R"("unconditional_context": "A:", "choices")",
     "unconditional_context: no score is acc_pmi, which alone uses it; leave it out"},
    {kChoiceTask, R"("choices")",
     R"("unconditional_context": "", "choice_prefixes": ["x", "y"], "choices")",
     "choice_prefixes: the choices differ in front of what is scored"},
    {kChoiceTask, R"("choices")", R"("unconditional_context": "{z}", "choices")",
     "unconditional_context: no score is acc_pmi"},
    // Shapes.
    {kChoiceTask, R"("choices")", R"("shapes": [], "choices")",
     "shapes: expected at least one shape"},
    {kChoiceTask, R"("choices")", R"("shapes": [{ "name": "s", "fields": {} }], "choices")",
     "shapes[0]: expected at least one field"},
    {kChoiceTask, R"("choices")",
     R"("shapes": [{ "name": "s", "fields": { "a": "a", "b": "b", "label": "l" } }], "choices")",
     "question: unknown field \"question\"; the shape \"s\" of data.test has: a, b, label"},
    {kChoiceTask, R"("choices")",
     R"("shapes": [{ "name": "s", "fields": { "questoin": "q", "a": "a", "b": "b" } }],
        "choices")",
     "unknown field \"question\"; did you mean \"questoin\"?"},
    {kChoiceTask, R"("choices")",
     R"("shapes": [{ "name": "s", "fields": { "question": "q[" } }], "choices")",
     "shapes[0].fields.question: field path \"q[\": expected a number, *, keys or values in "
     "brackets"},
    {kChoiceTask, R"("choices")",
     R"("shapes": [{ "name": "s", "fields": { "a.b": "q" } }], "choices")",
     "shapes[0].fields.a.b: a field's own name may not hold"},
    {kChoiceTask, R"("choices")",
     R"("shapes": [{ "name": "s", "fields": { "g": { "file_name": "test.csv" } } }], "choices")",
     "shapes[0].fields.g.file_name: expected a file name with one *"},
    {kChoiceTask, R"("choices")",
     R"("shapes": [{ "name": "s", "fields": { "g": { "file": "*" } } }], "choices")",
     "shapes[0].fields.g: expected a path, or an object with file_name"},
    // Scores, generation, published scores, categories.
    {kChoiceTask, R"(["acc"])", "[]", "scores: expected at least one score"},
    {kChoiceTask, R"(["acc"])", R"(["accuracy"])",
     "scores[0]: unknown metric \"accuracy\"; did you mean \"acc\"?; a loglikelihood task with "
     "choices has: "},
    {kChoiceTask, R"(["acc"])", R"(["exact_match"])", "unknown metric \"exact_match\""},
    {kChoiceTask, R"(["acc"])", R"(["acc", "acc_norm"])",
     "scores: expected exactly one score with \"headline\": true, found 0"},
    {kChoiceTask, R"(["acc"])", R"(["acc", "acc"])", "scores[1]: the score \"acc\" is there"},
    {kChoiceTask, R"(["acc"])", R"([{ "name": "acc", "filters": ["strip"] }])",
     "scores[0]: unknown key \"filters\""},
    {kGenerationTask, R"(["exact_match"])", R"([{ "name": "bleu", "ignore_case": true }])",
     "scores[0]: unknown key \"ignore_case\""},
    {kGenerationTask, R"(["exact_match"])", R"([{ "name": "exact_match", "stem": true }])",
     "scores[0]: unknown key \"stem\""},
    {kGenerationTask, R"(["exact_match"])", R"([{ "name": "exact_match", "filters": ["strp"] }])",
     "scores[0].filters[0]: unknown step \"strp\"; did you mean \"strip\"?"},
    {kGenerationTask, R"(["exact_match"])",
     R"([{ "name": "exact_match", "filters": [{ "regex": "(a" }] }])",
     "scores[0].filters[0].regex: "},
    {kGenerationTask, R"(["exact_match"])",
     R"([{ "name": "exact_match", "filters": [{ "regex": "a", "slect": 1 }] }])",
     "scores[0].filters[0]: unknown key \"slect\"; did you mean \"select\"?"},
    {kGenerationTask, R"(["exact_match"])",
     R"([{ "name": "exact_match", "filters": [{ "regex": "a", "select": 1 }] }])",
     "scores[0].filters[0].select: expected 0 (the first match) or -1 (the last)"},
    {kGenerationTask, R"(["exact_match"])",
     R"([{ "name": "exact_match", "ignore_regexes": ["["] }])", "scores[0].ignore_regexes[0]: "},
    {kGenerationTask, R"(["exact_match"])", R"([{ "name": "maj@8", "metric": "maj_at_k" }])",
     "generation: the score \"maj@8\" votes over samples; give \"samples\""},
    {kGenerationTask, R"("until": ["\n"])", R"("until": [""])",
     "generation.until: a stop string is empty"},
    {kGenerationTask, R"("until": ["\n"])", R"("until": [], "top_p": 0)",
     "generation: expected a top_p above 0 and at most 1"},
    {kGenerationTask, R"("until": ["\n"])", R"("until": [], "temperature": -1)",
     "generation.temperature: expected a number of at least 0"},
    {kGenerationTask, R"("until": ["\n"])", R"("until": [], "samples": 4)",
     "generation: several samples at temperature 0 are all the same"},
    {kGenerationTask, R"(["{answer}"])", "[]", "references: expected at least one reference"},
    {kGenerationTask, R"(["{answer}"])", R"("{a} {b}")",
     "references: expected a list of templates"},
    {kChoiceTask, R"("scores")",
     R"("published": { "M": [{ "score": "ac", "value": 1, "shots": 0, "variant": "", "source": ""
        }] }, "scores")",
     "published.M[0]: unknown score \"ac\"; did you mean \"acc\"?; the task has: acc"},
    {kChoiceTask, R"("scores")", R"("published": { "M": [{ "score": "acc" }] }, "scores")",
     "published.M[0]: the key \"variant\" is missing"},
    {kChoiceTask, R"("scores")", R"("categories": { "c": ["x"] }, "scores")",
     "categories: categories collect groups, but there is no \"group_by\""},
    {kChoiceTask, R"("scores")",
     R"("group_by": "{g}", "categories": { "c": ["x"], "d": ["x"] }, "scores")",
     "categories.d: the group \"x\" is in two categories"},
};

TEST(Definition, SaysWhatIsWrongAndWhere) {
  for (const Mistake& mistake : kMistakes) {
    const std::string json = Edited(mistake.base, mistake.from, mistake.to);
    EXPECT_THAT([&] { Task::Parse(json, "mine.json"); },
                ThrowsMessage<DataError>(
                    AllOf(::testing::StartsWith("mine.json:"), HasSubstr(mistake.message))))
        << json;
  }
}

TEST(Definition, RefusesWhatIsNoObject) {
  EXPECT_THAT([] { Task::Parse("[]", "mine.json"); },
              ThrowsMessage<DataError>("mine.json:1: expected an object, found a list of 0"));
  EXPECT_THAT([] { Task::Parse("", "mine.json"); },
              ThrowsMessage<DataError>(HasSubstr("mine.json:1: byte 1: ")));
}

TEST(Definition, AcceptsAByteOrderMark) {
  EXPECT_EQ(Task::Parse(std::string("\xEF\xBB\xBF") + kChoiceTask, "mine.json").name(), "mine");
}

// Every prefix of a definition is refused with the right exception, never anything else.
TEST(Definition, NoTruncationCrashes) {
  const std::string json = kChoiceTask;
  for (std::size_t size = 0; size + 1 < json.size(); ++size) {
    EXPECT_THROW(Task::Parse(json.substr(0, size), "mine.json"), DataError) << size;
  }
}

}  // namespace
}  // namespace meval
