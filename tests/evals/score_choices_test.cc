// Tasks with one continuation; choices are tested through loglikelihood_eval_test.cc.

#include "evals/score_choices.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/evals/eval_fixture.h"

namespace meval {
namespace {

using testing::Evaluate;
using testing::Evaluated;
using testing::FakeLanguageModel;
using testing::FindMetric;
using testing::SampleRun;
using testing::ValueOf;

// Two passages of three end as the model expects; the fake is greedy where it gives log 1.
TEST(OneContinuation, IsRightWhereGreedyAndPerplexingByItsMeanLoss) {
  const PlannedTasks planned(SampleRun("lambada_openai"));
  const EvalPlan& plan = planned.plans().at(0);
  const auto n = static_cast<double>(plan.data->documents.size());
  FakeLanguageModel model;
  std::vector<double> losses;
  model.score = [&](const std::string& context, const std::string& continuation) {
    EXPECT_TRUE(continuation.starts_with(' ')) << continuation;
    EXPECT_FALSE(context.ends_with(' '));
    losses.push_back(losses.size() % 3 == 2 ? 4.5 : 0);
    return -losses.back();
  };
  const Evaluated evaluated = Evaluate(plan, model);
  ASSERT_EQ(static_cast<double>(losses.size()), n);
  double sum = 0;
  double greedy = 0;
  for (const double loss : losses) {
    sum += loss;
    greedy += loss == 0 ? 1 : 0;
  }
  EXPECT_EQ(ValueOf(evaluated, "acc"), greedy / n);
  EXPECT_DOUBLE_EQ(ValueOf(evaluated, "perplexity"), std::exp(sum / n));
  const MetricValue& perplexity = FindMetric(evaluated.result.metrics, "perplexity");
  EXPECT_EQ(perplexity.unit, "ppl");
  EXPECT_FALSE(perplexity.higher_is_better);
  EXPECT_FALSE(perplexity.is_headline);
  EXPECT_EQ(perplexity.ci_method, "bootstrap");
  EXPECT_GT(perplexity.standard_error, 0);
  EXPECT_EQ(evaluated.result.metrics.size(), 2U);
  EXPECT_EQ(evaluated.result.metrics.front().name, "acc");
  EXPECT_EQ(evaluated.outcome.samples[2].metrics.at("perplexity"), std::exp(4.5));
}

TEST(OneContinuation, SaysWhenItsPerplexityOverflows) {
  const PlannedTasks planned(SampleRun("lambada_openai"));
  FakeLanguageModel model;
  model.score = [](const std::string&, const std::string&) { return -1000.0; };
  const Evaluated evaluated = Evaluate(planned.plans().at(0), model);
  EXPECT_EQ(evaluated.result.metrics.size(), 1U);
  ASSERT_EQ(evaluated.result.warnings.size(), 1U);
  EXPECT_THAT(evaluated.result.warnings[0], ::testing::HasSubstr("perplexity is beyond"));
  EXPECT_EQ(evaluated.outcome.samples[0].metrics.at("perplexity"),
            std::numeric_limits<double>::max());
}

}  // namespace
}  // namespace meval
