#include "metrics/paired_tests.h"

#include <cmath>
#include <functional>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/aggregate.h"
#include "metrics/bleu.h"
#include "metrics/chrf.h"
#include "metrics/sign_flip.h"
#include "metrics/ter.h"
#include "tests/metrics/error_of.h"
#include "tests/metrics/golden.h"

namespace meval {
namespace {

using testing::ErrorOf;
using testing::GoldenRow;
using ::testing::HasSubstr;
using testing::LoadGolden;

// How a metric is laid out in a table, and scored from its sums.
struct CorpusMetric {
  std::size_t width;
  std::function<std::vector<double>(const std::string& hypothesis,
                                    const std::vector<std::string>& references)>
      row_of;
  ScoreOfSums score;
};

std::int64_t Count(double sum) { return static_cast<std::int64_t>(sum); }

// [sys_len, ref_len, correct 1 .. 4, total 1 .. 4]
CorpusMetric Bleu() {
  return {10,
          [](const std::string& hypothesis, const std::vector<std::string>& references) {
            const BleuStatistics counts = CountBleu(hypothesis, references);
            std::vector<double> row = {static_cast<double>(counts.sys_len),
                                       static_cast<double>(counts.ref_len)};
            row.insert(row.end(), counts.correct.begin(), counts.correct.end());
            row.insert(row.end(), counts.total.begin(), counts.total.end());
            return row;
          },
          [](std::span<const double> sums) {
            BleuStatistics statistics;
            statistics.sys_len = Count(sums[0]);
            statistics.ref_len = Count(sums[1]);
            for (std::size_t n = 2; n < 6; ++n) {
              statistics.correct.push_back(Count(sums[n]));
              statistics.total.push_back(Count(sums[n + 4]));
            }
            return ScoreBleu(statistics).score;
          }};
}

// Three numbers an order.
CorpusMetric Chrf() {
  return {18,
          [](const std::string& hypothesis, const std::vector<std::string>& references) {
            std::vector<double> row;
            for (const ChrfCounts& order : CountChrf(hypothesis, references).orders) {
              for (const std::int64_t n : {order.hypothesis, order.reference, order.matches}) {
                row.push_back(static_cast<double>(n));
              }
            }
            return row;
          },
          [](std::span<const double> sums) {
            ChrfStatistics statistics;
            for (std::size_t i = 0; i < sums.size(); i += 3) {
              statistics.orders.push_back({Count(sums[i]), Count(sums[i + 1]), Count(sums[i + 2])});
            }
            return ScoreChrf(statistics);
          }};
}

CorpusMetric Ter() {
  return {2,
          [](const std::string& hypothesis, const std::vector<std::string>& references) {
            const TerStatistics counts = CountTer(hypothesis, references);
            return std::vector<double>{static_cast<double>(counts.edits), counts.length};
          },
          [](std::span<const double> sums) {
            return ScoreTer({.edits = Count(sums[0]), .length = sums[1]});
          }};
}

SegmentStatistics TableOf(const CorpusMetric& metric, const std::vector<std::string>& hypotheses,
                          const std::vector<std::string>& references) {
  SegmentStatistics table(metric.width);
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    table.Add(metric.row_of(hypotheses[i], std::vector{references[i]}));
  }
  return table;
}

void ExpectSpread(const GoldenRow& row, const std::string& system, const ScoreSpread& spread) {
  // The reference scores resamples in single precision.
  EXPECT_NEAR(spread.mean, row.Number("/expected/" + system + "_mean"), 1e-4);
  EXPECT_NEAR(spread.half_width, row.Number("/expected/" + system + "_ci"), 1e-4);
}

TEST(PairedTests, GiveThePValuesOfSacrebleu) {
  const std::map<std::string, CorpusMetric> metrics = {
      {"bleu", Bleu()}, {"chrf", Chrf()}, {"ter", Ter()}};
  for (const auto& row : LoadGolden("significance/paired_tests.jsonl", 18)) {
    SCOPED_TRACE(row.Id());
    const CorpusMetric& metric = metrics.at(row.Text("/params/metric"));
    const auto references = row.Texts("/input/refs");
    const auto baseline = TableOf(metric, row.Texts("/input/baseline"), references);
    const auto system = TableOf(metric, row.Texts("/input/system"), references);
    const PairedTestOptions options = {.num_trials = row.Int("/params/trials")};
    const bool is_bootstrap = row.Text("/params/test") == "bs";
    const auto test = is_bootstrap ? PairedBootstrap : PairedRandomization;
    const PairedTestResult result = test(baseline, system, metric.score, options);
    MEVAL_EXPECT_CLOSE(result.baseline_score, row.Number("/expected/baseline_score"));
    MEVAL_EXPECT_CLOSE(result.system_score, row.Number("/expected/system_score"));
    MEVAL_EXPECT_CLOSE(result.p_value, row.Number("/expected/p_value"));
    ASSERT_EQ(result.baseline.has_value(), is_bootstrap);
    ASSERT_EQ(result.system.has_value(), is_bootstrap);
    if (is_bootstrap) {
      ExpectSpread(row, "baseline", *result.baseline);
      ExpectSpread(row, "system", *result.system);
    }
  }
}

double ShareOf(std::span<const double> sums) { return sums[0] / sums[1]; }

// Documents of which each system has some right: rows {is right, 1}.
SegmentStatistics Answers(int num_documents, int every) {
  SegmentStatistics table(2);
  for (int i = 0; i < num_documents; ++i)
    table.Add(std::vector<double>{i % every == 0 ? 1.0 : 0.0, 1});
  return table;
}

TEST(PairedTests, DoNotTakeASystemForBetterThanItself) {
  const auto answers = Answers(50, 3);
  // No difference exceeds an observed one of 0; the formula then gives its smallest value by
  // bootstrap too, as the reference does.
  EXPECT_EQ(PairedBootstrap(answers, answers, ShareOf).p_value, 1.0 / 1001);
  EXPECT_EQ(PairedRandomization(answers, answers, ShareOf).p_value, 1.0 / 10001);
}

TEST(PairedTests, AreSureOfALargeDifferenceAndNotOfASmallOne) {
  const auto most = Answers(200, 1);
  const auto half = Answers(200, 2);
  EXPECT_LT(PairedBootstrap(half, most, ShareOf).p_value, 0.01);
  EXPECT_LT(PairedRandomization(half, most, ShareOf).p_value, 0.01);
  SegmentStatistics nearly_half(2);
  for (std::size_t i = 0; i < 200; ++i) {
    // Two documents more right, and as many turned round either way.
    const double flipped = i < 40 ? 1 - half[i][0] : half[i][0];
    nearly_half.Add(std::vector<double>{i == 101 || i == 103 ? 1.0 : flipped, 1});
  }
  EXPECT_GT(PairedBootstrap(half, nearly_half, ShareOf).p_value, 0.1);
  EXPECT_GT(PairedRandomization(half, nearly_half, ShareOf).p_value, 0.1);
}

TEST(PairedTests, DependOnTheSeedAlone) {
  const auto a = Answers(60, 2);
  const auto b = Answers(60, 3);
  const auto once = PairedBootstrap(a, b, ShareOf, {.seed = 7});
  EXPECT_EQ(PairedBootstrap(a, b, ShareOf, {.seed = 7}).system->mean, once.system->mean);
  EXPECT_NE(PairedBootstrap(a, b, ShareOf, {.seed = 8}).system->mean, once.system->mean);
}

TEST(PairedTests, CountTiesAsTheExactTestDoes) {
  const auto answers = Answers(50, 3);
  EXPECT_EQ(PairedRandomization(answers, answers, ShareOf, {.count_ties = true}).p_value, 1);
  // Twelve documents of which three are right for the one and nine for the other: a sum of signs.
  const auto few = Answers(12, 4);
  SegmentStatistics rest(2);
  std::vector<double> differences;
  for (std::size_t i = 0; i < 12; ++i) {
    rest.Add(std::vector<double>{1 - few[i][0], 1});
    differences.push_back(1 - 2 * few[i][0]);
  }
  const PairedTestOptions options = {.num_trials = 20000, .count_ties = true};
  EXPECT_NEAR(PairedRandomization(few, rest, ShareOf, options).p_value, SignFlipTest(differences),
              0.01);
}

TEST(PairedTests, GiveTheDifferencesOfTheResamples) {
  const auto most = Answers(200, 1);
  const auto half = Answers(200, 2);
  const PairedTestResult test = PairedBootstrap(half, most, ShareOf);
  ASSERT_EQ(test.differences.size(), 1000U);
  const Interval interval = PercentileInterval(test.differences);
  // A proportion of 1/2 of 200 documents: the normal interval is 0.5 -+ 0.069.
  EXPECT_NEAR(interval.low, 0.431, 0.015);
  EXPECT_NEAR(interval.high, 0.569, 0.015);
  EXPECT_TRUE(PairedRandomization(half, most, ShareOf).differences.empty());
}

TEST(PairedTests, RefuseSystemsThatAreNoPair) {
  const auto a = Answers(5, 2);
  const SegmentStatistics none(2);
  for (const auto test : {PairedBootstrap, PairedRandomization}) {
    EXPECT_THAT(ErrorOf([&] { test(none, none, ShareOf, {}); }), HasSubstr("no segments"));
    EXPECT_THAT(ErrorOf([&] { test(a, Answers(4, 2), ShareOf, {}); }),
                HasSubstr("4 segments of 2 statistics: expected 5 of 2"));
    EXPECT_THAT(ErrorOf([&] { test(a, a, ShareOf, {.num_trials = 0}); }),
                HasSubstr("0 trials: expected at least one"));
  }
}

TEST(SegmentStatistics, SumsRowsAndRefusesOthers) {
  SegmentStatistics table(2);
  EXPECT_EQ(table.num_segments(), 0u);
  table.Add(std::vector<double>{1, 2});
  table.Add(std::vector<double>{10, 20});
  EXPECT_EQ(table.num_segments(), 2u);
  EXPECT_THAT(table.Sums(), ::testing::ElementsAre(11, 22));
  EXPECT_THROW(table.Add(std::vector<double>{1}), std::invalid_argument);
}

}  // namespace
}  // namespace meval
