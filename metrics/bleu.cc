#include "metrics/bleu.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "metrics/bleu/segment_counter.h"
#include "metrics/bleu/tokenizers.h"
#include "metrics/metric_error.h"
#include "metrics/parallel.h"
#include "metrics/text/segment.h"
#include "metrics/text/utf8.h"
#include "metrics/unicode_text.h"

namespace meval {
namespace {

constexpr std::string_view kMetric = "bleu";
constexpr double kLogOfZero = -9999999999.0;  // sacrebleu's; its exp is 0

constexpr std::array<std::string_view, 5> kTokenizerNames = {"none", "char", "13a", "zh", "intl"};
constexpr std::array<std::string_view, 4> kSmoothingNames = {"none", "floor", "add-k", "exp"};

template <typename Names>
std::size_t IndexOf(const Names& names, std::string_view what, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    throw MetricError(kMetric, "",
                      "unknown " + std::string(what) + " \"" + std::string(name) +
                          "\": expected one of " + JoinNames(names));
  }
  return static_cast<std::size_t>(found - names.begin());
}

std::string_view NameOf(BleuTokenizer tokenizer) {
  return kTokenizerNames.at(static_cast<std::size_t>(tokenizer));
}
std::string_view NameOf(BleuSmoothing smoothing) {
  return kSmoothingNames.at(static_cast<std::size_t>(smoothing));
}

// The smoothing value in force; 0 where the method has none.
double SmoothValue(const BleuOptions& options) {
  switch (options.smoothing) {
    case BleuSmoothing::kFloor:
      return options.smooth_value.value_or(0.1);
    case BleuSmoothing::kAddK:
      return options.smooth_value.value_or(1);
    default:
      return 0;
  }
}

void RequireValid(const BleuOptions& options) {
  if (options.max_order < 1) {
    throw MetricError(kMetric, "max_order",
                      std::to_string(options.max_order) + ": expected at least 1");
  }
  const bool takes_value =
      options.smoothing == BleuSmoothing::kFloor || options.smoothing == BleuSmoothing::kAddK;
  if (options.smooth_value && !takes_value) {
    throw MetricError(kMetric, "smooth_value",
                      "given for smoothing \"" + std::string(NameOf(options.smoothing)) +
                          "\", which has none: expected floor or add-k with it");
  }
  if (options.smooth_value &&
      !(*options.smooth_value >= 0 && std::isfinite(*options.smooth_value))) {
    throw MetricError(kMetric, "smooth_value",
                      std::to_string(*options.smooth_value) + ": expected a number >= 0");
  }
}

std::string SpaceOutCharacters(std::string_view line) {
  std::string spaced;
  for (std::size_t i = 0; i < line.size();) {
    const std::size_t begin = i;
    text::DecodeForward(line, i);
    spaced.append(begin > 0 ? " " : "").append(line, begin, i - begin);
  }
  return spaced;
}

double BrevityPenalty(std::int64_t sys_len, std::int64_t ref_len) {
  if (sys_len >= ref_len) {
    return 1;
  }
  return sys_len > 0 ? std::exp(1 - static_cast<double>(ref_len) / static_cast<double>(sys_len))
                     : 0;
}

}  // namespace

BleuTokenizer ParseBleuTokenizer(std::string_view name) {
  for (const std::string_view external :
       {"ja-mecab", "ko-mecab", "spm", "flores101", "flores200", "spBLEU-1K"}) {
    if (name == external) {
      throw MetricError(kMetric, "",
                        "tokenizer \"" + std::string(name) +
                            "\" needs an external model: expected one of " +
                            JoinNames(kTokenizerNames));
    }
  }
  return static_cast<BleuTokenizer>(IndexOf(kTokenizerNames, "tokenizer", name));
}

BleuSmoothing ParseBleuSmoothing(std::string_view name) {
  return static_cast<BleuSmoothing>(IndexOf(kSmoothingNames, "smoothing", name));
}

std::string BleuTokenize(std::string_view text, BleuTokenizer tokenizer) {
  RequireUtf8(kMetric, "", text);
  const std::string_view line = StripRight(text);
  if (tokenizer == BleuTokenizer::kNone) {
    return std::string(line);
  }
  if (tokenizer == BleuTokenizer::kChar) {
    return SpaceOutCharacters(line);
  }
  std::string buffer;
  std::vector<std::string_view> tokens;
  bleu::Tokenize(line, tokenizer, buffer, tokens);
  std::string joined;
  for (const std::string_view token : tokens) {
    joined.append(joined.empty() ? "" : " ").append(token);
  }
  return joined;
}

BleuStatistics& BleuStatistics::operator+=(const BleuStatistics& other) {
  sys_len += other.sys_len;
  ref_len += other.ref_len;
  correct.resize(std::max(correct.size(), other.correct.size()), 0);
  total.resize(std::max(total.size(), other.total.size()), 0);
  for (std::size_t n = 0; n < other.correct.size(); ++n) {
    correct[n] += other.correct[n];
    total[n] += other.total[n];
  }
  return *this;
}

