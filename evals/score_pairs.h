#ifndef MEVAL_EVALS_SCORE_PAIRS_H_
#define MEVAL_EVALS_SCORE_PAIRS_H_

// Several systems' answers to the same documents, scored side by side.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evals/pair_files.h"
#include "evals/score_options.h"
#include "metrics/pair_metric.h"
#include "metrics/pair_scores.h"

namespace meval {

struct SystemScore {
  SetScore score;
  // Of each pair alone, where that has a meaning.
  std::vector<std::optional<double>> pairs;
  // Against the baseline, of which there is none for the baseline itself.
  std::optional<double> difference;
  // None either where one of a test's trials has no score.
  std::optional<double> p_bootstrap;
  std::optional<double> p_randomization;
};

struct PairReportRow {
  PairScore about;  // name, unit, direction
  std::string signature;
  std::vector<SystemScore> systems;
};

struct PairReport {
  std::int64_t num_pairs = 0;
  std::vector<std::string> systems;  // the files' names
  ScorePairsOptions options;
  std::vector<PairReportRow> rows;  // in the order asked for
};

// The metrics asked for. Throws UsageError for a parameter that a metric refuses, and where two
// metrics give the same score.
std::vector<std::unique_ptr<PairMetric>> MakePairMetrics(
    const std::vector<PairMetricRequest>& requests);

// Scores files that are aligned with the first of them; there is at least one. Throws as
// MakePairMetrics, and DataError, with file and line, for a pair that a metric refuses.
PairReport ScorePairs(std::span<const PairFile> files, const ScorePairsOptions& options);

}  // namespace meval

#endif  // MEVAL_EVALS_SCORE_PAIRS_H_
