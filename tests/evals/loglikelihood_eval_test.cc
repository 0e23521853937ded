#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evals/answer_text.h"
#include "tests/evals/eval_fixture.h"

namespace meval {
namespace {

using testing::BuiltInTasks;
using ::testing::ElementsAre;
using testing::Evaluate;
using testing::Evaluated;
using testing::FakeLanguageModel;
using ::testing::HasSubstr;
using testing::OwnTask;
using testing::SampleRun;
using testing::TempDirectory;
using testing::ValueOf;

// Every whole text (prompt, delimiter, choice) that is right.
std::set<std::string> RightTexts(const EvalPlan& plan) {
  std::set<std::string> texts;
  for (const Document& document : plan.data->documents) {
    for (const std::int64_t gold : document.gold) {
      const auto choice = static_cast<std::size_t>(gold);
      Prompt prompt = plan.prompts[static_cast<std::size_t>(document.index)];
      if (!document.choice_prefixes.empty()) prompt.question = document.QuestionFor(choice);
      texts.insert(prompt.Text() + plan.definition().target_delimiter + document.choices[choice]);
    }
  }
  return texts;
}

// The right choice has log-probability `right`, every other one `wrong`; so far apart that lengths
// do not matter.
FakeLanguageModel Knowing(const EvalPlan& plan, double right, double wrong) {
  FakeLanguageModel model;
  model.score = [texts = RightTexts(plan), right, wrong](const std::string& context,
                                                         const std::string& continuation) {
    return texts.contains(context + continuation) ? right : wrong;
  };
  return model;
}

// Documents with a wrong choice that is right for another one of the same question: an oracle that
// sees texts cannot tell them apart.
double ShareOfTwins(const EvalPlan& plan) {
  const std::set<std::string> right = RightTexts(plan);
  std::int64_t num_twins = 0;
  for (const Document& document : plan.data->documents) {
    const Prompt& prompt = plan.prompts[static_cast<std::size_t>(document.index)];
    std::size_t num_right = 0;
    for (const std::string& choice : document.choices) {
      num_right += right.count(prompt.Text() + plan.definition().target_delimiter + choice);
    }
    num_twins += num_right > document.gold.size() ? 1 : 0;
  }
  return static_cast<double>(num_twins) / static_cast<double>(plan.data->documents.size());
}

TEST(LoglikelihoodEval, AnOracleIsRightOnEveryBuiltInTask) {
  for (const std::string& name : BuiltInTasks(RequestKind::kLoglikelihood)) {
    const PlannedTasks planned(SampleRun(name));
    const EvalPlan& plan = planned.plans().at(0);
    FakeLanguageModel model = Knowing(plan, -0.01, -100000);
    const Evaluated evaluated = Evaluate(plan, model);
    ASSERT_GE(evaluated.result.metrics.size(), 1U) << name;
    for (const MetricValue& metric : evaluated.result.metrics) {
      EXPECT_NEAR(metric.value, 1, ShareOfTwins(plan)) << name << ' ' << metric.name;
      EXPECT_EQ(metric.n, static_cast<std::int64_t>(plan.data->documents.size())) << name;
    }
    EXPECT_TRUE(evaluated.outcome.is_complete);
    EXPECT_EQ(evaluated.result.counters.unscored, 0);
    EXPECT_EQ(evaluated.result.counters.truncated_prompts, 0);
    EXPECT_EQ(evaluated.result.counters.boundary_merges, 0);
  }
}

TEST(LoglikelihoodEval, AModelThatIsAlwaysWrongScoresNothing) {
  for (const std::string& name : BuiltInTasks(RequestKind::kLoglikelihood)) {
    const PlannedTasks planned(SampleRun(name));
    const EvalPlan& plan = planned.plans().at(0);
    FakeLanguageModel model = Knowing(plan, -100000, -0.01);
    for (const MetricValue& metric : Evaluate(plan, model).result.metrics) {
      EXPECT_EQ(metric.value, 0) << name << ' ' << metric.name;
    }
  }
}

TEST(LoglikelihoodEval, AsksEveryChoiceAfterTheWholePrompt) {
  RunOptions options = SampleRun("hellaswag");
  options.shots = 2;
  const PlannedTasks planned(options);
  const EvalPlan& plan = planned.plans().at(0);
  std::set<std::string> asked;
  FakeLanguageModel model;
  model.score = [&](const std::string& context, const std::string& continuation) {
    asked.insert(context + continuation);
    return -1.0;
  };
  const Evaluated evaluated = Evaluate(plan, model);
  EXPECT_EQ(evaluated.outcome.num_requests,
            static_cast<std::int64_t>(4 * plan.data->documents.size()));
  for (const Document& document : plan.data->documents) {
    const Prompt& prompt = plan.prompts[static_cast<std::size_t>(document.index)];
    EXPECT_EQ(prompt.shots.size(), 2U);
    for (const std::string& choice : document.choices) {
      EXPECT_TRUE(asked.contains(prompt.Text() + " " + choice)) << document.id;
    }
  }
}

// The same text is scored behind each: what fills the blank tells them apart.
TEST(LoglikelihoodEval, SamplesSayWhatFillsABlank) {
  const PlannedTasks planned(SampleRun("winogrande"));
  const EvalPlan& plan = planned.plans().at(0);
  FakeLanguageModel model = Knowing(plan, -0.01, -100000);
  const Evaluated evaluated = Evaluate(plan, model);
  const Document& document = plan.data->documents.at(0);
  const SampleResult& sample = evaluated.outcome.samples.at(0);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(sample.choices.at(i).prefix, document.choice_prefixes.at(i));
  }
  EXPECT_EQ(sample.choices[0].text, sample.choices[1].text);
  EXPECT_NE(sample.choices[0].Shown(), sample.choices[1].Shown());
}

constexpr char kOwnTask[] = R"({
  "task": "mine",
  "title": "Two choices",
  "request": "loglikelihood",
  "data": { "test": { "files": ["mine.jsonl"] } },
  "question": "{question}",
  "choices": ["{a}", "{b}"],
  "gold": { "index": "{label}" },
  "scores": [{ "name": "acc", "headline": true }, "acc_norm", "acc_bytes"]
})";

