#include "metrics/perplexity.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "metrics/aggregate.h"
#include "metrics/bootstrap.h"
#include "metrics/metric_error.h"
#include "metrics/unicode_text.h"

namespace meval {
namespace {

using Count = std::int64_t TextLikelihood::*;

// -sum of log-likelihoods / sum of a count.
double MeanLoss(const char* metric, std::span<const TextLikelihood> documents, Count count,
                const char* unit) {
  if (documents.empty()) {
    throw MetricError(metric, "", "no documents: expected at least one");
  }
  double loglikelihood = 0;
  std::int64_t denominator = 0;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const std::string where = "document " + std::to_string(i);
    if (std::isnan(documents[i].loglikelihood)) {
      throw MetricError(metric, where, "the log-likelihood is NaN: expected a number");
    }
    if (documents[i].*count < 0) {
      throw MetricError(metric, where,
                        std::to_string(documents[i].*count) + " " + unit + ": expected 0 or more");
    }
    loglikelihood += documents[i].loglikelihood;
    denominator += documents[i].*count;
  }
  if (denominator == 0) {
    throw MetricError(metric, "",
                      "the documents have no " + std::string(unit) + ": expected at least one");
  }
  return -(loglikelihood / static_cast<double>(denominator));
}

BootstrapSpread SpreadOf(std::vector<double> values) {
  const Interval interval = PercentileInterval(values);
  BootstrapSpread spread = {.standard_error = std::numeric_limits<double>::infinity(),
                            .ci_low = interval.low,
                            .ci_high = interval.high};
  // The deviation of values of which one is infinite has no bound.
  std::sort(values.begin(), values.end());
  if (std::isfinite(values.back())) spread.standard_error = *SampleStddev(values);
  return spread;
}

void RequireSeveral(const char* what, std::int64_t number) {
  if (number < 2) {
    throw MetricError("bootstrap", "",
                      std::to_string(number) + " " + what + ": expected at least two");
  }
}

// Draws from `items` and gives each resample to `aggregate`.
template <typename Item>
BootstrapSpread Bootstrap(std::span<const Item> items, std::int64_t iterations,
                          const std::function<double(std::span<const Item>)>& aggregate) {
  RequireSeveral("documents", static_cast<std::int64_t>(items.size()));
  RequireSeveral("iterations", iterations);
  std::vector<Item> drawn(items.size());
  return SpreadOf(BootstrapReplicates(static_cast<std::int64_t>(items.size()), iterations,
                                      [&](std::span<const std::int64_t> indices) {
                                        for (std::size_t i = 0; i < indices.size(); ++i) {
                                          drawn[i] = items[static_cast<std::size_t>(indices[i])];
                                        }
                                        return aggregate(drawn);
                                      }));
}

}  // namespace

std::int64_t CountWords(std::string_view text) {
  std::int64_t words = 1;
  bool in_run = false;
  for (const char32_t c : ToCodePoints(text)) {
    const bool is_space = IsWhitespace(c);
    if (is_space && !in_run) ++words;
    in_run = is_space;
  }
  return words;
}

double WordPerplexity(std::span<const TextLikelihood> documents) {
  return std::exp(MeanLoss("word_perplexity", documents, &TextLikelihood::words, "words"));
}

double BytePerplexity(std::span<const TextLikelihood> documents) {
  return std::exp(MeanLoss("byte_perplexity", documents, &TextLikelihood::bytes, "bytes"));
}

double BitsPerByte(std::span<const TextLikelihood> documents) {
  return MeanLoss("bits_per_byte", documents, &TextLikelihood::bytes, "bytes") / std::numbers::ln2;
}

double TokenPerplexity(std::span<const TextLikelihood> documents) {
  return std::exp(MeanLoss("token_perplexity", documents, &TextLikelihood::tokens, "tokens"));
}

double ChunkPerplexity(std::span<const TextLikelihood> chunks) {
  std::vector<double> losses;
  losses.reserve(chunks.size());
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    if (chunks[i].tokens < 1) {
      throw MetricError("chunk_perplexity", "chunk " + std::to_string(i),
                        "no tokens: expected at least one");
    }
    losses.push_back(
        MeanLoss("chunk_perplexity", chunks.subspan(i, 1), &TextLikelihood::tokens, "tokens"));
  }
  return std::exp(Mean(losses));
}

double Perplexity(std::span<const double> loglikelihoods) {
  return std::exp(-Mean(loglikelihoods));
}

BootstrapSpread BootstrapText(std::span<const TextLikelihood> documents, std::int64_t iterations,
                              TextAggregate aggregate) {
  return Bootstrap<TextLikelihood>(documents, iterations, aggregate);
}

BootstrapSpread BootstrapPerplexity(std::span<const double> loglikelihoods,
                                    std::int64_t iterations) {
  return Bootstrap<double>(loglikelihoods, iterations, Perplexity);
}

}  // namespace meval
