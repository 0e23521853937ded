#ifndef MEVAL_METRICS_PAIRS_FAMILIES_H_
#define MEVAL_METRICS_PAIRS_FAMILIES_H_

// The families behind pair_metric.h, each from its own header: corpus metrics, ROUGE, single
// answers, labels.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/pair_metric.h"
#include "metrics/pairs/parameters.h"

namespace meval::pairs {

using Pairs = std::span<const PredictionPair>;
using Metrics = std::vector<PairMetric>;

Metrics ScoreBleuPairs(ParameterReader& parameters, Pairs pairs, int num_threads);
Metrics ScoreChrfPairs(std::string_view name, ParameterReader& parameters, Pairs pairs,
                       int num_threads);
Metrics ScoreTerPairs(ParameterReader& parameters, Pairs pairs, int num_threads);
Metrics ScoreRougePairs(std::string_view name, ParameterReader& parameters, Pairs pairs,
                        int num_threads);
// exact_match, numeric, squad_em, ..., drop_f1, hendrycks_math, minerva_math: a mean over pairs.
Metrics ScoreAnswerPairs(std::string_view name, ParameterReader& parameters, Pairs pairs,
                         int num_threads);
// accuracy, macro_f1, ...: prediction and the one reference are labels.
Metrics ScoreLabelPairs(std::string_view name, ParameterReader& parameters, Pairs pairs);

// The only prediction of each pair. MetricError for a pair with none or several.
std::vector<std::string> SinglePredictions(std::string_view metric, Pairs pairs);
std::vector<std::vector<std::string>> References(Pairs pairs);
// The number of references, or "var" where pairs differ.
std::string CountReferences(Pairs pairs);
// A metric that is the mean of these scores.
PairMetric MeanMetric(std::string name, std::string signature, std::vector<double> samples);

inline constexpr std::string_view kVersionField = "version:mistral-eval-1";

}  // namespace meval::pairs

#endif  // MEVAL_METRICS_PAIRS_FAMILIES_H_
