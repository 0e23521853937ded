#include "metrics/pair_metric.h"

#include <algorithm>
#include <array>

#include "metrics/metric_error.h"
#include "metrics/pairs/families.h"

namespace meval {

namespace pairs {

std::vector<std::string> SinglePredictions(std::string_view metric, Pairs pairs) {
  std::vector<std::string> predictions;
  predictions.reserve(pairs.size());
  for (const PredictionPair& pair : pairs) {
    if (pair.predictions.size() != 1) {
      throw MetricError(
          metric, pair.where,
          "expected one prediction, found " + std::to_string(pair.predictions.size()));
    }
    predictions.push_back(pair.predictions[0]);
  }
  return predictions;
}

std::vector<std::vector<std::string>> References(Pairs pairs) {
  std::vector<std::vector<std::string>> references;
  references.reserve(pairs.size());
  for (const PredictionPair& pair : pairs) references.push_back(pair.references);
  return references;
}

std::string CountReferences(Pairs pairs) {
  const std::size_t first = pairs.front().references.size();
  const bool equal = std::all_of(pairs.begin(), pairs.end(), [&](const PredictionPair& pair) {
    return pair.references.size() == first;
  });
  return equal ? std::to_string(first) : "var";
}

PairMetric MeanMetric(std::string name, std::string signature, std::vector<double> samples) {
  PairMetric metric;
  metric.name = std::move(name);
  metric.signature = std::move(signature);
  metric.rows = SegmentStatistics(2);
  for (const double sample : samples) metric.rows.Add(std::array{sample, 1.0});
  metric.samples = std::move(samples);
  metric.score_of_sums = [](std::span<const double> sums) { return sums[0] / sums[1]; };
  metric.score = metric.score_of_sums(metric.rows.Sums());
  return metric;
}

}  // namespace pairs

namespace {

constexpr auto kYes = "yes, no (default)";
const std::map<std::string, std::string> kStemmer = {{"stemmer", kYes}};
const std::map<std::string, std::string> kChrf = {
    {"char_order", "whole number >= 1 (6)"},
    {"word_order", "whole number >= 0 (0; chrf++: 2)"},
    {"beta", "whole number >= 1 (2)"},
    {"lowercase", kYes},
    {"whitespace", kYes},
    {"eps_smoothing", kYes}};
const std::map<std::string, std::string> kSquad = {{"rules", "v1, v2 (default)"}};

std::vector<PairMetricInfo> MakeCatalogue() {
  return {
      {"bleu",
       "0..100, sacrebleu",
       {{"tokenize", "13a (default), intl, char, zh, none"},
        {"smooth_method", "exp (default), floor, add-k, none"},
        {"smooth_value", "number >= 0, for floor (0.1) and add-k (1)"},
        {"lowercase", kYes},
        {"effective_order", kYes},
        {"max_order", "whole number >= 1 (4)"}}},
      {"chrf", "0..100, sacrebleu", kChrf},
      {"chrf++", "chrF with words, 0..100, sacrebleu", kChrf},
      {"ter",
       "translation edit rate, 0 is best, sacrebleu",
       {{"normalized", kYes},
        {"no_punct", kYes},
        {"asian_support", kYes},
        {"case_sensitive", kYes}}},
      {"rouge", "rouge1, rouge2, rougeL and rougeLsum, mean F, 0..1, rouge_score", kStemmer},
      {"rouge1", "rouge1 to rouge9: n-grams, mean F, 0..1", kStemmer},
      {"rouge2", "", kStemmer},
      {"rouge3", "", kStemmer},
      {"rouge4", "", kStemmer},
      {"rouge5", "", kStemmer},
      {"rouge6", "", kStemmer},
      {"rouge7", "", kStemmer},
      {"rouge8", "", kStemmer},
      {"rouge9", "", kStemmer},
      {"rougeL", "longest common subsequence, mean F, 0..1", kStemmer},
      {"rougeLsum", "the same line by line", kStemmer},
      {"exact_match",
       "0..1, lm-evaluation-harness",
       {{"ignore_case", kYes},
        {"ignore_punctuation", kYes},
        {"ignore_numbers", kYes},
        {"regex_to_ignore", "a pattern in Python's syntax"}}},
      {"numeric", "equal as decimal numbers, 0..1, our own", {}},
      {"squad_em", "0..1, SQuAD", kSquad},
      {"squad_f1", "0..1, SQuAD", kSquad},
      {"nq_em", "0..1, Natural Questions open (ORQA)", {}},
      {"triviaqa_em", "0..1, TriviaQA", {}},
      {"triviaqa_f1", "0..1, TriviaQA", {}},
      {"coqa_em", "0..1, CoQA, leave one out", {}},
      {"coqa_f1", "0..1, CoQA, leave one out", {}},
      {"drop_em", "0..1, DROP; predictions are spans", {}},
      {"drop_f1", "0..1, DROP; predictions are spans", {}},
      {"hendrycks_math", "0..1, MATH", {{"variant", "lm_eval (default), hendrycks"}}},
      {"minerva_math",
       "0..1, MATH, equal text after Minerva's rules",
       {{"extract", "yes (default), no"}}},
      {"accuracy", "0..1, of labels", {}},
      {"balanced_accuracy", "0..1, mean recall", {}},
      {"macro_f1", "0..1", {}},
      {"micro_f1", "0..1", {}},
      {"weighted_f1", "0..1", {}},
      {"mcc", "-1..1, Matthews correlation", {}},
      {"kappa", "<= 1, Cohen", {}},
  };
}

void RequirePairs(std::string_view metric, pairs::Pairs set) {
  if (set.empty()) throw MetricError(metric, "pairs", "no documents to score");
  for (const PredictionPair& pair : set) {
    if (pair.references.empty()) {
      throw MetricError(metric, pair.where, "no references: expected at least one");
    }
    for (const std::string& text : pair.predictions) RequireUtf8(metric, pair.where, text);
    for (const std::string& text : pair.references) RequireUtf8(metric, pair.where, text);
  }
}

}  // namespace

std::span<const PairMetricInfo> PairMetricCatalogue() {
  static const std::vector<PairMetricInfo> kCatalogue = MakeCatalogue();
  return kCatalogue;
}

std::vector<PairMetric> ScorePairs(std::string_view metric, const MetricParameters& parameters,
                                   std::span<const PredictionPair> set, int num_threads) {
  const auto catalogue = PairMetricCatalogue();
  if (std::none_of(catalogue.begin(), catalogue.end(),
                   [&](const PairMetricInfo& info) { return info.name == metric; })) {
    std::vector<std::string_view> names;
    for (const PairMetricInfo& info : catalogue) names.push_back(info.name);
    throw MetricError(metric, "name", "unknown metric: expected one of " + JoinNames(names));
  }
  RequirePairs(metric, set);
  pairs::ParameterReader reader(metric, parameters);
  if (metric == "bleu") return pairs::ScoreBleuPairs(reader, set, num_threads);
  if (metric.starts_with("chrf")) return pairs::ScoreChrfPairs(metric, reader, set, num_threads);
  if (metric == "ter") return pairs::ScoreTerPairs(reader, set, num_threads);
  if (metric.starts_with("rouge")) return pairs::ScoreRougePairs(metric, reader, set, num_threads);
  static constexpr std::array<std::string_view, 7> kLabelMetrics = {
      "accuracy", "balanced_accuracy", "macro_f1", "micro_f1", "weighted_f1", "mcc", "kappa"};
  if (std::find(kLabelMetrics.begin(), kLabelMetrics.end(), metric) != kLabelMetrics.end()) {
    return pairs::ScoreLabelPairs(metric, reader, set);
  }
  return pairs::ScoreAnswerPairs(metric, reader, set, num_threads);
}

}  // namespace meval