BleuStatistics CountBleu(std::string_view hypothesis, std::span<const std::string> references,
                         const BleuOptions& options) {
  RequireValid(options);
  text::RequireSegment(kMetric, std::nullopt, hypothesis, references);
  return bleu::SegmentCounter(options).Count(hypothesis, references);
}

std::vector<BleuStatistics> CountBleuSegments(std::span<const std::string> hypotheses,
                                              std::span<const BleuReferences> references,
                                              const BleuOptions& options, int num_threads) {
  RequireValid(options);
  RequireSameCount(kMetric, hypotheses.size(), references.size());
  std::vector<BleuStatistics> segments(hypotheses.size());
  ParallelBlocks(num_threads, segments.size(), [&](std::size_t begin, std::size_t end) {
    bleu::SegmentCounter counter(options);
    for (std::size_t i = begin; i < end; ++i) {
      text::RequireSegment(kMetric, i, hypotheses[i], references[i]);
      segments[i] = counter.Count(hypotheses[i], references[i]);
    }
  });
  return segments;
}

BleuScore ScoreBleu(const BleuStatistics& sums, const BleuOptions& options) {
  RequireValid(options);
  const auto num_orders = static_cast<std::size_t>(options.max_order);
  if (sums.correct.size() != num_orders || sums.total.size() != num_orders) {
    throw MetricError(kMetric, "",
                      "statistics of " + std::to_string(sums.correct.size()) +
                          " orders: expected " + std::to_string(num_orders));
  }
  BleuScore result;
  result.sys_len = sums.sys_len;
  result.ref_len = sums.ref_len;
  result.counts.assign(sums.correct.begin(), sums.correct.end());
  result.totals.assign(sums.total.begin(), sums.total.end());
  result.precisions.assign(num_orders, 0);
  result.brevity_penalty = BrevityPenalty(sums.sys_len, sums.ref_len);
  // Without any match the score is 0, whatever the smoothing.
  if (std::all_of(sums.correct.begin(), sums.correct.end(), [](auto c) { return c == 0; })) {
    return result;
  }
  const double smooth_value = SmoothValue(options);
  double halvings = 1;
  std::size_t order = num_orders;
  for (std::size_t n = 0; n < num_orders; ++n) {
    if (options.smoothing == BleuSmoothing::kAddK && n > 0) {
      result.counts[n] += smooth_value;
      result.totals[n] += smooth_value;
    }
    if (result.totals[n] == 0) {
      break;
    }
    if (options.effective_order) {
      order = n + 1;
    }
    if (result.counts[n] != 0) {
      result.precisions[n] = 100.0 * result.counts[n] / result.totals[n];
    } else if (options.smoothing == BleuSmoothing::kExp) {
      halvings *= 2;
      result.precisions[n] = 100.0 / (halvings * result.totals[n]);
    } else if (options.smoothing == BleuSmoothing::kFloor) {
      result.precisions[n] = 100.0 * smooth_value / result.totals[n];
    }
  }
  double log_sum = 0;
  for (std::size_t n = 0; n < order; ++n) {
    log_sum += result.precisions[n] == 0 ? kLogOfZero : std::log(result.precisions[n]);
  }
  result.score = result.brevity_penalty * std::exp(log_sum / static_cast<double>(order));
  return result;
}

BleuScore CorpusBleu(std::span<const std::string> hypotheses,
                     std::span<const BleuReferences> references, const BleuOptions& options,
                     int num_threads) {
  BleuStatistics sums;
  for (const BleuStatistics& segment :
       CountBleuSegments(hypotheses, references, options, num_threads)) {
    sums += segment;
  }
  return ScoreBleu(sums, options);
}

BleuScore SentenceBleu(std::string_view hypothesis, std::span<const std::string> references,
                       BleuOptions options) {
  options.effective_order = true;
  return ScoreBleu(CountBleu(hypothesis, references, options), options);
}

std::string BleuSignature(std::span<const BleuReferences> references, const BleuOptions& options) {
  RequireValid(options);
  std::string smooth(NameOf(options.smoothing));
  if (options.smoothing == BleuSmoothing::kFloor || options.smoothing == BleuSmoothing::kAddK) {
    std::array<char, 400> digits{};  // the largest double has 309 before the point
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(),
                                   SmoothValue(options), std::chars_format::fixed, 2);
    smooth.append("[").append(digits.data(), end.ptr).append("]");
  }
  std::string signature = text::NrefsField(kMetric, references);
  signature.append(options.lowercase ? "|case:lc" : "|case:mixed")
      .append(options.effective_order ? "|eff:yes" : "|eff:no")
      .append("|tok:")
      .append(NameOf(options.tokenizer))
      .append("|smooth:")
      .append(smooth)
      .append("|version:")
      .append(kBleuVersion);
  return signature;
}

}  // namespace meval
