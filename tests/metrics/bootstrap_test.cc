#include "metrics/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "metrics/aggregate.h"
#include "metrics/bleu.h"
#include "metrics/metric_error.h"
#include "tests/metrics/golden.h"

namespace meval {
namespace {

using testing::GoldenRow;
using testing::LoadGolden;

using Indices = std::span<const std::int64_t>;

// The aggregate of a row's items by its metric's name; nothing for F1, MCC, chrF and TER.
ResampleAggregate AggregateOf(const GoldenRow& row) {
  const std::string metric = row.Text("/params/metric");
  if (metric == "bleu") {
    std::vector<BleuStatistics> segments;
    for (std::size_t i = 0; i < row.Size("/input/items"); ++i) {
      const auto pair = row.Texts("/input/items/" + std::to_string(i));
      segments.push_back(CountBleu(pair[1], std::vector<std::string>{pair[0]}));
    }
    return [segments](Indices drawn) {
      BleuStatistics sums;
      for (const auto i : drawn) {
        sums += segments[static_cast<std::size_t>(i)];
      }
      return ScoreBleu(sums).score;
    };
  }
  if (row.IsList("/input/items/0")) {
    return nullptr;
  }
  return [metric, items = row.Numbers("/input/items")](Indices drawn) {
    std::vector<double> values;
    for (const auto i : drawn) {
      values.push_back(items[static_cast<std::size_t>(i)]);
    }
    if (metric == "median") {
      return Median(values);
    }
    if (metric == "nanmean") {
      return NanMean(values);
    }
    return metric == "perplexity" ? std::exp(-Mean(values)) : Mean(values);
  };
}

TEST(Bootstrap, DrawsWhatTheReferenceDraws) {
  std::multiset<std::string> checked;
  for (const auto& row : LoadGolden("metrics/bootstrap_stderr.jsonl", 59)) {
    SCOPED_TRACE(row.Id() + " " + row.Text("/params/metric"));
    const ResampleAggregate aggregate = AggregateOf(row);
    if (aggregate == nullptr) {
      continue;
    }
    const auto n = static_cast<std::int64_t>(row.Size("/input/items"));
    const auto replicates = BootstrapReplicates(n, row.Int("/params/iters"), aggregate);
    ASSERT_EQ(static_cast<std::int64_t>(replicates.size()), row.Int("/expected/n_replicates"));
    const auto first = row.Numbers("/expected/first_replicates");
    for (std::size_t i = 0; i < first.size(); ++i) {
      MEVAL_EXPECT_CLOSE(replicates[i], first[i]);
    }
    MEVAL_EXPECT_CLOSE(replicates.back(), row.Number("/expected/last_replicate"));
    MEVAL_EXPECT_CLOSE(BootstrapStderr(n, row.Int("/params/iters"), aggregate),
                       row.Number("/expected/stderr"));
    checked.insert(row.Text("/params/metric"));
  }
  EXPECT_EQ(checked.size(), 41u);
  EXPECT_EQ(checked.count("bleu"), 5u);
}

TEST(Bootstrap, ComesCloseToTheClosedFormOfAMean) {
  std::vector<double> values;
  for (int i = 0; i < 200; ++i) {
    values.push_back(i % 3 == 0 ? 1 : 0);
  }
  const double standard_error = BootstrapStderr(200, 2000, [&](Indices drawn) {
    double sum = 0;
    for (const auto i : drawn) {
      sum += values[static_cast<std::size_t>(i)];
    }
    return sum / 200;
  });
  EXPECT_NEAR(standard_error, StderrOfMean(values).value(), 0.002);
}

TEST(Bootstrap, RefusesTooFewDocumentsOrIterations) {
  const auto zero = [](Indices) { return 0.0; };
  EXPECT_THROW(BootstrapReplicates(0, 10, zero), MetricError);
  EXPECT_THROW(BootstrapReplicates(5, 0, zero), MetricError);
  EXPECT_THROW(BootstrapStderr(5, 1, zero), MetricError);
  EXPECT_EQ(BootstrapStderr(5, 2, zero), 0);
}

}  // namespace
}  // namespace meval
