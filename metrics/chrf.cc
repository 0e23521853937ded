#include "metrics/chrf.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "metrics/chrf/ngram_matcher.h"
#include "metrics/metric_error.h"
#include "metrics/parallel.h"
#include "metrics/text/ngrams.h"
#include "metrics/text/segment.h"
#include "metrics/text/utf8.h"
#include "metrics/unicode_text.h"

namespace meval {
namespace {

using text::NgramIds;

constexpr std::string_view kMetric = "chrf";
constexpr double kEpsilon = 1e-16;  // what an empty order counts as

void RequireValid(const ChrfOptions& options) {
  const auto require = [](std::string_view option, int value, int least) {
    if (value < least) {
      throw MetricError(kMetric, option,
                        std::to_string(value) + ": expected at least " + std::to_string(least));
    }
  };
  require("char_order", options.char_order, 1);
  require("word_order", options.word_order, 0);
  require("beta", options.beta, 1);
}

std::size_t NumOrders(const ChrfOptions& options) {
  return static_cast<std::size_t>(options.char_order) +
         static_cast<std::size_t>(options.word_order);
}

// Words with one mark at the end, else one at the beginning, taken off. A word of several bytes
// that begins or ends in an ASCII character has several characters.
std::vector<std::string_view> SplitWords(std::string_view text) {
  std::vector<std::string_view> tokens;
  for (const std::string_view word : SplitWhitespace(text)) {
    std::size_t cut = 0;
    if (word.size() > 1 && IsAsciiPunctuation(word.back())) {
      cut = word.size() - 1;
    } else if (word.size() > 1 && IsAsciiPunctuation(word.front())) {
      cut = 1;
    }
    if (cut > 0) {
      tokens.push_back(word.substr(0, cut));
    }
    tokens.push_back(word.substr(cut));
  }
  return tokens;
}

// Counts segments one after another, with the memory of the last one.
class SegmentCounter {
 public:
  explicit SegmentCounter(const ChrfOptions& options) : options_(options) {}

  // Precondition: valid UTF-8, at least one reference.
  ChrfStatistics Count(std::string_view hypothesis, std::span<const std::string> references) {
    std::vector<ChrfStatistics> counts(references.size());
    for (ChrfStatistics& count : counts) {
      count.orders.reserve(NumOrders(options_));
    }
    if (options_.lowercase) {
      CountLines(Lower(hypothesis), LowerAll(references), counts);
    } else {
      CountLines(hypothesis, references, counts);
    }
    return std::move(counts[Best(counts)]);
  }

 private:
  static std::vector<std::string> LowerAll(std::span<const std::string> texts) {
    std::vector<std::string> lower;
    for (const std::string& text : texts) {
      lower.push_back(Lower(text));
    }
    return lower;
  }

  void CountLines(std::string_view hypothesis, std::span<const std::string> references,
                  std::span<ChrfStatistics> counts) {
    reference_ids_.resize(references.size());
    ReadCharacters(hypothesis, hypothesis_ids_);
    for (std::size_t r = 0; r < references.size(); ++r) {
      ReadCharacters(references[r], reference_ids_[r]);
    }
    matcher_.Count(hypothesis_ids_, reference_ids_, options_.char_order, counts);
    if (options_.word_order > 0) {
      text::TokenNumbering words;
      hypothesis_ids_ = words.Number(SplitWords(hypothesis));
      for (std::size_t r = 0; r < references.size(); ++r) {
        reference_ids_[r] = words.Number(SplitWords(references[r]));
      }
      matcher_.Count(hypothesis_ids_, reference_ids_, options_.word_order, counts);
    }
  }

  void ReadCharacters(std::string_view text, NgramIds& ids) const {
    ids.clear();
    for (std::size_t i = 0; i < text.size();) {
      const char32_t c = text::DecodeForward(text, i);
      if (options_.whitespace || !IsWhitespace(c)) {
        ids.push_back(c);
      }
    }
  }

  // The reference with the highest score, the first of equals.
  std::size_t Best(const std::vector<ChrfStatistics>& counts) const {
    if (counts.size() == 1) {
      return 0;
    }
    std::vector<double> scores;
    for (const ChrfStatistics& count : counts) {
      scores.push_back(ScoreChrf(count, options_));
    }
    return static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) -
                                    scores.begin());
  }

  ChrfOptions options_;
  chrf::NgramMatcher matcher_;
  NgramIds hypothesis_ids_;
  std::vector<NgramIds> reference_ids_;
};

double Ratio(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : kEpsilon;
}

}  // namespace

