#include "metrics/ter.h"

#include <algorithm>
#include <optional>

#include "metrics/metric_error.h"
#include "metrics/parallel.h"
#include "metrics/ter/shifts.h"
#include "metrics/ter/tokenizer.h"
#include "metrics/text/ngrams.h"
#include "metrics/text/segment.h"
#include "metrics/unicode_text.h"

namespace meval {
namespace {

constexpr std::string_view kMetric = "ter";

TerStatistics CountSegment(std::optional<std::size_t> segment, std::string_view hypothesis,
                           std::span<const std::string> references, const TerOptions& options) {
  text::RequireSegment(kMetric, segment, hypothesis, references);
  std::vector<std::string> lines = {ter::Tokenize(hypothesis, options)};
  for (const std::string& reference : references) {
    // sacrebleu prepares references twice. The second time changes a few normalized ones: "dog's."
    // has become "dog's ." and now becomes "dog 's .", which that of a hypothesis never does.
    lines.push_back(ter::Tokenize(ter::Tokenize(reference, options), options));
  }
  text::TokenNumbering numbering;
  const ter::Words words = numbering.Number(SplitWhitespace(lines[0]));
  std::optional<std::int64_t> fewest;
  double total_length = 0;
  for (std::size_t r = 0; r < references.size(); ++r) {
    const ter::Words reference = numbering.Number(SplitWhitespace(lines[r + 1]));
    const std::int64_t edits = ter::CountEdits(words, reference);
    fewest = fewest ? std::min(*fewest, edits) : edits;
    total_length += static_cast<double>(reference.size());
  }
  return {*fewest, total_length / static_cast<double>(references.size())};
}

}  // namespace

TerStatistics& TerStatistics::operator+=(const TerStatistics& other) {
  edits += other.edits;
  length += other.length;
  return *this;
}

TerStatistics CountTer(std::string_view hypothesis, std::span<const std::string> references,
                       const TerOptions& options) {
  return CountSegment(std::nullopt, hypothesis, references, options);
}

double ScoreTer(const TerStatistics& sums) {
  if (sums.length > 0) {
    return 100 * (static_cast<double>(sums.edits) / sums.length);
  }
  return sums.edits > 0 ? 100 : 0;
}

std::vector<TerStatistics> CountTerSegments(std::span<const std::string> hypotheses,
                                            std::span<const TerReferences> references,
                                            const TerOptions& options, int num_threads) {
  RequireSameCount(kMetric, hypotheses.size(), references.size());
  std::vector<TerStatistics> segments(hypotheses.size());
  ParallelFor(num_threads, segments.size(), [&](std::size_t i) {
    segments[i] = CountSegment(i, hypotheses[i], references[i], options);
  });
  return segments;
}

double CorpusTer(std::span<const std::string> hypotheses, std::span<const TerReferences> references,
                 const TerOptions& options, int num_threads) {
  TerStatistics sums;
  for (const TerStatistics& segment :
       CountTerSegments(hypotheses, references, options, num_threads)) {
    sums += segment;
  }
  return ScoreTer(sums);
}

double SentenceTer(std::string_view hypothesis, std::span<const std::string> references,
                   const TerOptions& options) {
  return ScoreTer(CountTer(hypothesis, references, options));
}

std::string TerSignature(std::span<const TerReferences> references, const TerOptions& options) {
  std::string signature = text::NrefsField(kMetric, references);
  signature.append(options.case_sensitive ? "|case:mixed" : "|case:lc")
      .append("|tok:tercom")
      .append(options.normalized ? "|norm:yes" : "|norm:no")
      .append(options.no_punct ? "|punct:no" : "|punct:yes")
      .append(options.asian_support ? "|asian:yes" : "|asian:no")
      .append("|version:")
      .append(kTerVersion);
  return signature;
}

}  // namespace meval