// Log-probabilities by continuation, which begins with the delimiter.
FakeLanguageModel Scripted(std::map<std::string, double> scores) {
  FakeLanguageModel model;
  model.score = [scores = std::move(scores)](const std::string&, const std::string& continuation) {
    return scores.at(continuation);
  };
  return model;
}

TEST(LoglikelihoodEval, AccNormDividesByCharactersAndAccBytesByBytes) {
  const OwnTask own(kOwnTask, R"({"question": "Q1", "a": "ab", "b": "cdefgh", "label": 1})"
                              "\n"
                              R"({"question": "Q2", "a": "xy", "b": "éé", "label": 1})"
                              "\n");
  const PlannedTasks planned(own.Run());
  // Q1: -3 > -4, but -3/2 < -4/6. Q2: -3/2 > -4/2 by characters, -3/2 < -4/4 by bytes.
  FakeLanguageModel model = Scripted({{" ab", -3}, {" cdefgh", -4}, {" xy", -3}, {" éé", -4}});
  const Evaluated evaluated = Evaluate(planned.plans().at(0), model);
  const std::vector<SampleResult>& samples = evaluated.outcome.samples;
  EXPECT_EQ(samples[0].metrics,
            (std::map<std::string, double>{{"acc", 0}, {"acc_norm", 1}, {"acc_bytes", 1}}));
  EXPECT_EQ(samples[1].metrics,
            (std::map<std::string, double>{{"acc", 0}, {"acc_norm", 0}, {"acc_bytes", 1}}));
  EXPECT_EQ(ValueOf(evaluated, "acc"), 0);
  EXPECT_EQ(ValueOf(evaluated, "acc_norm"), 0.5);
  EXPECT_EQ(ValueOf(evaluated, "acc_bytes"), 1);
  EXPECT_EQ(samples[0].margin, 1);
  // exp(-4) / (exp(-3) + exp(-4)).
  EXPECT_NEAR(samples[0].gold_probability.value(), 0.26894142136999510, 1e-15);
}

