// bootstrap_stderr, python_rng.

#include <numeric>

#include <gtest/gtest.h>

#include "metrics/aggregate.h"
#include "metrics/bleu.h"
#include "metrics/bootstrap.h"
#include "metrics/chrf.h"
#include "metrics/classification.h"
#include "metrics/perplexity.h"
#include "metrics/python_random.h"
#include "metrics/ter.h"
#include "tests/metrics/golden/family.h"

namespace meval::testing {
namespace {

using Indices = std::span<const std::int64_t>;
using Labels = std::vector<std::int64_t>;
using Values = std::vector<double>;

// A corpus metric of items [reference, hypothesis], from the statistics of the segments drawn.
template <typename Statistics, typename Count, typename Score>
ResampleAggregate CorpusAggregate(const GoldenRow& row, const Count& count, const Score& score) {
  std::vector<Statistics> segments;
  for (std::size_t i = 0; i < row.Size("/input/items"); ++i) {
    const auto pair = row.Texts("/input/items/" + std::to_string(i));
    segments.push_back(count(pair.at(1), std::vector{pair.at(0)}));
  }
  return [segments, score](Indices drawn) {
    Statistics sums = segments[static_cast<std::size_t>(drawn[0])];
    for (const auto i : drawn.subspan(1)) {
      sums += segments[static_cast<std::size_t>(i)];
    }
    return score(sums);
  };
}

// A metric of items [gold, predicted].
template <typename Score>
ResampleAggregate LabelAggregate(const GoldenRow& row, const Score& score) {
  Labels gold;
  Labels predicted;
  for (std::size_t i = 0; i < row.Size("/input/items"); ++i) {
    const auto pair = row.Ints("/input/items/" + std::to_string(i));
    gold.push_back(pair.at(0));
    predicted.push_back(pair.at(1));
  }
  return [gold, predicted, score](Indices drawn) {
    Labels drawn_gold;
    Labels drawn_predicted;
    for (const auto i : drawn) {
      drawn_gold.push_back(gold[static_cast<std::size_t>(i)]);
      drawn_predicted.push_back(predicted[static_cast<std::size_t>(i)]);
    }
    return score(drawn_gold, drawn_predicted);
  };
}

template <typename Score>
ResampleAggregate ValueAggregate(const GoldenRow& row, const Score& score) {
  return [items = row.Numbers("/input/items"), score](Indices drawn) {
    Values values;
    for (const auto i : drawn) {
      values.push_back(items[static_cast<std::size_t>(i)]);
    }
    return score(values);
  };
}

ResampleAggregate AggregateOf(const GoldenRow& row) {
  const std::string metric = row.Text("/params/metric");
  if (metric == "bleu") {
    return CorpusAggregate<BleuStatistics>(
        row, [](const auto& hypothesis, const auto& refs) { return CountBleu(hypothesis, refs); },
        [](const BleuStatistics& sums) { return ScoreBleu(sums).score; });
  }
  if (metric == "chrf") {
    return CorpusAggregate<ChrfStatistics>(
        row, [](const auto& hypothesis, const auto& refs) { return CountChrf(hypothesis, refs); },
        [](const ChrfStatistics& sums) { return ScoreChrf(sums); });
  }
  if (metric == "ter") {
    return CorpusAggregate<TerStatistics>(
        row, [](const auto& hypothesis, const auto& refs) { return CountTer(hypothesis, refs); },
        [](const TerStatistics& sums) { return ScoreTer(sums); });
  }
  if (metric == "f1") {
    return LabelAggregate(
        row, [](const Labels& gold, const Labels& predicted) { return BinaryF1(gold, predicted); });
  }
  if (metric == "matthews_corrcoef") {
    return LabelAggregate(row, [](const Labels& gold, const Labels& predicted) {
      return MatthewsCorrelation(CountLabels(gold, predicted).classes);
    });
  }
  if (metric == "median") return ValueAggregate(row, [](const Values& v) { return Median(v); });
  if (metric == "nanmean") return ValueAggregate(row, [](const Values& v) { return NanMean(v); });
  if (metric == "perplexity") {
    return ValueAggregate(row, [](const Values& v) { return Perplexity(v); });
  }
  if (metric == "mean") return ValueAggregate(row, [](const Values& v) { return Mean(v); });
  ADD_FAILURE() << "no aggregate of this name: " << metric;
  return nullptr;
}

void CheckBootstrap(const GoldenRow& row) {
  const std::string metric = row.Text("/params/metric");
  SCOPED_TRACE(metric);
  const ResampleAggregate aggregate = AggregateOf(row);
  ASSERT_NE(aggregate, nullptr);
  const auto n = static_cast<std::int64_t>(row.Size("/input/items"));
  const std::int64_t iterations = row.Int("/params/iters");
  const auto replicates = BootstrapReplicates(n, iterations, aggregate, 2);
  ASSERT_EQ(static_cast<std::int64_t>(replicates.size()), row.Int("/expected/n_replicates"));
  const auto first = row.Numbers("/expected/first_replicates");
  for (std::size_t i = 0; i < first.size(); ++i) {
    MEVAL_EXPECT_CLOSE(replicates.at(i), first[i]);
  }
  MEVAL_EXPECT_CLOSE(replicates.back(), row.Number("/expected/last_replicate"));
  MEVAL_EXPECT_CLOSE(BootstrapStderr(n, iterations, aggregate), row.Number("/expected/stderr"));
  if (metric == "mean") {
    EXPECT_EQ(BootstrapMeans(row.Numbers("/input/items"), iterations), replicates);
  }
  if (metric == "perplexity") {
    const auto spread = BootstrapPerplexity(row.Numbers("/input/items"), iterations);
    MEVAL_EXPECT_CLOSE(spread.standard_error, row.Number("/expected/stderr"));
  }
}

// A decimal number of any size in 32-bit words, least significant first.
std::vector<std::uint32_t> WordsOfDecimal(std::string text) {
  if (text[0] == '-') {
    text.erase(0, 1);
  }
  std::vector<std::uint32_t> words = {0};
  for (const char digit : text) {
    std::uint64_t carry = static_cast<std::uint64_t>(digit - '0');
    for (auto& word : words) {
      carry += std::uint64_t{word} * 10;
      word = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) {
      words.push_back(static_cast<std::uint32_t>(carry));
    }
  }
  return words;
}

void CheckDraws(const GoldenRow& row, const std::vector<std::uint32_t>& key) {
  const auto fresh = [&] { return PythonRandom(std::span<const std::uint32_t>(key)); };
  auto random = fresh();
  for (const double expected : row.Numbers("/expected/random")) {
    EXPECT_EQ(random.Random(), expected);
  }
  auto words = fresh();
  for (const auto expected : row.Ints("/expected/getrandbits32")) {
    EXPECT_EQ(words.GetRandBits(32), static_cast<std::uint64_t>(expected));
  }
  auto bits = fresh();
  for (const auto expected : row.Ints("/expected/getrandbits5")) {
    EXPECT_EQ(bits.GetRandBits(5), static_cast<std::uint64_t>(expected));
  }
  for (const auto& n : row.Keys("/expected/choices_idx")) {
    const auto expected = row.Ints("/expected/choices_idx/" + n);
    auto generator = fresh();
    EXPECT_EQ(generator.Choices(std::stoll(n), static_cast<std::int64_t>(expected.size())),
              expected);
  }
  for (const auto& n : row.Keys("/expected/randrange")) {
    auto generator = fresh();
    for (const auto expected : row.Ints("/expected/randrange/" + n)) {
      EXPECT_EQ(generator.Below(std::stoll(n)), expected);
    }
  }
}

void CheckSamplesAndSequence(const GoldenRow& row, const std::vector<std::uint32_t>& key) {
  const auto fresh = [&] { return PythonRandom(std::span<const std::uint32_t>(key)); };
  for (std::size_t i = 0; i < row.Size("/expected/sample"); ++i) {
    const std::string at = "/expected/sample/" + std::to_string(i);
    auto generator = fresh();
    EXPECT_EQ(generator.Sample(row.Int(at + "/n"), row.Int(at + "/k")), row.Ints(at + "/out"));
  }
  for (const auto& n : row.Keys("/expected/shuffle")) {
    std::vector<std::int64_t> values(std::stoull(n));
    std::iota(values.begin(), values.end(), std::int64_t{0});
    fresh().Shuffle(values);
    EXPECT_EQ(values, row.Ints("/expected/shuffle/" + n));
  }
  auto generator = fresh();
  EXPECT_EQ(generator.Sample(50, 4), row.Ints("/expected/sequence/0"));
  EXPECT_EQ(generator.Random(), row.Number("/expected/sequence/1"));
  EXPECT_EQ(generator.Choices(9, 4), row.Ints("/expected/sequence/2"));
  EXPECT_EQ(generator.Sample(50, 4), row.Ints("/expected/sequence/3"));
}

void CheckPythonRandom(const GoldenRow& row) {
  const auto key = WordsOfDecimal(row.Text("/input/seed"));
  CheckDraws(row, key);
  CheckSamplesAndSequence(row, key);
}

const RegisterFamilies kFamilies({
    {"bootstrap_stderr", CheckBootstrap},
    {"python_rng", CheckPythonRandom},
});

}  // namespace
}  // namespace meval::testing
