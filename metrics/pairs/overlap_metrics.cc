// Metrics of translation: functions of n-gram counts summed over the set.

#include <cstddef>
#include <cstdint>
#include <utility>

#include "metrics/bleu.h"
#include "metrics/chrf.h"
#include "metrics/pairs/families.h"
#include "metrics/ter.h"

namespace meval::pairs {
namespace {

// As many references as each pair has, without their texts: all that a signature looks at.
std::vector<std::vector<std::string>> ReferenceShapes(std::span<const AnswerPair> pairs) {
  std::vector<std::vector<std::string>> shapes;
  for (const AnswerPair& pair : pairs) shapes.emplace_back(pair.references.size());
  return shapes;
}

std::int64_t Whole(double count) { return static_cast<std::int64_t>(count); }

// Statistics: hypothesis length, reference length, matches by order, n-grams by order.
class BleuMetric final : public PairMetric {
 public:
  explicit BleuMetric(const BleuOptions& options)
      : PairMetric({{.name = "bleu", .unit = "percent", .highest = 100, .is_mean = false}}),
        options_(options),
        sentence_options_(options) {
    sentence_options_.effective_order = true;
    ScoreBleu({.correct = Orders(), .total = Orders()}, options_);  // refuses options out of range
  }

  std::size_t num_statistics() const override { return 2 + 2 * Orders().size(); }

  double Score(std::size_t /*score*/, std::span<const double> sums) const override {
    return ScoreBleu(ToStatistics(sums), options_).score;
  }

  // As sacrebleu's sentence_bleu: over the orders the sentence has.
  std::optional<double> ScoreOfPair(std::size_t /*score*/,
                                    std::span<const double> statistics) const override {
    return ScoreBleu(ToStatistics(statistics), sentence_options_).score;
  }

  std::string SignatureOf(std::size_t /*score*/, std::span<const AnswerPair> pairs) const override {
    return BleuSignature(ReferenceShapes(pairs), options_);
  }

 protected:
  void CountPair(const AnswerPair& pair, std::span<double> statistics) const override {
    const BleuStatistics counts = CountBleu(pair.predictions[0], pair.references, options_);
    std::size_t at = 0;
    const auto put = [&](std::int64_t count) { statistics[at++] = static_cast<double>(count); };
    put(counts.sys_len);
    put(counts.ref_len);
    for (const std::int64_t matches : counts.correct) put(matches);
    for (const std::int64_t ngrams : counts.total) put(ngrams);
  }

 private:
  std::vector<std::int64_t> Orders() const {
    return std::vector<std::int64_t>(static_cast<std::size_t>(options_.max_order));
  }

  BleuStatistics ToStatistics(std::span<const double> sums) const {
    BleuStatistics counts = {.sys_len = Whole(sums[0]),
                             .ref_len = Whole(sums[1]),
                             .correct = Orders(),
                             .total = Orders()};
    for (std::size_t n = 0; n < counts.correct.size(); ++n) {
      counts.correct[n] = Whole(sums[2 + n]);
      counts.total[n] = Whole(sums[2 + counts.correct.size() + n]);
    }
    return counts;
  }

  BleuOptions options_;
  BleuOptions sentence_options_;
};

Family Bleu() {
  PairMetricEntry entry = {
      .name = "bleu",
      .title = "BLEU of the set, as sacrebleu computes it",
      .scores = {"bleu"},
      .parameters = {{.key = "tokenize",
                      .fallback = "13a",
                      .meaning = "how texts are cut into tokens",
                      .words = {"none", "char", "13a", "zh", "intl"}},
                     {.key = "smooth_method",
                      .fallback = "exp",
                      .meaning = "what a precision without a match counts as",
                      .words = {"none", "floor", "add-k", "exp"}},
                     {.key = "smooth_value",
                      .fallback = "",
                      .meaning = "a number >= 0, for floor (0.1) and add-k (1)",
                      .words = {}},
                     FlagParameter("lowercase", false, "lower-case both sides"),
                     FlagParameter("effective_order", false,
                                   "average only the orders that predictions have n-grams of"),
                     {.key = "max_ngram_order",
                      .fallback = "4",
                      .meaning = "the longest n-grams, >= 1",
                      .words = {}}}};
  const auto make = [](const Parameters& parameters) -> std::unique_ptr<PairMetric> {
    return std::make_unique<BleuMetric>(
        BleuOptions{.tokenizer = ParseBleuTokenizer(parameters.Word("tokenize")),
                    .smoothing = ParseBleuSmoothing(parameters.Word("smooth_method")),
                    .smooth_value = parameters.Number("smooth_value"),
                    .lowercase = parameters.Flag("lowercase"),
                    .effective_order = parameters.Flag("effective_order"),
                    .max_order = parameters.Integer("max_ngram_order", 1)});
  };
  return {std::move(entry), make};
}

// Statistics: n-grams of the hypothesis, of the reference, and matches, by order.
class ChrfMetric final : public PairMetric {
 public:
  ChrfMetric(const std::string& name, const ChrfOptions& options)
      : PairMetric({{.name = name, .unit = "percent", .highest = 100, .is_mean = false}}),
        options_(options) {}

