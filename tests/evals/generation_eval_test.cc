#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/evals/eval_fixture.h"

namespace meval {
namespace {

using testing::Answering;
using testing::BuiltInTasks;
using testing::Evaluate;
using testing::Evaluated;
using testing::FakeLanguageModel;
using ::testing::HasSubstr;
using testing::SampleRun;
using testing::TempDirectory;
using testing::ValueOf;

// As an exemplar shows it: delimiter, answer, separator; and then the model goes on with a next
// question, as models do.
std::string LikeAnExemplar(const EvalPlan& plan, const Document& document) {
  const TaskDefinition& task = plan.definition();
  return task.target_delimiter + document.answer + task.fewshot_delimiter +
         plan.data->documents.back().question;
}

double Most(const MetricValue& metric) { return metric.unit == "percent" ? 100 : 1; }
bool IsScore(const MetricValue& metric) {
  return metric.unit == "percent" || metric.unit == "fraction";
}

TEST(GenerationEval, TheGoldAnswerWrittenAsAnExemplarScoresEverything) {
  for (const std::string& name : BuiltInTasks(RequestKind::kGeneration)) {
    const PlannedTasks planned(SampleRun(name));
    EvalPlan plan = planned.plans().at(0);
    plan.generation.max_new_tokens = 1000;  // the fake's tokens are bytes
    FakeLanguageModel model = Answering(
        plan, [&](const Document& document, auto) { return LikeAnExemplar(plan, document); });
    const Evaluated evaluated = Evaluate(plan, model);
    int num_scores = 0;
    for (const MetricValue& metric : evaluated.result.metrics) {
      if (!IsScore(metric)) continue;
      ++num_scores;
      EXPECT_NEAR(metric.value, Most(metric), 1e-9) << name << ' ' << metric.name;
      // A score of whole dialogues counts those: four questions each in the sample.
      const auto num_documents = static_cast<std::int64_t>(plan.data->documents.size());
      EXPECT_EQ(metric.n, metric.name == "heq_d" ? num_documents / 4 : num_documents) << name;
    }
    // Programs that were not run have no score.
    EXPECT_EQ(num_scores == 0, plan.definition().execution.has_value()) << name;
    EXPECT_EQ(evaluated.result.counters.invalid_answers, 0) << name;
    EXPECT_EQ(evaluated.result.counters.empty_completions, 0) << name;
    EXPECT_EQ(evaluated.result.counters.length_stops, 0) << name;
    for (const SampleResult& sample : evaluated.outcome.samples) {
      EXPECT_EQ(sample.completions.front().stop_reason, "stop") << name << ' ' << sample.id;
    }
  }
}

// Fluent, extractable, and never right.
std::string WrongAnswer(const EvalPlan& plan, const Document& document) {
  const std::string& task = plan.task->name();
  if (task == "gsm8k") return " So it is 987654321.\n#### 987654321";
  if (task.starts_with("samsum") || task == "quac") return " Zyx wvu tsr qpo";
  // One of the task's own forms: another document's answer.
  if (task.starts_with("math") || task.starts_with("bbh") || task.starts_with("agieval_en") ||
      task == "mmlu_generative") {
    for (const Document& other : plan.data->documents) {
      if (other.references != document.references) return LikeAnExemplar(plan, other);
    }
  }
  return " So the total is 987654321. The answer is 987654321.";
}

TEST(GenerationEval, AModelThatIsAlwaysWrongScoresNothingButIsValid) {
  for (const std::string& name : BuiltInTasks(RequestKind::kGeneration)) {
    const PlannedTasks planned(SampleRun(name));
    EvalPlan plan = planned.plans().at(0);
    plan.generation.max_new_tokens = 1000;  // the fake's tokens are bytes
    FakeLanguageModel model = Answering(
        plan, [&](const Document& document, auto) { return WrongAnswer(plan, document); });
    const Evaluated evaluated = Evaluate(plan, model);
    for (const MetricValue& metric : evaluated.result.metrics) {
      if (!IsScore(metric)) continue;
      EXPECT_EQ(metric.value, 0) << name << ' ' << metric.name;
    }
    EXPECT_EQ(evaluated.result.counters.invalid_answers, 0) << name;
  }
}

TEST(GenerationEval, AnEmptyCompletionScoresNothingAndIsCountedAsInvalid) {
  for (const std::string& name : BuiltInTasks(RequestKind::kGeneration)) {
    const PlannedTasks planned(SampleRun(name));
    const EvalPlan& plan = planned.plans().at(0);
    FakeLanguageModel model;
    const Evaluated evaluated = Evaluate(plan, model);
    for (const MetricValue& metric : evaluated.result.metrics) {
      EXPECT_EQ(metric.value, 0) << name << ' ' << metric.name;
    }
    EXPECT_TRUE(evaluated.outcome.is_complete);
    EXPECT_EQ(evaluated.result.counters.invalid_answers, evaluated.outcome.num_requests) << name;
    EXPECT_EQ(evaluated.result.counters.empty_completions, evaluated.outcome.num_requests) << name;
    EXPECT_EQ(evaluated.outcome.num_requests,
              static_cast<std::int64_t>(plan.data->documents.size()) * plan.generation.num_samples);
  }
}

TEST(GenerationEval, StrictWantsTheMarkAndFlexibleTakesTheLastNumber) {
  const PlannedTasks planned(SampleRun("gsm8k"));
  const EvalPlan& plan = planned.plans().at(0);
  FakeLanguageModel model = Answering(plan, [](const Document& document, auto) {
    return " 11 of them, 22 more, so " + document.references.front() + " in all";
  });
  const Evaluated evaluated = Evaluate(plan, model);
  EXPECT_EQ(ValueOf(evaluated, "exact_match,strict"), 0);
  EXPECT_EQ(ValueOf(evaluated, "exact_match,flexible"), 1);
  EXPECT_EQ(ValueOf(evaluated, "numeric"), 1);
  EXPECT_EQ(evaluated.result.counters.invalid_answers,
            static_cast<std::int64_t>(plan.data->documents.size()));
}

TEST(GenerationEval, CountsCompletionsThatTheTokenLimitCut) {
  const PlannedTasks planned(SampleRun("gsm8k_cot"));
  EvalPlan plan = planned.plans().at(0);
  plan.generation.max_new_tokens = 40;
  FakeLanguageModel model = Answering(plan, [](const Document& document, auto) {
    return document.index % 3 == 0 ? std::string(41, 'x') : std::string(40, 'x');
  });
  const Evaluated evaluated = Evaluate(plan, model);
  const auto num_documents = static_cast<std::int64_t>(plan.data->documents.size());
  EXPECT_EQ(evaluated.result.counters.length_stops, (num_documents + 2) / 3);
  EXPECT_EQ(evaluated.outcome.samples[0].completions[0].stop_reason, "length");
  EXPECT_EQ(evaluated.outcome.samples[0].completions[0].num_tokens, 40);
  EXPECT_EQ(evaluated.outcome.samples[1].completions[0].stop_reason, "eos");
}

TEST(GenerationEval, CountsAndFlagsShortenedPrompts) {
  const PlannedTasks planned(SampleRun("samsum"));
  EvalPlan plan = planned.plans().at(0);
  plan.generation.max_new_tokens = 10;
  FakeLanguageModel model;
  model.length = 200;
  std::int64_t num_longer = 0;
  for (const Prompt& prompt : plan.prompts) {
    num_longer += 1 + static_cast<std::int64_t>(prompt.Text().size()) > 190 ? 1 : 0;
  }
  ASSERT_GT(num_longer, 0);
  const Evaluated evaluated = Evaluate(plan, model);
  EXPECT_EQ(evaluated.result.counters.truncated_prompts, num_longer);
  for (const GenerationRequest& request : model.generation_requests) {
    EXPECT_LE(request.prompt.size(), 190U);
    const std::string prompt = FakeLanguageModel::Decode(request.prompt);
    EXPECT_TRUE(prompt.starts_with("Summarize the following dialogue."));
    EXPECT_TRUE(prompt.ends_with("\n\nSummary:"));
  }
}

TEST(GenerationEval, UsesOtherStopStringsWithoutShots) {
  for (const std::int64_t shots : {0, 2}) {
    RunOptions options = SampleRun("samsum");
    options.shots = shots;
    options.limit = 1;
    const PlannedTasks planned(options);
    FakeLanguageModel model;
    Evaluate(planned.plans().at(0), model);
    EXPECT_EQ(model.generation_requests.at(0).stop.at(0), shots == 0 ? "\n\n" : "\n");
  }
}

std::string Number(const Document& document) { return document.references.front(); }
std::string Says(const std::string& number) { return " Thus. The answer is " + number + "."; }

// r: right, w and v: wrong in two ways, x: no answer at all.
std::string Spelled(char word, const Document& document) {
  if (word == 'r') return Says(Number(document));
  if (word == 'w') return Says("987654321");
  if (word == 'v') return Says("123456789");
  return " I do not know";
}

// The first document's sample when its eight completions are as `words` say.
SampleResult VoteOf(const std::string& words, TaskCounters* counters = nullptr) {
  RunOptions options = SampleRun("gsm8k_cot_maj8");
  options.limit = 1;
  const PlannedTasks planned(options);
  const EvalPlan& plan = planned.plans().at(0);
  FakeLanguageModel model = Answering(plan, [&](const Document& document, std::int64_t sample) {
    return Spelled(words.at(static_cast<std::size_t>(sample)), document);
  });
  Evaluated evaluated = Evaluate(plan, model);
  if (counters != nullptr) *counters = evaluated.result.counters;
  return evaluated.outcome.samples.at(0);
}

std::vector<double> ByK(const SampleResult& sample, const std::string& name,
                        const std::string& suffix = "") {
  std::vector<double> values;
  for (int k = 1; k <= 8; ++k) {
    values.push_back(sample.metrics.at(name + "@" + std::to_string(k) + suffix));
  }
  return values;
}

using Values = std::vector<double>;

TEST(MajorityVote, TheMajorityOfTheFirstKDecides) {
  EXPECT_EQ(ByK(VoteOf("rrrrrrrr"), "maj"), Values(8, 1));
  EXPECT_EQ(ByK(VoteOf("wwwwwwww"), "maj"), Values(8, 0));
  EXPECT_EQ(ByK(VoteOf("wwrrrwwr"), "maj"), (Values{0, 0, 0, 0, 1, 0, 0, 0}));
  EXPECT_EQ(ByK(VoteOf("wrrwwrrr"), "maj"), (Values{0, 0, 1, 0, 0, 0, 1, 1}));
}

TEST(MajorityVote, TiesGoToTheEarliestSample) {
  EXPECT_EQ(ByK(VoteOf("rwrwrwrw"), "maj"), Values(8, 1));
  EXPECT_EQ(ByK(VoteOf("wrwrwrwr"), "maj"), Values(8, 0));
  EXPECT_EQ(ByK(VoteOf("vwrwrvrv"), "maj"), (Values{0, 0, 0, 0, 0, 0, 1, 0}));
}

TEST(MajorityVote, CompletionsWithoutAnAnswerAbstainAndAreCounted) {
  TaskCounters counters;
  const SampleResult sample = VoteOf("xxrxxxxw", &counters);
  EXPECT_EQ(ByK(sample, "maj"), (Values{0, 0, 1, 1, 1, 1, 1, 1}));
  EXPECT_EQ(counters.invalid_answers, 6);
  EXPECT_EQ(counters.empty_completions, 0);
  EXPECT_EQ(ByK(VoteOf("xxxxxxxx"), "maj"), Values(8, 0));
}

TEST(MajorityVote, EqualNumbersVoteTogetherHoweverTheyAreWritten) {
  RunOptions options = SampleRun("gsm8k_cot_maj8");
  options.limit = 1;
  const PlannedTasks planned(options);
  const EvalPlan& plan = planned.plans().at(0);
  const std::vector<std::string> spellings = {"7",    "7",      "7",       "1,234",
                                              "1234", "1234.0", "1234.00", "7"};
  FakeLanguageModel model = Answering(plan, [&](auto&, std::int64_t sample) {
    return Says(spellings[static_cast<std::size_t>(sample)]);
  });
  TaskData data = *plan.data;
  for (Document& document : data.documents) document.references = {"1234"};
  EvalPlan other = plan;
  other.data = &data;
  const SampleResult sample = Evaluate(other, model).outcome.samples.at(0);
  EXPECT_EQ(ByK(sample, "maj"), (Values{0, 0, 0, 0, 0, 0, 1, 0}));  // 4 to 4 goes to the first
  EXPECT_EQ(sample.metrics.at("sample_acc"), 0.5);
}

TEST(MajorityVote, PassAtKIsTheUnbiasedEstimate) {
  const SampleResult sample = VoteOf("wrwxrwwr");  // c = 3 of n = 8
  EXPECT_EQ(sample.metrics.at("sample_acc"), 3.0 / 8);
  // 1 - C(5, k) / C(8, k).
  const Values expected = {3.0 / 8, 1 - 10.0 / 28, 1 - 10.0 / 56, 1 - 5.0 / 70, 1 - 1.0 / 56, 1, 1,
                           1};
  const Values values = ByK(sample, "pass");
  for (std::size_t k = 0; k < values.size(); ++k) EXPECT_NEAR(values[k], expected[k], 1e-12) << k;
}

TEST(MajorityVote, SubsetsAverageOverEveryChoiceOfK) {
  const SampleResult sample = VoteOf("rwwwwwww");
  const Values subsets = ByK(sample, "maj", ",subsets");
  EXPECT_NEAR(subsets[0], 1.0 / 8, 1e-12);  // one of eight alone is right
  // Of the 28 pairs the 7 that hold the right one tie, and it is the earliest.
  EXPECT_NEAR(subsets[1], 7.0 / 28, 1e-12);
  for (std::size_t k = 2; k < 8; ++k) EXPECT_EQ(subsets[k], 0) << k;
}

TEST(MajorityVote, TheReportHasEveryPowerOfTwoAndDetailsForTheRest) {
  const PlannedTasks planned(SampleRun("gsm8k_cot_maj8"));
  const EvalPlan& plan = planned.plans().at(0);
  FakeLanguageModel model =
      Answering(plan, [](const Document& document, auto) { return Spelled('r', document); });
  const TaskResult result = Evaluate(plan, model).result;
  std::vector<std::string> shown;
  std::set<std::string> all;
  for (const MetricValue& metric : result.metrics) {
    if (!metric.is_detail) shown.push_back(metric.name);
    all.insert(metric.name);
  }
  EXPECT_THAT(shown,
              ::testing::ElementsAre("maj@8", "maj@1", "maj@2", "maj@4", "pass@8", "sample_acc"));
  for (int k = 1; k <= 8; ++k) {
    EXPECT_TRUE(all.contains("maj@" + std::to_string(k)));
    EXPECT_TRUE(all.contains("maj@" + std::to_string(k) + ",subsets"));
    EXPECT_TRUE(all.contains("pass@" + std::to_string(k)));
  }
  EXPECT_TRUE(result.metrics.front().is_headline);
}

// A document-dependent, sample-dependent completion.
std::string Varied(const Document& document, std::int64_t sample) {
  const std::size_t hash = std::hash<std::string>()(document.id + std::to_string(sample));
  return Spelled("rwvx"[hash % 4], document);
}

TEST(GenerationEval, ContinuesFromAJournalWithTheSameSamples) {
  const PlannedTasks planned(SampleRun("gsm8k_cot_maj8"));
  const EvalPlan& plan = planned.plans().at(0);
  const TempDirectory directory;
  FakeLanguageModel whole = Answering(plan, Varied);
  const Evaluated expected = Evaluate(plan, whole);

  FakeLanguageModel interrupted = Answering(plan, Varied);
  interrupted.answers_before_stop = 8 * 10 + 3;
  const auto num_documents = static_cast<std::int64_t>(plan.data->documents.size());
  {
    JournalWriter journal(directory / "journal.jsonl", "run");
    const Evaluated first = Evaluate(plan, interrupted, {}, &journal);
    EXPECT_FALSE(first.outcome.is_complete);
    EXPECT_EQ(first.result.counters.unscored, num_documents - 10);
    EXPECT_EQ(first.result.metrics.front().n, 10);
    EXPECT_THAT(first.samples, HasSubstr("\"scored\":false"));
  }
  const JournalContents finished = ReadJournal(directory / "journal.jsonl", "run");
  EXPECT_EQ(finished.generations.size(), 83U);
  FakeLanguageModel rest = Answering(plan, Varied);
  const Evaluated second = Evaluate(plan, rest, finished);
  // The eleventh document has three of its eight completions and is asked whole.
  EXPECT_EQ(rest.num_generated, 8 * (num_documents - 10));
  EXPECT_EQ(second.outcome.requests_from_journal, 80);
  EXPECT_TRUE(second.outcome.is_complete);
  EXPECT_EQ(second.samples, expected.samples);
}

TEST(GenerationEval, StreamsDoNotDependOnTheSubset) {
  RunOptions options = SampleRun("gsm8k_cot_maj8");
  const PlannedTasks all(options);
  options.limit = 5;
  const PlannedTasks some(options);
  FakeLanguageModel whole;
  FakeLanguageModel subset;
  Evaluate(all.plans().at(0), whole);
  Evaluate(some.plans().at(0), subset);
  ASSERT_EQ(subset.generation_requests.size(), 5U);
  std::set<std::uint64_t> keys;
  for (const GenerationRequest& request : whole.generation_requests) keys.insert(request.key);
  EXPECT_EQ(keys.size(), whole.generation_requests.size());
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(subset.generation_requests[i].key, whole.generation_requests[i].key);
    EXPECT_EQ(subset.generation_requests[i].seed, 1234U);
    EXPECT_EQ(subset.generation_requests[i].prompt, whole.generation_requests[i].prompt);
  }
}

TEST(GenerationEval, StreamsDifferBetweenTasks) {
  FakeLanguageModel cot;
  FakeLanguageModel vote;
  Evaluate(PlannedTasks(SampleRun("gsm8k_cot")).plans().at(0), cot);
  Evaluate(PlannedTasks(SampleRun("gsm8k_cot_maj8")).plans().at(0), vote);
  EXPECT_EQ(cot.generation_requests[0].prompt, vote.generation_requests[0].prompt);
  EXPECT_NE(cot.generation_requests[0].key, vote.generation_requests[0].key);
}

TEST(JournalKeys, DependOnEverythingAResultDependsOn) {
  const GenerationRequest request = {.prompt = {1, 2, 3}, .stop = {"a"}, .max_new_tokens = 5};
  std::vector<GenerationRequest> others(8, request);
  others[0].prompt = {1, 2, 4};
  others[1].stop = {"b"};
  others[2].max_new_tokens = 6;
  others[3].sampling.temperature = 0.5;
  others[4].sampling.top_p = 0.5;
  others[5].sampling.top_k = 5;
  others[6].seed = 9;
  others[7].key = 9;
  std::set<std::string> keys = {JournalKey(request)};
  for (const GenerationRequest& other : others) keys.insert(JournalKey(other));
  EXPECT_EQ(keys.size(), others.size() + 1);
  // Samples of a request differ by their number alone.
  GenerationRequest more = request;
  more.num_samples = 8;
  EXPECT_EQ(JournalKey(more), JournalKey(request));
  EXPECT_NE(JournalSampleKey("k", 1), JournalSampleKey("k", 2));
  EXPECT_NE(JournalKey(ScoreRequest{{1, 2}, {3}}), JournalKey(ScoreRequest{{1}, {2, 3}}));
}

}  // namespace
}  // namespace meval
