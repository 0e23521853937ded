// mean_stderr, group_agg, pass_at_k, perplexity.

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <gtest/gtest.h>

#include "metrics/aggregate.h"
#include "metrics/metric_error.h"
#include "metrics/pass_at_k.h"
#include "metrics/perplexity.h"
#include "tests/metrics/golden/family.h"

namespace meval::testing {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The value of one expected field, or what the exception or NaN the reference gives there means
// here: infinity for an overflow, an error (or nothing) for the rest.
template <typename Aggregate>
void ExpectField(const GoldenRow& row, const std::string& field, const Aggregate& aggregate) {
  SCOPED_TRACE(field);
  const std::string value = "/expected/" + field;
  const bool is_number = row.Has(value) && !std::isnan(row.Number(value));
  const bool overflows = row.Has(value + "_error") && row.Text(value + "_error") == "OverflowError";
  if (is_number || overflows) {
    const std::optional<double> actual = aggregate();
    ASSERT_TRUE(actual.has_value());
    MEVAL_EXPECT_CLOSE(*actual, is_number ? row.Number(value) : kInfinity);
    return;
  }
  ASSERT_TRUE(row.Has(value) || row.Has(value + "_error")) << "the row has no such field";
  try {
    EXPECT_EQ(aggregate(), std::nullopt);
  } catch (const MetricError&) {
    // Names what is missing, where the reference divides by zero or spreads a NaN.
  }
}

void CheckMeanStderr(const GoldenRow& row) {
  const std::vector<double> values = row.Numbers("/input/values");
  using Optional = std::optional<double>;
  ExpectField(row, "mean", [&]() -> Optional { return Mean(values); });
  ExpectField(row, "sample_stddev", [&] { return SampleStddev(values); });
  ExpectField(row, "mean_stderr", [&] { return StderrOfMean(values); });
  ExpectField(row, "pop_stddev", [&]() -> Optional { return PopulationStddev(values); });
  MEVAL_EXPECT_CLOSE(NanMean(values), row.Number("/expected/nanmean"));
  if (std::none_of(values.begin(), values.end(), [](double v) { return std::isnan(v); })) {
    ExpectField(row, "median", [&]() -> Optional { return Median(values); });
  } else {
    // Python's sort leaves a NaN anywhere, and the reference's median is whatever stands there.
    EXPECT_THROW(Median(values), MetricError);
  }
}

void CheckGroup(const GoldenRow& row) {
  const auto scores = row.Numbers("/input/metrics");
  const auto standard_errors = row.Numbers("/input/stderrs");
  const auto sizes = row.Ints("/input/sizes");
  std::vector<GroupMember> members;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    members.push_back({scores[i], standard_errors.at(i), sizes.at(i)});
  }
  ExpectField(row, "weighted_mean", [&] { return std::optional(WeightedGroupMean(members)); });
  ExpectField(row, "unweighted_mean", [&] { return std::optional(UnweightedGroupMean(members)); });
  ExpectField(row, "pooled_sample_stderr",
              [&] { return std::optional(PooledGroupStderr(members)); });
  ExpectField(row, "combined_sample_stderr",
              [&] { return std::optional(CombinedGroupStderr(members)); });
}

void CheckPassAtK(const GoldenRow& row) {
  const auto k = row.Int("/input/k");
  if (!row.Has("/input/num_samples")) {
    const auto n = row.Int("/input/n");
    const auto c = row.Int("/input/c");
    if (k > n) {
      // The bare formula says 1.
      EXPECT_EQ(row.Number("/expected/pass_at_k"), 1);
      EXPECT_THROW(PassAtK(n, c, k), MetricError);
    } else {
      MEVAL_EXPECT_CLOSE(PassAtK(n, c, k), row.Number("/expected/pass_at_k"));
    }
    return;
  }
  const auto n = row.Ints("/input/num_samples");
  const auto c = row.Ints("/input/num_correct");
  const auto expected = row.Numbers("/expected/per_problem");
  ASSERT_EQ(expected.size(), n.size());
  if (std::any_of(n.begin(), n.end(), [&](std::int64_t samples) { return k > samples; })) {
    EXPECT_THROW(MeanPassAtK(n, c, k), MetricError);
    return;
  }
  for (std::size_t i = 0; i < n.size(); ++i) {
    MEVAL_EXPECT_CLOSE(PassAtK(n[i], c.at(i), k), expected[i]);
  }
  MEVAL_EXPECT_CLOSE(MeanPassAtK(n, c, k), row.Number("/expected/mean"));
}

void CheckPerplexity(const GoldenRow& row) {
  if (row.Text("/params/kind") == "perplexity") {
    ExpectField(row, "perplexity",
                [&] { return std::optional(Perplexity(row.Numbers("/input/loglikelihoods"))); });
    return;
  }
  std::vector<TextLikelihood> documents;
  for (std::size_t i = 0; i < row.Size("/input/docs"); ++i) {
    const std::string place = "/input/docs/" + std::to_string(i);
    const std::string text = row.Text(place + "/text");
    documents.push_back({.loglikelihood = row.Number(place + "/loglikelihood"),
                         .words = CountWords(text),
                         .bytes = static_cast<std::int64_t>(text.size())});
    EXPECT_EQ(documents[i].words, row.Ints("/expected/words").at(i)) << text;
    EXPECT_EQ(documents[i].bytes, row.Ints("/expected/bytes").at(i)) << text;
  }
  ExpectField(row, "word_perplexity", [&] { return std::optional(WordPerplexity(documents)); });
  ExpectField(row, "byte_perplexity", [&] { return std::optional(BytePerplexity(documents)); });
  ExpectField(row, "bits_per_byte", [&] { return std::optional(BitsPerByte(documents)); });
}

const RegisterFamilies kFamilies({
    {"mean_stderr", CheckMeanStderr},
    {"group_agg", CheckGroup},
    {"pass_at_k", CheckPassAtK},
    {"perplexity", CheckPerplexity},
});

}  // namespace
}  // namespace meval::testing