// Each choice is asked a second time behind the other context; equal questions are asked once.
TEST(LoglikelihoodEval, AccPmiSubtractsWhatAChoiceIsWorthWithoutItsQuestion) {
  const OwnTask own(R"({
    "task": "mine",
    "title": "Two choices",
    "request": "loglikelihood",
    "data": { "test": { "files": ["mine.jsonl"] } },
    "question": "{question}",
    "choices": ["{a}", "{b}"],
    "gold": { "index": "{label}" },
    "unconditional_context": "So:",
    "scores": ["acc", { "name": "acc_pmi", "headline": true }]
  })",
                    R"({"question": "Q1", "a": "ab", "b": "cd", "label": 1})"
                    "\n"
                    R"({"question": "Q2", "a": "ab", "b": "cd", "label": 1})"
                    "\n");
  const PlannedTasks planned(own.Run());
  std::multiset<std::string> asked;
  FakeLanguageModel model;
  model.score = [&](const std::string& context, const std::string& continuation) {
    asked.insert(context + continuation);
    if (context == "So:") return continuation == " ab" ? -1.0 : -5.0;
    return continuation == " ab" ? -2.0 : context == "Q1" ? -4.0 : -8.0;
  };
  const Evaluated evaluated = Evaluate(planned.plans().at(0), model);
  EXPECT_EQ(asked,
            (std::multiset<std::string>{"Q1 ab", "Q1 cd", "Q2 ab", "Q2 cd", "So: ab", "So: cd"}));
  EXPECT_EQ(evaluated.outcome.num_requests, 8);
  const std::vector<SampleResult>& samples = evaluated.outcome.samples;
  // " ab" loses a nat behind Q1, " cd" gains one; behind Q2 it loses three.
  EXPECT_EQ(samples[0].metrics, (std::map<std::string, double>{{"acc", 0}, {"acc_pmi", 1}}));
  EXPECT_EQ(samples[1].metrics, (std::map<std::string, double>{{"acc", 0}, {"acc_pmi", 0}}));
  EXPECT_EQ(samples[1].choices[1].unconditional_logprob, -5);
  EXPECT_EQ(ChosenText(samples[0], planned.plans().at(0).definition()), "cd");
  EXPECT_EQ(ChosenText(samples[1], planned.plans().at(0).definition()), "ab");
}

TEST(LoglikelihoodEval, TheFirstOfEqualChoicesWins) {
  const OwnTask own(kOwnTask, R"({"question": "Q1", "a": "ab", "b": "cd", "label": 0})"
                              "\n"
                              R"({"question": "Q2", "a": "ab", "b": "cd", "label": 1})"
                              "\n");
  const PlannedTasks planned(own.Run());
  FakeLanguageModel model = Scripted({{" ab", -3}, {" cd", -3}});
  const Evaluated evaluated = Evaluate(planned.plans().at(0), model);
  EXPECT_EQ(evaluated.outcome.samples[0].metrics.at("acc"), 1);
  EXPECT_EQ(evaluated.outcome.samples[1].metrics.at("acc"), 0);
}

TEST(LoglikelihoodEval, AsksEqualRequestsOnce) {
  const OwnTask own(kOwnTask, R"({"question": "Q", "a": "ab", "b": "cd", "label": 0})"
                              "\n"
                              R"({"question": "Q", "a": "cd", "b": "ab", "label": 0})"
                              "\n"
                              R"({"question": "Q", "a": "ab", "b": "ef", "label": 0})"
                              "\n");
  const PlannedTasks planned(own.Run());
  FakeLanguageModel model = Scripted({{" ab", -1}, {" cd", -2}, {" ef", -3}});
  const Evaluated evaluated = Evaluate(planned.plans().at(0), model);
  EXPECT_EQ(model.num_scored, 3);
  EXPECT_EQ(evaluated.outcome.num_requests, 6);
  EXPECT_TRUE(evaluated.outcome.is_complete);
  const std::vector<SampleResult>& samples = evaluated.outcome.samples;
  EXPECT_EQ(samples[0].metrics.at("acc"), 1);
  EXPECT_EQ(samples[1].metrics.at("acc"), 0);
  EXPECT_EQ(samples[2].choices[1].logprob, -3);
}

