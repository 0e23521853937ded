#include "evals/outcome_rows.h"

#include <cmath>
#include <memory>
#include <numbers>
#include <stdexcept>

#include "metrics/pair_metric.h"

namespace meval {
namespace {

// A task's BLEU has no options (evals/aggregate_samples.cc).
const PairMetric& Bleu() {
  static const std::unique_ptr<PairMetric> kBleu =
      MakePairMetric({.name = "bleu", .parameters = {}});
  return *kBleu;
}

// What a log-likelihood of a text is shared out over.
double Share(const std::string& metric, const RollingResult& rolling) {
  if (metric == "word_perplexity") return static_cast<double>(rolling.num_words);
  if (metric == "byte_perplexity" || metric == "bits_per_byte") {
    return static_cast<double>(rolling.num_bytes);
  }
  double tokens = 0;
  for (const WindowResult& window : rolling.windows) {
    tokens += static_cast<double>(window.num_tokens);
  }
  return tokens;
}

// Chunks of one size are averaged by their mean losses, others by tokens.
void AddWindow(const WindowResult& window, bool by_mean_loss, std::vector<double>& rows) {
  const auto tokens = static_cast<double>(window.num_tokens);
  rows.push_back(by_mean_loss ? window.logprob / tokens : window.logprob);
  rows.push_back(by_mean_loss ? 1 : tokens);
}

std::vector<double> RollingRows(const TaskDefinition& task, const ScoreDefinition& score,
                                const RollingResult& rolling) {
  std::vector<double> rows;
  if (rolling.windows.empty()) return rows;
  const bool by_mean_loss = score.metric == "chunk_perplexity";
  if (by_mean_loss || task.rolling.protocol != RollingProtocol::kRolling) {
    for (const WindowResult& window : rolling.windows) AddWindow(window, by_mean_loss, rows);
    return rows;
  }
  return {rolling.logprob, Share(score.metric, rolling)};
}

}  // namespace

Aggregate AggregateOf(const TaskDefinition& task, const std::string& metric) {
  for (const ScoreDefinition& score : task.scores) {
    if (score.name != metric) continue;
    if (score.metric == "bleu") return Aggregate::kBleu;
    if (score.metric == "bits_per_byte") return Aggregate::kBitsPerByte;
    if (score.metric.ends_with("perplexity")) return Aggregate::kPerplexity;
  }
  return Aggregate::kMean;
}

std::vector<double> OutcomeRows(const TaskDefinition& task, const ScoreDefinition& score,
                                const SampleResult& sample) {
  if (score.metric == "bleu") {
    std::vector<double> row(Bleu().num_statistics());
    Bleu().Count({.predictions = {sample.completions.front().extracted.at("prediction")},
                  .references = sample.references},
                 row);
    return row;
  }
  if (sample.rolling) return RollingRows(task, score, *sample.rolling);
  return {sample.choices.front().logprob, 1};
}

std::size_t RowWidth(Aggregate aggregate) {
  if (aggregate == Aggregate::kMean) throw std::logic_error("a mean has no rows");
  return aggregate == Aggregate::kBleu ? Bleu().num_statistics() : 2;
}

ScoreOfSums ScoreOfRows(Aggregate aggregate) {
  switch (aggregate) {
    case Aggregate::kMean:
      break;
    case Aggregate::kBleu:
      return [](std::span<const double> sums) { return Bleu().Score(0, sums); };
    case Aggregate::kPerplexity:
      return [](std::span<const double> sums) { return std::exp(-sums[0] / sums[1]); };
    case Aggregate::kBitsPerByte:
      return [](std::span<const double> sums) { return -sums[0] / (sums[1] * std::numbers::ln2); };
  }
  throw std::logic_error("a mean has no rows");
}

}  // namespace meval