ChrfOptions ParseChrf(std::string_view name) {
  static constexpr std::array<std::string_view, 2> kNames = {"chrf", "chrf++"};
  ChrfOptions options;
  if (name == kNames[1]) {
    options.word_order = 2;
  } else if (name != kNames[0]) {
    throw MetricError(
        kMetric, "",
        "unknown name \"" + std::string(name) + "\": expected one of " + JoinNames(kNames));
  }
  return options;
}

std::string ChrfName(const ChrfOptions& options) {
  RequireValid(options);
  return "chrF" + std::to_string(options.beta) +
         std::string(static_cast<std::size_t>(options.word_order), '+');
}

ChrfStatistics& ChrfStatistics::operator+=(const ChrfStatistics& other) {
  orders.resize(std::max(orders.size(), other.orders.size()));
  for (std::size_t n = 0; n < other.orders.size(); ++n) {
    orders[n].hypothesis += other.orders[n].hypothesis;
    orders[n].reference += other.orders[n].reference;
    orders[n].matches += other.orders[n].matches;
  }
  return *this;
}

ChrfStatistics CountChrf(std::string_view hypothesis, std::span<const std::string> references,
                         const ChrfOptions& options) {
  RequireValid(options);
  text::RequireSegment(kMetric, std::nullopt, hypothesis, references);
  return SegmentCounter(options).Count(hypothesis, references);
}

double ScoreChrf(const ChrfStatistics& sums, const ChrfOptions& options) {
  RequireValid(options);
  if (sums.orders.size() != NumOrders(options)) {
    throw MetricError(kMetric, "",
                      "statistics of " + std::to_string(sums.orders.size()) + " orders: expected " +
                          std::to_string(NumOrders(options)));
  }
  const double factor = static_cast<double>(options.beta) * static_cast<double>(options.beta);
  double f_sum = 0;          // over all orders
  double precision_sum = 0;  // over orders that both sides have, as are the next two
  double recall_sum = 0;
  int effective_order = 0;
  for (const ChrfCounts& counts : sums.orders) {
    const double precision = Ratio(counts.matches, counts.hypothesis);
    const double recall = Ratio(counts.matches, counts.reference);
    const double denominator = factor * precision + recall;
    f_sum += denominator > 0 ? (1 + factor) * precision * recall / denominator : kEpsilon;
    if (counts.hypothesis > 0 && counts.reference > 0) {
      precision_sum += precision;
      recall_sum += recall;
      ++effective_order;
    }
  }
  if (options.eps_smoothing) {
    return 100 * f_sum / static_cast<double>(sums.orders.size());
  }
  if (effective_order == 0 || precision_sum + recall_sum == 0) {
    return 0;
  }
  const double precision = precision_sum / effective_order;
  const double recall = recall_sum / effective_order;
  return 100 * ((1 + factor) * precision * recall / (factor * precision + recall));
}

std::vector<ChrfStatistics> CountChrfSegments(std::span<const std::string> hypotheses,
                                              std::span<const ChrfReferences> references,
                                              const ChrfOptions& options, int num_threads) {
  RequireValid(options);
  RequireSameCount(kMetric, hypotheses.size(), references.size());
  std::vector<ChrfStatistics> segments(hypotheses.size());
  ParallelBlocks(num_threads, segments.size(), [&](std::size_t begin, std::size_t end) {
    SegmentCounter counter(options);
    for (std::size_t i = begin; i < end; ++i) {
      text::RequireSegment(kMetric, i, hypotheses[i], references[i]);
      segments[i] = counter.Count(hypotheses[i], references[i]);
    }
  });
  return segments;
}

double CorpusChrf(std::span<const std::string> hypotheses,
                  std::span<const ChrfReferences> references, const ChrfOptions& options,
                  int num_threads) {
  ChrfStatistics sums;
  for (const ChrfStatistics& segment :
       CountChrfSegments(hypotheses, references, options, num_threads)) {
    sums += segment;
  }
  return ScoreChrf(sums, options);
}

double SentenceChrf(std::string_view hypothesis, std::span<const std::string> references,
                    const ChrfOptions& options) {
  return ScoreChrf(CountChrf(hypothesis, references, options), options);
}

std::string ChrfSignature(std::span<const ChrfReferences> references, const ChrfOptions& options) {
  RequireValid(options);
  std::string signature = text::NrefsField(kMetric, references);
  signature.append(options.lowercase ? "|case:lc" : "|case:mixed")
      .append(options.eps_smoothing ? "|eff:no" : "|eff:yes")
      .append("|nc:")
      .append(std::to_string(options.char_order))
      .append("|nw:")
      .append(std::to_string(options.word_order))
      .append(options.whitespace ? "|space:yes" : "|space:no")
      .append("|version:")
      .append(kChrfVersion);
  return signature;
}

}  // namespace meval
