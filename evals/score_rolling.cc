#include "evals/score_rolling.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "evals/score_signature.h"

namespace meval {
namespace {

// Enough for the percentiles of an interval; the generator is the reference's.
constexpr std::int64_t kResamples = 1000;

TextAggregate AggregateOf(const std::string& metric) {
  if (metric == "word_perplexity") return WordPerplexity;
  if (metric == "byte_perplexity") return BytePerplexity;
  if (metric == "bits_per_byte") return BitsPerByte;
  if (metric == "token_perplexity") return TokenPerplexity;
  if (metric == "chunk_perplexity") return ChunkPerplexity;
  throw std::logic_error("a rolling task has the metric \"" + metric +
                         "\", which the definition parser lets through");
}

std::int64_t NumScored(const RollingResult& rolling) {
  std::int64_t tokens = 0;
  for (const WindowResult& window : rolling.windows) tokens += window.num_tokens;
  return tokens;
}

TextLikelihood WholeText(const RollingResult& rolling) {
  return {.loglikelihood = rolling.logprob,
          .words = rolling.num_words,
          .bytes = rolling.num_bytes,
          .tokens = NumScored(rolling)};
}

void AddWindows(const RollingResult& rolling, std::vector<TextLikelihood>& windows) {
  for (const WindowResult& window : rolling.windows) {
    windows.push_back(
        {.loglikelihood = window.logprob, .words = 0, .bytes = 0, .tokens = window.num_tokens});
  }
}

bool IsOfChunks(const ScoreDefinition& score) { return score.metric == "chunk_perplexity"; }

// What a score is computed from: whole texts, or the chunks they were cut into.
struct Likelihoods {
  std::vector<TextLikelihood> texts;
  std::vector<TextLikelihood> windows;

  const std::vector<TextLikelihood>& For(bool by_windows) const {
    return by_windows ? windows : texts;
  }
};

MetricValue Describe(const std::string& name, const std::string& unit, double value,
                     std::int64_t n) {
  MetricValue metric;
  metric.name = name;
  metric.unit = unit;
  metric.value = value;
  metric.n = n;
  metric.higher_is_better = false;
  return metric;
}

void SetSpread(const BootstrapSpread& spread, const char* units, std::size_t count,
               Signature signature, MetricValue& metric) {
  if (!std::isfinite(spread.standard_error)) return;
  metric.standard_error = spread.standard_error;
  metric.ci_low = spread.ci_low;
  metric.ci_high = spread.ci_high;
  metric.standard_error_method = metric.ci_method = "bootstrap";
  metric.signature = signature.Add("resampled", fmt::format("{} {}", count, units))
                         .Add("resamples", std::to_string(kResamples))
                         .Text();
}

// How much text there is, and how much of it was scored.
void AddDetails(std::span<const SampleResult* const> samples, std::vector<MetricValue>& metrics) {
  std::int64_t words = 0;
  std::int64_t bytes = 0;
  std::int64_t tokens = 0;
  std::int64_t scored = 0;
  for (const SampleResult* sample : samples) {
    words += sample->rolling->num_words;
    bytes += sample->rolling->num_bytes;
    tokens += sample->rolling->num_tokens;
    scored += NumScored(*sample->rolling);
  }
  const auto add = [&](const char* name, const char* unit, std::int64_t count) {
    metrics.push_back(Describe(name, unit, static_cast<double>(count),
                               static_cast<std::int64_t>(samples.size())));
    metrics.back().is_detail = true;
    metrics.back().signature = Signature().Add("unit", unit).Text();
  };
  add("words", "words", words);
  add("bytes", "bytes", bytes);
  add("tokens", "tokens", tokens);
  add("scored_tokens", "tokens", scored);
}

std::string Overflow(const std::string& name) {
  return name + " is beyond the largest floating-point number and is left out";
}

}  // namespace

void ScoreRolling(const TaskDefinition& task, SampleResult& sample) {
  sample.rolling->logprob = 0;
  for (const WindowResult& window : sample.rolling->windows) {
    sample.rolling->logprob += window.logprob;
  }
  Likelihoods likelihoods;
  likelihoods.texts = {WholeText(*sample.rolling)};
  AddWindows(*sample.rolling, likelihoods.windows);
  if (likelihoods.windows.empty()) return;  // no token was scored: nothing to say of it alone
  for (const ScoreDefinition& score : task.scores) {
    const double value = AggregateOf(score.metric)(likelihoods.For(IsOfChunks(score)));
    sample.metrics[score.name] = std::min(value, std::numeric_limits<double>::max());
  }
}

std::vector<MetricValue> RollingMetrics(const TaskDefinition& task,
                                        std::span<const SampleResult* const> samples,
                                        std::vector<std::string>& warnings) {
  const bool by_chunks = task.rolling.protocol != RollingProtocol::kRolling;
  Likelihoods likelihoods;
  for (const SampleResult* sample : samples) {
    likelihoods.texts.push_back(WholeText(*sample->rolling));
    AddWindows(*sample->rolling, likelihoods.windows);
  }
  std::vector<MetricValue> metrics;
  if (likelihoods.windows.empty()) return metrics;
  const auto n = static_cast<std::int64_t>(samples.size());
  for (const ScoreDefinition& score : task.scores) {
    const TextAggregate aggregate = AggregateOf(score.metric);
    const bool of_chunks = by_chunks || IsOfChunks(score);
    const std::vector<TextLikelihood>& items = likelihoods.For(of_chunks);
    const std::string unit = score.metric == "bits_per_byte" ? "bits" : "ppl";
    MetricValue metric = Describe(score.name, unit, aggregate(items), n);
    if (!std::isfinite(metric.value)) {
      warnings.push_back(Overflow(score.name));
      continue;
    }
    metric.is_headline = score.is_headline;
    metric.signature = PerplexitySignature(task, score).Text();
    if (items.size() > 1) {
      SetSpread(BootstrapText(items, kResamples, aggregate), of_chunks ? "chunks" : "documents",
                items.size(), PerplexitySignature(task, score), metric);
    }
    metrics.push_back(std::move(metric));
  }
  AddDetails(samples, metrics);
  std::stable_partition(metrics.begin(), metrics.end(),
                        [](const MetricValue& metric) { return metric.is_headline; });
  return metrics;
}

std::vector<MetricValue> ContinuationPerplexity(const TaskDefinition& task,
                                                const ScoreDefinition& score,
                                                std::span<const SampleResult* const> samples,
                                                std::vector<std::string>& warnings) {
  std::vector<double> loglikelihoods;
  for (const SampleResult* sample : samples) {
    loglikelihoods.push_back(sample->choices.front().logprob);
  }
  MetricValue metric = Describe(score.name, "ppl", Perplexity(loglikelihoods),
                                static_cast<std::int64_t>(samples.size()));
  if (!std::isfinite(metric.value)) {
    warnings.push_back(Overflow(score.name));
    return {};
  }
  metric.signature = PerplexitySignature(task, score).Text();
  if (samples.size() > 1) {
    SetSpread(BootstrapPerplexity(loglikelihoods, kResamples), "documents", samples.size(),
              PerplexitySignature(task, score), metric);
  }
  return {metric};
}

}  // namespace meval