TEST(LoglikelihoodEval, ContinuesFromAJournalWithTheSameSamples) {
  const PlannedTasks planned(SampleRun("mmlu"));
  const EvalPlan& plan = planned.plans().at(0);
  const TempDirectory directory;
  // Values that only a lossless journal keeps.
  const auto score = [](const std::string& context, const std::string& continuation) {
    return -1.0 / static_cast<double>(context.size()) -
           static_cast<double>(continuation.back()) / 7.0;
  };
  FakeLanguageModel whole;
  whole.score = score;
  const Evaluated expected = Evaluate(plan, whole);

  FakeLanguageModel interrupted;
  interrupted.score = score;
  interrupted.answers_before_stop = 77;
  {
    JournalWriter journal(directory / "journal.jsonl", "run");
    const Evaluated first = Evaluate(plan, interrupted, {}, &journal);
    EXPECT_FALSE(first.outcome.is_complete);
    EXPECT_EQ(first.result.counters.unscored,
              static_cast<std::int64_t>(plan.data->documents.size()) - 77 / 4);
    EXPECT_EQ(first.result.num_documents, static_cast<std::int64_t>(plan.data->documents.size()));
    EXPECT_THAT(first.samples, HasSubstr("\"scored\":false"));
  }
  FakeLanguageModel rest;
  rest.score = score;
  const JournalContents finished = ReadJournal(directory / "journal.jsonl", "run");
  EXPECT_EQ(finished.scores.size(), 77U);
  const Evaluated second = Evaluate(plan, rest, finished);
  EXPECT_EQ(rest.num_scored, whole.num_scored - 77);
  EXPECT_TRUE(second.outcome.is_complete);
  EXPECT_EQ(second.outcome.requests_from_journal, 77);
  EXPECT_EQ(second.samples, expected.samples);
  EXPECT_EQ(second.outcome.prompt_digest, expected.outcome.prompt_digest);

  FakeLanguageModel unasked;
  JournalWriter journal(directory / "all.jsonl", "run");
  FakeLanguageModel again;
  again.score = score;
  Evaluate(plan, again, {}, &journal);
  const Evaluated third = Evaluate(plan, unasked, ReadJournal(directory / "all.jsonl", "run"));
  EXPECT_EQ(unasked.num_scored, 0);
  EXPECT_EQ(third.samples, expected.samples);
}

TEST(LoglikelihoodEval, CountsAndFlagsShortenedPrompts) {
  const PlannedTasks planned(SampleRun("mmlu"));
  const EvalPlan& plan = planned.plans().at(0);
  std::size_t longest = 0;
  for (const Prompt& prompt : plan.prompts) longest = std::max(longest, prompt.Text().size());
  std::size_t num_longer = 0;
  const std::size_t length = longest - 40;
  for (const Prompt& prompt : plan.prompts) {
    // BOS, the prompt's bytes and " A", of which the last byte is not fed.
    if (1 + prompt.Text().size() + 2 - 1 > length) ++num_longer;
  }
  ASSERT_GT(num_longer, 0U);
  FakeLanguageModel model;
  model.length = static_cast<std::int64_t>(length);
  const Evaluated evaluated = Evaluate(plan, model);
  EXPECT_EQ(evaluated.result.counters.truncated_prompts, static_cast<std::int64_t>(num_longer));
  std::size_t num_flagged = 0;
  for (const SampleResult& sample : evaluated.outcome.samples) {
    if (!sample.truncated) continue;
    ++num_flagged;
    EXPECT_EQ(sample.truncated->shots_dropped, 1);
  }
  EXPECT_EQ(num_flagged, num_longer);
  EXPECT_TRUE(evaluated.outcome.is_complete);
}

// One token for ": ", so that "Answer:" and "Answer: A" do not agree on theirs.
class MergingModel : public FakeLanguageModel {
 public:
  std::vector<TokenId> Encode(std::string_view text) const override {
    std::vector<TokenId> ids;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text.substr(i, 2) == ": ") {
        ids.push_back(kFirstByte + 256);
        ++i;
      } else {
        ids.push_back(kFirstByte + static_cast<unsigned char>(text[i]));
      }
    }
    return ids;
  }
};

TEST(LoglikelihoodEval, CountsAndFlagsMergedBoundaries) {
  const PlannedTasks planned(SampleRun("mmlu"));
  MergingModel model;
  const Evaluated merged = Evaluate(planned.plans().at(0), model);
  const auto num_documents = static_cast<std::int64_t>(merged.outcome.samples.size());
  EXPECT_EQ(merged.result.counters.boundary_merges, num_documents);
  for (const SampleResult& sample : merged.outcome.samples) {
    EXPECT_TRUE(sample.boundary_merge);
    for (const ChoiceResult& choice : sample.choices) EXPECT_EQ(choice.num_tokens, 1);
  }
}

TEST(LoglikelihoodEval, ADocumentsSampleDoesNotDependOnTheSubset) {
  RunOptions options = SampleRun("hellaswag");
  options.shots = 3;
  const PlannedTasks all(options);
  options.limit = 7;
  const PlannedTasks some(options);
  const auto score = [](const std::string& context, const std::string& continuation) {
    return -static_cast<double>(std::hash<std::string>()(context + continuation) % 1000) / 10;
  };
  FakeLanguageModel model;
  model.score = score;
  const std::string whole = Evaluate(all.plans().at(0), model).samples;
  const Evaluated subset = Evaluate(some.plans().at(0), model);
  EXPECT_EQ(subset.outcome.samples.size(), 7U);
  EXPECT_TRUE(whole.starts_with(subset.samples));
}

}  // namespace
}  // namespace meval
