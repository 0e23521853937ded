// bleu, chrf, chrf++, ter: scores of summed counts. rouge: means of F.

#include <algorithm>
#include <utility>

#include "metrics/bleu.h"
#include "metrics/chrf.h"
#include "metrics/pairs/families.h"
#include "metrics/rouge.h"
#include "metrics/ter.h"

namespace meval::pairs {
namespace {

// A corpus metric from its segments' statistics: `row_of` writes one as numbers, `score` reads a
// row or a sum of rows, `sample` scores a segment alone.
template <typename Statistics, typename RowOf, typename Sample>
PairMetric CorpusMetric(std::string name, std::string signature,
                        const std::vector<Statistics>& segments, const RowOf& row_of,
                        ScoreOfSums score, const Sample& sample) {
  PairMetric metric;
  metric.name = std::move(name);
  metric.signature = std::move(signature);
  metric.range_high = 100;
  metric.rows = SegmentStatistics(row_of(segments.front()).size());
  for (const Statistics& segment : segments) {
    metric.rows.Add(row_of(segment));
    metric.samples.push_back(sample(segment));
  }
  metric.score = score(metric.rows.Sums());
  metric.score_of_sums = std::move(score);
  return metric;
}

std::vector<double> BleuRow(const BleuStatistics& segment) {
  std::vector<double> row = {static_cast<double>(segment.sys_len),
                             static_cast<double>(segment.ref_len)};
  row.insert(row.end(), segment.correct.begin(), segment.correct.end());
  row.insert(row.end(), segment.total.begin(), segment.total.end());
  return row;
}

BleuStatistics BleuOfRow(std::span<const double> row) {
  const auto whole = [](double x) { return static_cast<std::int64_t>(x); };
  BleuStatistics sums;
  sums.sys_len = whole(row[0]);
  sums.ref_len = whole(row[1]);
  const std::size_t orders = (row.size() - 2) / 2;
  std::transform(row.begin() + 2, row.begin() + 2 + static_cast<std::ptrdiff_t>(orders),
                 std::back_inserter(sums.correct), whole);
  std::transform(row.begin() + 2 + static_cast<std::ptrdiff_t>(orders), row.end(),
                 std::back_inserter(sums.total), whole);
  return sums;
}

std::vector<double> ChrfRow(const ChrfStatistics& segment) {
  std::vector<double> row;
  for (const ChrfCounts& order : segment.orders) {
    row.push_back(static_cast<double>(order.hypothesis));
    row.push_back(static_cast<double>(order.reference));
    row.push_back(static_cast<double>(order.matches));
  }
  return row;
}

ChrfStatistics ChrfOfRow(std::span<const double> row) {
  ChrfStatistics sums;
  for (std::size_t i = 0; i < row.size(); i += 3) {
    sums.orders.push_back({.hypothesis = static_cast<std::int64_t>(row[i]),
                           .reference = static_cast<std::int64_t>(row[i + 1]),
                           .matches = static_cast<std::int64_t>(row[i + 2])});
  }
  return sums;
}

}  // namespace

Metrics ScoreBleuPairs(ParameterReader& parameters, Pairs pairs, int num_threads) {
  BleuOptions options;
  options.tokenizer = ParseBleuTokenizer(parameters.Text("tokenize", "13a"));
  options.smoothing = ParseBleuSmoothing(parameters.Text("smooth_method", "exp"));
  options.smooth_value = parameters.Number("smooth_value");
  options.lowercase = parameters.YesNo("lowercase", false);
  options.effective_order = parameters.YesNo("effective_order", false);
  options.max_order = parameters.Int("max_order", 4, 1);
  parameters.Finish();
  const auto references = References(pairs);
  const auto segments =
      CountBleuSegments(SinglePredictions("bleu", pairs), references, options, num_threads);
  BleuOptions sentence = options;
  sentence.effective_order = true;
  return {CorpusMetric(
      "bleu", BleuSignature(references, options), segments, BleuRow,
      [options](std::span<const double> sums) { return ScoreBleu(BleuOfRow(sums), options).score; },
      [&](const BleuStatistics& segment) { return ScoreBleu(segment, sentence).score; })};
}

Metrics ScoreChrfPairs(std::string_view name, ParameterReader& parameters, Pairs pairs,
                       int num_threads) {
  ChrfOptions options = ParseChrf(name);
  options.char_order = parameters.Int("char_order", options.char_order, 1);
  options.word_order = parameters.Int("word_order", options.word_order, 0);
  options.beta = parameters.Int("beta", options.beta, 1);
  options.lowercase = parameters.YesNo("lowercase", false);
  options.whitespace = parameters.YesNo("whitespace", false);
  options.eps_smoothing = parameters.YesNo("eps_smoothing", false);
  parameters.Finish();
  const auto references = References(pairs);
  const auto segments =
      CountChrfSegments(SinglePredictions(name, pairs), references, options, num_threads);
  const auto score = [options](const ChrfStatistics& sums) { return ScoreChrf(sums, options); };
  return {CorpusMetric(
      ChrfName(options), ChrfSignature(references, options), segments, ChrfRow,
      [score](std::span<const double> sums) { return score(ChrfOfRow(sums)); }, score)};
}

Metrics ScoreTerPairs(ParameterReader& parameters, Pairs pairs, int num_threads) {
  TerOptions options;
  options.normalized = parameters.YesNo("normalized", false);
  options.no_punct = parameters.YesNo("no_punct", false);
  options.asian_support = parameters.YesNo("asian_support", false);
  options.case_sensitive = parameters.YesNo("case_sensitive", false);
  parameters.Finish();
  const auto references = References(pairs);
  const auto segments =
      CountTerSegments(SinglePredictions("ter", pairs), references, options, num_threads);
  const auto of_row = [](std::span<const double> row) {
    return TerStatistics{.edits = static_cast<std::int64_t>(row[0]), .length = row[1]};
  };
  PairMetric metric = CorpusMetric(
      "ter", TerSignature(references, options), segments,
      [](const TerStatistics& segment) {
        return std::vector<double>{static_cast<double>(segment.edits), segment.length};
      },
      [of_row](std::span<const double> sums) { return ScoreTer(of_row(sums)); }, ScoreTer);
  metric.higher_is_better = false;
  return {std::move(metric)};
}

Metrics ScoreRougePairs(std::string_view name, ParameterReader& parameters, Pairs pairs,
                        int num_threads) {
  const bool stemmer = parameters.YesNo("stemmer", false);
  parameters.Finish();
  const std::vector<std::string> types =
      name == "rouge" ? std::vector<std::string>{"rouge1", "rouge2", "rougeL", "rougeLsum"}
                      : std::vector<std::string>{std::string(name)};
  const Rouge rouge(types, stemmer);
  const auto documents =
      rouge.ScoreDocuments(References(pairs), SinglePredictions(name, pairs), num_threads);
  Metrics metrics;
  for (std::size_t type = 0; type < types.size(); ++type) {
    std::vector<double> samples;
    for (const std::vector<RougeScore>& document : documents) {
      samples.push_back(document[type].fmeasure);
    }
    metrics.push_back(MeanMetric(types[type],
                                 "nrefs:" + CountReferences(pairs) + "|stem:" + YesOrNo(stemmer) +
                                     "|" + std::string(kVersionField),
                                 std::move(samples)));
  }
  return metrics;
}

}  // namespace meval::pairs