  std::size_t num_statistics() const override {
    return 3 * static_cast<std::size_t>(options_.char_order + options_.word_order);
  }

  double Score(std::size_t /*score*/, std::span<const double> sums) const override {
    ChrfStatistics counts;
    for (std::size_t i = 0; i + 2 < sums.size(); i += 3) {
      counts.orders.push_back({.hypothesis = Whole(sums[i]),
                               .reference = Whole(sums[i + 1]),
                               .matches = Whole(sums[i + 2])});
    }
    return ScoreChrf(counts, options_);
  }

  std::string SignatureOf(std::size_t /*score*/, std::span<const AnswerPair> pairs) const override {
    return ChrfSignature(ReferenceShapes(pairs), options_);
  }

 protected:
  void CountPair(const AnswerPair& pair, std::span<double> statistics) const override {
    std::size_t at = 0;
    for (const ChrfCounts& order :
         CountChrf(pair.predictions[0], pair.references, options_).orders) {
      for (const std::int64_t count : {order.hypothesis, order.reference, order.matches}) {
        statistics[at++] = static_cast<double>(count);
      }
    }
  }

 private:
  ChrfOptions options_;
};

Family Chrf(const std::string& name, const std::string& title) {
  const ChrfOptions defaults = ParseChrf(name);
  const auto number = [](const std::string& key, int fallback, const std::string& meaning) {
    return PairParameter{
        .key = key, .fallback = std::to_string(fallback), .meaning = meaning, .words = {}};
  };
  PairMetricEntry entry = {
      .name = name,
      .title = title,
      .scores = {name},
      .parameters = {
          number("char_order", defaults.char_order, "the longest character n-grams, >= 1"),
          number("word_order", defaults.word_order, "the longest word n-grams, >= 0"),
          number("beta", defaults.beta, "weight of recall, >= 1"),
          FlagParameter("lowercase", false, "lower-case both sides"),
          FlagParameter("whitespace", false, "white space belongs to the characters"),
          FlagParameter("eps_smoothing", false, "average F over all orders")}};
  const auto make = [name](const Parameters& parameters) -> std::unique_ptr<PairMetric> {
    return std::make_unique<ChrfMetric>(
        name, ChrfOptions{.char_order = parameters.Integer("char_order", 1),
                          .word_order = parameters.Integer("word_order", 0),
                          .beta = parameters.Integer("beta", 1),
                          .lowercase = parameters.Flag("lowercase"),
                          .whitespace = parameters.Flag("whitespace"),
                          .eps_smoothing = parameters.Flag("eps_smoothing")});
  };
  return {std::move(entry), make};
}

// Statistics: edits, words of the reference.
class TerMetric final : public PairMetric {
 public:
  explicit TerMetric(const TerOptions& options)
      : PairMetric(
            {{.name = "ter", .unit = "percent", .higher_is_better = false, .is_mean = false}}),
        options_(options) {}

  std::size_t num_statistics() const override { return 2; }

  double Score(std::size_t /*score*/, std::span<const double> sums) const override {
    return ScoreTer({.edits = Whole(sums[0]), .length = sums[1]});
  }

  std::string SignatureOf(std::size_t /*score*/, std::span<const AnswerPair> pairs) const override {
    return TerSignature(ReferenceShapes(pairs), options_);
  }

 protected:
  void CountPair(const AnswerPair& pair, std::span<double> statistics) const override {
    const TerStatistics counts = CountTer(pair.predictions[0], pair.references, options_);
    statistics[0] = static_cast<double>(counts.edits);
    statistics[1] = counts.length;
  }

 private:
  TerOptions options_;
};

Family Ter() {
  PairMetricEntry entry = {
      .name = "ter",
      .title = "translation edit rate of the set, as sacrebleu computes it; lower is better",
      .scores = {"ter"},
      .parameters = {FlagParameter("normalized", false, "Tercom's tokenizer"),
                     FlagParameter("no_punct", false, "delete punctuation"),
                     FlagParameter("asian_support", false, "the two above also for CJK"),
                     FlagParameter("case_sensitive", false, "keep the case")}};
  const auto make = [](const Parameters& parameters) -> std::unique_ptr<PairMetric> {
    return std::make_unique<TerMetric>(
        TerOptions{.normalized = parameters.Flag("normalized"),
                   .no_punct = parameters.Flag("no_punct"),
                   .asian_support = parameters.Flag("asian_support"),
                   .case_sensitive = parameters.Flag("case_sensitive")});
  };
  return {std::move(entry), make};
}

}  // namespace

std::vector<Family> OverlapFamilies() {
  return {Bleu(), Chrf("chrf", "chrF of the set, as sacrebleu computes it"),
          Chrf("chrf++", "chrF++ of the set, as sacrebleu computes it"), Ter()};
}

}  // namespace meval::pairs
