#include "evals/encoded_task.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/digest.h"
#include "tasks/error.h"
#include "tests/evals/eval_fixture.h"

namespace meval {
namespace {

using testing::FakeLanguageModel;
using ::testing::HasSubstr;
using testing::OwnTask;
using testing::SampleRun;

constexpr char kOwnTask[] = R"({
  "task": "mine",
  "title": "Two choices",
  "request": "loglikelihood",
  "data": { "test": { "files": ["mine.jsonl"] } },
  "question": "{question}",
  "choices": ["{a}", "{b}"],
  "gold": { "index": "{label}" },
  "scores": ["acc"]
})";

std::string TextOf(const ScoreRequest& request) {
  return FakeLanguageModel::Decode(request.context) +
         FakeLanguageModel::Decode(request.continuation);
}

TEST(EncodeTask, ListsEqualRequestsOnceWithAllTheirPlaces) {
  const OwnTask own(kOwnTask, R"({"question": "Q", "a": "ab", "b": "cd", "label": 0})"
                              "\n"
                              R"({"question": "Q", "a": "cd", "b": "ab", "label": 0})"
                              "\n"
                              R"({"question": "Q", "a": "ab", "b": "ef", "label": 0})"
                              "\n");
  const PlannedTasks planned(own.Run());
  const EncodedTask task = EncodeTask(planned.plans().at(0), FakeLanguageModel(), 1);
  EXPECT_EQ(task.num_requests, 6);
  ASSERT_EQ(task.score_requests.size(), 3U);
  EXPECT_EQ(TextOf(task.score_requests[0]), "Q ab");
  EXPECT_EQ(TextOf(task.score_requests[1]), "Q cd");
  EXPECT_EQ(TextOf(task.score_requests[2]), "Q ef");
  ASSERT_EQ(task.places[0].size(), 3U);
  EXPECT_EQ(task.places[0][1].sample, 1U);
  EXPECT_EQ(task.places[0][1].choice, 1U);
  EXPECT_EQ(task.places[2].size(), 1U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(task.keys[i], JournalKey(task.score_requests[i]));
}

// Every choice of every document has one place, whose request says what the choice says.
TEST(EncodeTask, EveryChoiceHasItsPlace) {
  const PlannedTasks planned(SampleRun("hellaswag"));
  const EvalPlan& plan = planned.plans().at(0);
  const EncodedTask task = EncodeTask(plan, FakeLanguageModel(), 2);
  std::set<std::pair<std::size_t, std::size_t>> places;
  for (std::size_t i = 0; i < task.places.size(); ++i) {
    for (const EncodedTask::Place& place : task.places[i]) {
      EXPECT_TRUE(places.insert({place.sample, place.choice}).second);
      const std::size_t document = plan.selected[place.sample];
      EXPECT_EQ(TextOf(task.score_requests[i]),
                plan.prompts[document].Text() + plan.definition().target_delimiter +
                    plan.data->documents[document].choices[place.choice]);
    }
  }
  EXPECT_EQ(static_cast<std::int64_t>(places.size()), task.num_requests);
  EXPECT_EQ(places.size(), 4 * plan.selected.size());
}

TEST(EncodeTask, DoesNotDependOnTheNumberOfThreads) {
  for (const char* name : {"mmlu", "gsm8k_cot_maj8"}) {
    const PlannedTasks planned(SampleRun(name));
    const EncodedTask one = EncodeTask(planned.plans().at(0), FakeLanguageModel(), 1);
    const EncodedTask four = EncodeTask(planned.plans().at(0), FakeLanguageModel(), 4);
    EXPECT_EQ(one.keys, four.keys);
    EXPECT_EQ(one.num_requests, four.num_requests);
    EXPECT_EQ(one.samples.size(), four.samples.size());
  }
}

TEST(EncodeTask, AGenerationRequestIsTheDocumentsWithItsOwnStream) {
  const PlannedTasks planned(SampleRun("gsm8k_cot_maj8"));
  const EvalPlan& plan = planned.plans().at(0);
  const EncodedTask task = EncodeTask(plan, FakeLanguageModel(), 2);
  ASSERT_EQ(task.generation_requests.size(), plan.selected.size());
  EXPECT_EQ(task.num_requests, static_cast<std::int64_t>(8 * plan.selected.size()));
  std::set<std::uint64_t> streams;
  for (std::size_t slot = 0; slot < plan.selected.size(); ++slot) {
    const GenerationRequest& request = task.generation_requests[slot];
    EXPECT_EQ(FakeLanguageModel::Decode(request.prompt), plan.prompts[plan.selected[slot]].Text());
    EXPECT_EQ(request.num_samples, 8);
    EXPECT_EQ(request.stop, plan.until());
    EXPECT_EQ(task.keys[slot], JournalKey(request));
    EXPECT_EQ(task.samples[slot].completions.size(), 8U);
    streams.insert(request.key);
  }
  EXPECT_EQ(streams.size(), plan.selected.size());
}

TEST(EncodeTask, SamplesCarryTheDigestsOfThePlan) {
  const PlannedTasks planned(SampleRun("mmlu"));
  const EvalPlan& plan = planned.plans().at(0);
  const EncodedTask task = EncodeTask(plan, FakeLanguageModel(), 2);
  for (std::size_t slot = 0; slot < plan.selected.size(); ++slot) {
    EXPECT_EQ(task.samples[slot].prompt_digest,
              PromptDigest(plan.definition(), plan.data->documents[plan.selected[slot]],
                           plan.prompts[plan.selected[slot]]));
    EXPECT_FALSE(task.samples[slot].scored);
  }
}

// Whatever the number of threads, the same document is named.
TEST(EncodeTask, NamesTheFirstDocumentThatDoesNotFit) {
  RunOptions options = SampleRun("mmlu");
  options.encode.truncation = TruncationPolicy::kError;
  const PlannedTasks planned(options);
  const EvalPlan& plan = planned.plans().at(0);
  std::size_t shortest = plan.prompts[0].Text().size();
  for (const Prompt& prompt : plan.prompts) shortest = std::min(shortest, prompt.Text().size());
  FakeLanguageModel model;
  model.length = static_cast<std::int64_t>(shortest) + 60;
  std::string first;
  for (const Prompt& prompt : plan.prompts) {
    if (static_cast<std::int64_t>(prompt.Text().size()) + 2 <= model.length) continue;
    first = plan.data->documents[static_cast<std::size_t>(&prompt - plan.prompts.data())].id;
    break;
  }
  ASSERT_NE(first, "");
  for (const int num_threads : {1, 2, 7}) {
    try {
      EncodeTask(plan, model, num_threads);
      FAIL();
    } catch (const DataError& error) {
      EXPECT_THAT(error.what(), HasSubstr("document \"" + first + "\"")) << num_threads;
    }
  }
}

TEST(EncodeTask, ReturnsSoonOnceAskedToStop) {
  class Counting : public FakeLanguageModel {
   public:
    std::vector<TokenId> Encode(std::string_view text) const override {
      ++num_texts;
      return FakeLanguageModel::Encode(text);
    }
    mutable int num_texts = 0;
  };
  const PlannedTasks planned(SampleRun("mmlu"));
  std::stop_source source;
  source.request_stop();
  const Counting encoder;
  EncodeTask(planned.plans().at(0), encoder, 1, source.get_token());
  EXPECT_EQ(encoder.num_texts, 0);
}

TEST(JournalKey, TellsApartEverythingAResultDependsOn) {
  const ScoreRequest score = {{1, 5}, {6, 7}};
  const std::string key = JournalKey(score);
  EXPECT_EQ(key, JournalKey(ScoreRequest{{1, 5}, {6, 7}}));
  std::set<std::string> keys = {key, JournalKey(ScoreRequest{{1, 5, 6}, {7}}),
                                JournalKey(ScoreRequest{{1, 5}, {6, 8}}),
                                JournalKey(ScoreRequest{{2, 5}, {6, 7}})};
  EXPECT_EQ(keys.size(), 4U);

  using Change = void (*)(GenerationRequest&);
  const std::vector<Change> changes = {[](GenerationRequest& r) { r.prompt.push_back(9); },
                                       [](GenerationRequest& r) { r.stop = {"x"}; },
                                       [](GenerationRequest& r) {
                                         r.stop = {"x", "y"};
                                       },
                                       [](GenerationRequest& r) { r.max_new_tokens = 7; },
                                       [](GenerationRequest& r) { r.sampling.temperature = 1e-9; },
                                       [](GenerationRequest& r) { r.sampling.temperature = 2e-9; },
                                       [](GenerationRequest& r) { r.sampling.top_k = 4; },
                                       [](GenerationRequest& r) { r.sampling.top_p = 0.25; },
                                       [](GenerationRequest& r) { r.seed = 2; },
                                       [](GenerationRequest& r) { r.key = 3; }};
  std::set<std::string> others = {JournalKey(GenerationRequest{.prompt = {1, 5}})};
  for (const Change change : changes) {
    GenerationRequest request = {.prompt = {1, 5}};
    change(request);
    others.insert(JournalKey(request));
  }
  EXPECT_EQ(others.size(), changes.size() + 1);
}

}  // namespace
}  // namespace meval
