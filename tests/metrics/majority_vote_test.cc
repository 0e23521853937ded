#include "metrics/majority_vote.h"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/metric_error.h"
#include "metrics/numeric_match.h"
#include "metrics/pass_at_k.h"
#include "metrics/python_random.h"
#include "tests/metrics/golden.h"

namespace meval {
namespace {

using testing::LoadGolden;

using Samples = std::vector<VoteSample>;

Samples RandomSamples(PythonRandom& random, std::int64_t n) {
  Samples samples;
  for (std::int64_t i = 0; i < n; ++i) {
    const auto answer = random.Below(4);
    samples.push_back({std::to_string(answer), random.Below(5) != 0, answer == 1});
  }
  return samples;
}

TEST(MajorityVote, LetsInvalidSamplesAbstain) {
  const Samples samples = {{"[invalid]", false}, {"7", true, true}, {"[invalid]", false}};
  EXPECT_EQ(MajorityVote(samples), 1u);
  EXPECT_EQ(MajorityVote(samples, VoteRule::kReference), 0u);
  EXPECT_EQ(MajorityVote(Samples{{"[invalid]", false}}), std::nullopt);
  EXPECT_EQ(MajorityVote({}), std::nullopt);
  EXPECT_EQ(ScoreMajority(Samples{{"[invalid]", false, true}}, 1).first_k[0], 0);
}

TEST(MajorityVote, BreaksTiesByTheSmallestSampleIndex) {
  EXPECT_EQ(MajorityVote(Samples{{"a"}, {"b"}, {"b"}, {"a"}}), 0u);
  EXPECT_EQ(MajorityVote(Samples{{"c"}, {"b"}, {"b"}, {"a"}, {"a"}}), 1u);
}

TEST(MajorityVote, CountsCanonicalFormsAsOneAnswer) {
  const auto vote = [](const std::vector<std::string>& texts, bool canonical) {
    Samples samples;
    for (const auto& text : texts) {
      samples.push_back({canonical ? CanonicalDecimal(text).value_or("") : text});
    }
    return MajorityVote(samples).value();
  };
  const std::vector<std::string> texts = {"5", "1,200", "5", "1200", "$1200.00"};
  EXPECT_EQ(vote(texts, false), 0u);
  EXPECT_EQ(vote(texts, true), 1u);
}

TEST(MajorityVote, AveragesOverAllSubsetsWhereTheyAreFew) {
  // Of the subsets of two samples from {right, wrong, other wrong}, a tie goes to the first.
  const Samples samples = {{"w"}, {"r", true, true}, {"x"}};
  const auto score = ScoreMajority(samples, 3);
  EXPECT_THAT(score.first_k, ::testing::ElementsAre(0, 0, 0));
  EXPECT_DOUBLE_EQ(score.subset_mean[0], 1.0 / 3);
  EXPECT_DOUBLE_EQ(score.subset_mean[1], 1.0 / 3);
  EXPECT_DOUBLE_EQ(score.subset_mean[2], 0);
  EXPECT_DOUBLE_EQ(score.mean_accuracy, 1.0 / 3);
}

TEST(MajorityVote, EnumeratesSubsetsAsAPlainLoopDoes) {
  PythonRandom random(17);
  for (int round = 0; round < 40; ++round) {
    const std::int64_t n = 1 + random.Below(9);
    const Samples samples = RandomSamples(random, n);
    const auto score = ScoreMajority(samples, 0);
    std::vector<double> sum(samples.size() + 1, 0);
    std::vector<double> count(samples.size() + 1, 0);
    for (std::uint32_t mask = 1; mask < (1u << n); ++mask) {
      Samples chosen;
      for (std::int64_t i = 0; i < n; ++i) {
        if ((mask >> i & 1) != 0) {
          chosen.push_back(samples[static_cast<std::size_t>(i)]);
        }
      }
      const auto winner = MajorityVote(chosen);
      sum[chosen.size()] += winner && chosen[*winner].is_correct ? 1 : 0;
      count[chosen.size()] += 1;
    }
    for (std::size_t k = 1; k <= samples.size(); ++k) {
      EXPECT_DOUBLE_EQ(score.subset_mean[k - 1], sum[k] / count[k]);
      EXPECT_TRUE(score.is_exact_mean[k - 1]);
    }
    EXPECT_EQ(score.subset_mean.back(), score.first_k.back());
  }
}

TEST(MajorityVote, HoldsBoundsAndAgreesWithPassAtK) {
  PythonRandom random(23);
  for (int round = 0; round < 30; ++round) {
    const Samples samples = RandomSamples(random, 1 + random.Below(16));
    const auto n = static_cast<std::int64_t>(samples.size());
    const auto num_correct =
        std::count_if(samples.begin(), samples.end(), [](const auto& s) { return s.is_correct; });
    const auto score = ScoreMajority(samples, 5);
    ASSERT_EQ(score.first_k.size(), samples.size());
    for (std::int64_t k = 1; k <= n; ++k) {
      const auto i = static_cast<std::size_t>(k - 1);
      EXPECT_EQ(score.pass_at_k[i], PassAtK(n, num_correct, k));
      // A vote can only be right where a sample is; drawn subsets may stray from the exact value.
      EXPECT_LE(score.subset_mean[i], score.pass_at_k[i] + (score.is_exact_mean[i] ? 1e-12 : 0.1));
      EXPECT_TRUE(score.first_k[i] == 0 || score.first_k[i] == 1);
    }
    EXPECT_DOUBLE_EQ(score.pass_at_k[0], score.mean_accuracy);
  }
}

TEST(MajorityVote, DrawsSubsetsFromItsSeedAlone) {
  PythonRandom random(29);
  const Samples samples = RandomSamples(random, 20);
  const auto a = ScoreMajority(samples, 77);
  EXPECT_EQ(a.subset_mean, ScoreMajority(samples, 77).subset_mean);
  EXPECT_NE(a.subset_mean, ScoreMajority(samples, 78).subset_mean);
  EXPECT_FALSE(a.is_exact_mean[9]);
  EXPECT_TRUE(a.is_exact_mean[0]);
  EXPECT_TRUE(a.is_exact_mean[19]);
}

TEST(MajorityVote, DrawsSubsetsThatComeCloseToAllOfThem) {
  PythonRandom random(31);
  const Samples samples = RandomSamples(random, 14);
  const auto score = ScoreMajority(samples, 4);
  std::vector<double> sum(15, 0);
  std::vector<double> count(15, 0);
  for (std::uint32_t mask = 1; mask < (1u << 14); ++mask) {
    Samples chosen;
    for (std::size_t i = 0; i < 14; ++i) {
      if ((mask >> i & 1) != 0) {
        chosen.push_back(samples[i]);
      }
    }
    const auto winner = MajorityVote(chosen);
    sum[chosen.size()] += winner && chosen[*winner].is_correct ? 1 : 0;
    count[chosen.size()] += 1;
  }
  // Four standard errors of 1000 draws of a proportion.
  for (std::size_t k = 1; k <= 14; ++k) {
    EXPECT_NEAR(score.subset_mean[k - 1], sum[k] / count[k],
                score.is_exact_mean[k - 1] ? 1e-12 : 0.064);
  }
}

TEST(MajorityVote, RefusesAnEmptyList) { EXPECT_THROW(ScoreMajority({}, 1), MetricError); }

TEST(PassAtK, RisesWithKAndWithTheNumberOfRightSamples) {
  for (std::int64_t n = 1; n <= 12; ++n) {
    for (std::int64_t c = 0; c <= n; ++c) {
      for (std::int64_t k = 1; k <= n; ++k) {
        EXPECT_TRUE(k == 1 || PassAtK(n, c, k) >= PassAtK(n, c, k - 1));
        EXPECT_TRUE(c == 0 || PassAtK(n, c, k) >= PassAtK(n, c - 1, k));
      }
      EXPECT_NEAR(PassAtK(n, c, 1), static_cast<double>(c) / static_cast<double>(n), 1e-15);
    }
    EXPECT_EQ(PassAtK(n, 0, n), 0);
    EXPECT_EQ(PassAtK(n, n, 1), 1);
  }
}

TEST(PassAtK, RefusesImpossibleCounts) {
  EXPECT_THROW(PassAtK(4, 5, 1), MetricError);
  EXPECT_THROW(PassAtK(4, -1, 1), MetricError);
  EXPECT_THROW(PassAtK(4, 1, 0), MetricError);
  EXPECT_THROW(PassAtK(4, 1, 5), MetricError);
  EXPECT_THROW(MeanPassAtK({}, {}, 1), MetricError);
  EXPECT_THROW(MeanPassAtK(std::vector<std::int64_t>{4}, std::vector<std::int64_t>{1, 2}, 1),
               MetricError);
}

}  // namespace
}  // namespace meval
