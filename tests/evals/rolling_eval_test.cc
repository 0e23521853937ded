#include <cmath>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evals/flags.h"
#include "evals/score_rolling.h"
#include "metrics/perplexity.h"
#include "tasks/error.h"
#include "tests/evals/eval_fixture.h"
#include "tests/support/shared_data.h"

namespace meval {
namespace {

using testing::BuiltInTasks;
using testing::Evaluate;
using testing::Evaluated;
using testing::FakeLanguageModel;
using testing::FindMetric;
using ::testing::HasSubstr;
using testing::OwnTask;
using testing::SampleRun;
using testing::TempDirectory;
using ::testing::ThrowsMessage;
using testing::ValueOf;

// The fake's tokens are bytes, and each byte has this log-probability.
constexpr double kPerByte = -0.75;

FakeLanguageModel UniformModel() {
  FakeLanguageModel model;
  model.score = [](const std::string&, const std::string& continuation) {
    return kPerByte * static_cast<double>(continuation.size());
  };
  return model;
}

std::string TextTask(const std::string& rolling, const std::string& scores) {
  return R"({ "task": "mine", "title": "Notes", "request": "rolling", "rolling": )" + rolling +
         R"(, "data": { "test": { "files": ["mine.jsonl"] } }, "question": "{text}", "scores": )" +
         scores + "}";
}

std::string RollingTask(std::int64_t length) {
  return TextTask("{ \"length\": " + std::to_string(length) + " }",
                  R"([{ "name": "word_perplexity", "headline": true }, "byte_perplexity",
                      "bits_per_byte", "token_perplexity"])");
}

std::string ChunkTask(const std::string& protocol, std::int64_t length) {
  return TextTask(
      "{ \"protocol\": \"" + protocol + "\", \"length\": " + std::to_string(length) + " }",
      R"(["chunk_perplexity"])");
}

std::string Records(const std::vector<std::string>& texts) {
  std::string records;
  for (const std::string& text : texts) records += "{\"text\": \"" + text + "\"}\n";
  return records;
}

TEST(RollingEval, GivesAUniformModelItsPerplexityOnEveryBuiltInTask) {
  for (const std::string& name : BuiltInTasks(RequestKind::kRolling)) {
    const PlannedTasks planned(SampleRun(name));
    FakeLanguageModel model = UniformModel();
    const Evaluated evaluated = Evaluate(planned.plans().at(0), model);
    EXPECT_TRUE(evaluated.outcome.is_complete) << name;
    ASSERT_FALSE(evaluated.result.metrics.empty()) << name;
    EXPECT_TRUE(evaluated.result.metrics.front().is_headline) << name;
    const bool has_tokens = name == "wikitext2";
    EXPECT_NEAR(ValueOf(evaluated, has_tokens ? "token_perplexity" : "perplexity"),
                std::exp(-kPerByte), 1e-9)
        << name;
    EXPECT_EQ(evaluated.result.counters.unscored, 0);
  }
}

TEST(RollingEval, DividesTheSumByWordsAndBytesOfTheOriginal) {
  const OwnTask own(RollingTask(4), Records({"one two", " three"}));
  const PlannedTasks planned(own.Run());
  FakeLanguageModel model = UniformModel();
  const Evaluated evaluated = Evaluate(planned.plans().at(0), model);
  const double loss = -kPerByte * 13;
  EXPECT_DOUBLE_EQ(ValueOf(evaluated, "word_perplexity"), std::exp(loss / 4));
  EXPECT_DOUBLE_EQ(ValueOf(evaluated, "byte_perplexity"), std::exp(loss / 13));
  EXPECT_DOUBLE_EQ(ValueOf(evaluated, "bits_per_byte"), loss / 13 / std::log(2.0));
  EXPECT_EQ(ValueOf(evaluated, "words"), 4);
  EXPECT_EQ(ValueOf(evaluated, "bytes"), 13);
  EXPECT_EQ(ValueOf(evaluated, "tokens"), 13);
  EXPECT_EQ(ValueOf(evaluated, "scored_tokens"), 13);
  const MetricValue& headline = evaluated.result.metrics.front();
  EXPECT_EQ(headline.name, "word_perplexity");
  EXPECT_FALSE(headline.higher_is_better);
  EXPECT_EQ(headline.n, 2);
  EXPECT_EQ(headline.ci_method, "bootstrap");
  EXPECT_EQ(headline.signature,
            "protocol:rolling|length:4|per:word|resampled:2 "
            "documents|resamples:1000|version:mistral-eval-1");

  const RollingResult& first = *evaluated.outcome.samples.at(0).rolling;
  EXPECT_EQ(first.logprob, 7 * kPerByte);
  EXPECT_EQ(first.num_words, 2);
  ASSERT_EQ(first.windows.size(), 2U);
  EXPECT_EQ(first.windows[0].num_tokens, 4);
  EXPECT_EQ(first.windows[1].num_tokens, 3);
  EXPECT_EQ(evaluated.outcome.num_requests, 4);
  EXPECT_DOUBLE_EQ(evaluated.outcome.samples.at(0).metrics.at("word_perplexity"),
                   std::exp(-kPerByte * 7 / 2));
}

// Every number of the report can be had from the samples alone.
TEST(RollingEval, KeepsWhatItsScoresAreMadeOfInTheSamples) {
  const PlannedTasks planned(SampleRun("wikitext2"));
  FakeLanguageModel model;
  model.length = 40;
  model.score = [](const std::string& context, const std::string& continuation) {
    return -static_cast<double>(std::hash<std::string>()(context + continuation) % 10000) / 7;
  };
  const Evaluated evaluated = Evaluate(planned.plans().at(0), model);
  std::vector<TextLikelihood> texts;
  for (const SampleResult& sample : evaluated.outcome.samples) {
    TextLikelihood text = {.loglikelihood = 0,
                           .words = sample.rolling->num_words,
                           .bytes = sample.rolling->num_bytes,
                           .tokens = 0};
    for (const WindowResult& window : sample.rolling->windows) {
      text.loglikelihood += window.logprob;
      text.tokens += window.num_tokens;
    }
    EXPECT_EQ(text.loglikelihood, sample.rolling->logprob);
    EXPECT_EQ(text.tokens, sample.rolling->num_tokens);
    EXPECT_GT(sample.rolling->windows.size(), 1U);
    texts.push_back(text);
  }
  EXPECT_EQ(ValueOf(evaluated, "word_perplexity"), WordPerplexity(texts));
  EXPECT_EQ(ValueOf(evaluated, "byte_perplexity"), BytePerplexity(texts));
  EXPECT_EQ(ValueOf(evaluated, "bits_per_byte"), BitsPerByte(texts));
  EXPECT_EQ(ValueOf(evaluated, "token_perplexity"), TokenPerplexity(texts));
}

TEST(RollingEval, AveragesChunksAndBootstrapsOverThem) {
  const OwnTask own(ChunkTask("stride", 4), Records({"abcdefghijk"}));
  const PlannedTasks planned(own.Run());
  FakeLanguageModel model;
  // BOS abc | defg | hijk
  model.score = [](const std::string& context, const std::string& continuation) {
    EXPECT_EQ(continuation.size(), 3U);
    return context.empty() ? -3.0 : context == "d" ? -6.0 : -9.0;
  };
  const Evaluated evaluated = Evaluate(planned.plans().at(0), model);
  EXPECT_DOUBLE_EQ(ValueOf(evaluated, "chunk_perplexity"), std::exp(2.0));
  EXPECT_EQ(ValueOf(evaluated, "tokens"), 11);
  EXPECT_EQ(ValueOf(evaluated, "scored_tokens"), 9);
  const MetricValue& metric = evaluated.result.metrics.front();
  EXPECT_EQ(metric.signature,
            "protocol:stride|length:4|per:chunk|resampled:3 "
            "chunks|resamples:1000|version:mistral-eval-1");
  EXPECT_LT(metric.ci_low, metric.value);
  EXPECT_GT(metric.ci_high, metric.value);
}

TEST(RollingEval, CountsATextShorterThanAChunkAndScoresNothingOfIt) {
  const OwnTask own(ChunkTask("llamacpp", 4), Records({"ab", "abcdefg"}));
  const PlannedTasks planned(own.Run());
  FakeLanguageModel model = UniformModel();
  const Evaluated evaluated = Evaluate(planned.plans().at(0), model);
  EXPECT_TRUE(evaluated.outcome.is_complete);
  EXPECT_EQ(evaluated.outcome.samples.size(), 2U);
  EXPECT_TRUE(evaluated.outcome.samples[0].scored);
  EXPECT_TRUE(evaluated.outcome.samples[0].rolling->windows.empty());
  EXPECT_TRUE(evaluated.outcome.samples[0].metrics.empty());
  EXPECT_EQ(ValueOf(evaluated, "tokens"), 9);
  EXPECT_EQ(ValueOf(evaluated, "scored_tokens"), 2);
}

TEST(RollingEval, AsksEqualWindowsOnce) {
  const OwnTask own(RollingTask(8), Records({"same text", "same text", "other one"}));
  const PlannedTasks planned(own.Run());
  FakeLanguageModel model = UniformModel();
  const Evaluated evaluated = Evaluate(planned.plans().at(0), model);
  EXPECT_EQ(evaluated.outcome.num_requests, 6);
  EXPECT_EQ(model.num_scored, 4);
  EXPECT_EQ(evaluated.outcome.samples[0].rolling->logprob,
            evaluated.outcome.samples[1].rolling->logprob);
}

TEST(RollingEval, ContinuesFromAJournalWithTheSameSamples) {
  const PlannedTasks planned(SampleRun("wikitext2"));
  const EvalPlan& plan = planned.plans().at(0);
  const TempDirectory directory;
  const auto score = [](const std::string& context, const std::string& continuation) {
    return -1.0 / static_cast<double>(context.size() + 3) -
           static_cast<double>(continuation.size()) / 7.0;
  };
  FakeLanguageModel whole;
  whole.length = 100;
  whole.score = score;
  const Evaluated expected = Evaluate(plan, whole);
  ASSERT_GT(whole.num_scored, 30);

  FakeLanguageModel interrupted;
  interrupted.length = 100;
  interrupted.score = score;
  interrupted.answers_before_stop = 23;
  {
    JournalWriter journal(directory / "journal.jsonl", "run");
    const Evaluated first = Evaluate(plan, interrupted, {}, &journal);
    EXPECT_FALSE(first.outcome.is_complete);
    EXPECT_GT(first.result.counters.unscored, 0);
    EXPECT_THAT(first.samples, HasSubstr("\"scored\":false"));
  }
  FakeLanguageModel rest;
  rest.length = 100;
  rest.score = score;
  const Evaluated second = Evaluate(plan, rest, ReadJournal(directory / "journal.jsonl", "run"));
  EXPECT_EQ(rest.num_scored, whole.num_scored - 23);
  EXPECT_TRUE(second.outcome.is_complete);
  EXPECT_EQ(second.outcome.requests_from_journal, 23);
  EXPECT_EQ(second.samples, expected.samples);
  EXPECT_EQ(second.outcome.prompt_digest, expected.outcome.prompt_digest);
}

TEST(RollingEval, LeavesOutWhatOverflowsAndSaysSo) {
  const OwnTask own(RollingTask(2000), Records({std::string(1000, 'x'), "y z"}));
  const PlannedTasks planned(own.Run());
  FakeLanguageModel model = UniformModel();
  model.score = [](const std::string&, const std::string& continuation) {
    return -3.0 * static_cast<double>(continuation.size());
  };
  const Evaluated evaluated = Evaluate(planned.plans().at(0), model);
  EXPECT_THAT(evaluated.result.warnings,
              ::testing::Contains(HasSubstr("word_perplexity is beyond the largest")));
  EXPECT_THROW(ValueOf(evaluated, "word_perplexity"), std::logic_error);
  EXPECT_NEAR(ValueOf(evaluated, "byte_perplexity"), std::exp(3.0), 1e-9);
  EXPECT_EQ(evaluated.outcome.samples[0].metrics.at("word_perplexity"),
            std::numeric_limits<double>::max());
}

TEST(RollingEval, RefusesWhatCannotBeScored) {
  const OwnTask longer(ChunkTask("stride", 64), Records({"only a few tokens"}));
  const PlannedTasks short_text(longer.Run());
  FakeLanguageModel model = UniformModel();
  EXPECT_THAT([&] { Evaluate(short_text.plans().at(0), model); },
              ThrowsMessage<DataError>(
                  HasSubstr("cuts chunks of 64 tokens; expected a text of at least 63, found 17")));
  model.length = 32;
  EXPECT_THAT([&] { Evaluate(short_text.plans().at(0), model); },
              ThrowsMessage<UsageError>(
                  HasSubstr("windows of 64 tokens: expected at most the model's length, 32")));
  const OwnTask empty(RollingTask(8), Records({"", ""}));
  const PlannedTasks no_text(empty.Run());
  EXPECT_THAT([&] { Evaluate(no_text.plans().at(0), model); },
              ThrowsMessage<DataError>(HasSubstr("found no token")));
  EXPECT_EQ(model.num_scored, 0);
}

TEST(RollingEval, TakesTheModelsLengthWhereTheTaskSaysNone) {
  const PlannedTasks planned(SampleRun("wikitext2"));
  FakeLanguageModel model = UniformModel();
  model.length = 77;
  const EncodedTask task = EncodeTask(planned.plans().at(0), model, 1);
  EXPECT_EQ(task.window_length, 77);
  for (const ScoreRequest& window : task.score_requests) {
    EXPECT_LE(window.context.size() + window.continuation.size(), 78U);
  }
}

// Windows are cut by a real tokenizer; no model is asked.
class TokenizingModel : public FakeLanguageModel {
 public:
  explicit TokenizingModel(const std::filesystem::path& tokenizer)
      : tokenizer_(Tokenizer::Load(tokenizer)) {}
  std::vector<TokenId> Encode(std::string_view text) const override {
    return tokenizer_.Encode(text);
  }

 private:
  Tokenizer tokenizer_;
};

SampleResult EncodeRealWikitext(const std::string& task, const std::filesystem::path& tokenizer) {
  RunOptions options;
  options.tasks = task;
  options.data.data_dir = testing::SharedPath("data").string();
  const PlannedTasks planned(options);
  TokenizingModel model(tokenizer);
  return EncodeTask(planned.plans().at(0), model, 1).samples.at(0);
}

// What public logs print for these sets: 341,469 tokens and 166 chunks of 2,048 in GPTQ-like
// evaluations of Llama 2; 655 and 642 chunks of 512 in llama.cpp's of Llama 2 and Mistral 7B.
TEST(RollingEval, CutsRealWikitext2IntoTheChunksThatAreQuoted) {
  MEVAL_SHARED_OR_SKIP(data, "data/wikitext2");
  MEVAL_SHARED_OR_SKIP(llama, "tokenizers/llama2/tokenizer.model");
  MEVAL_SHARED_OR_SKIP(mistral, "tokenizers/Mistral-7B-v0.1/tokenizer.model");
  const RollingResult stride = EncodeRealWikitext("wikitext2_stride", llama).rolling.value();
  EXPECT_EQ(stride.num_tokens + 1, 341469);
  EXPECT_EQ(stride.windows.size(), 166U);
  EXPECT_EQ(EncodeRealWikitext("wikitext2_llamacpp", llama).rolling->windows.size(), 655U);
  EXPECT_EQ(EncodeRealWikitext("wikitext2_llamacpp", mistral).rolling->windows.size(), 642U);
}

TEST(RollingEval, ADocumentsSampleDoesNotDependOnTheSubset) {
  RunOptions options = SampleRun("wikitext2");
  const PlannedTasks all(options);
  options.limit = 2;
  const PlannedTasks some(options);
  FakeLanguageModel model = UniformModel();
  const std::string whole = Evaluate(all.plans().at(0), model).samples;
  const Evaluated subset = Evaluate(some.plans().at(0), model);
  EXPECT_EQ(subset.outcome.samples.size(), 2U);
  EXPECT_TRUE(whole.starts_with(subset.samples));
}

}  // namespace
}  // namespace meval
