#ifndef MEVAL_EVALS_SCORE_PAIRS_H_
#define MEVAL_EVALS_SCORE_PAIRS_H_

// Predictions and references from JSONL, scored without a model, one system or several side by
// side.

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "evals/flags.h"
#include "metrics/aggregate.h"
#include "metrics/pair_metric.h"

namespace meval {

// The pairs of one system, in the order of its file. Throws DataError, with the line: no pairs, a
// field that is missing, of the wrong kind or there under two names, an id twice.
struct SystemPairs {
  std::string name;              // of the file
  std::vector<std::string> ids;  // all or none
  std::vector<PredictionPair> pairs;
};
SystemPairs ReadPairs(std::istream& in, const std::string& name);

struct SystemScore {
  PairMetric metric;
  Interval interval;           // of the bootstrap, options.level
  std::optional<double> bs_p;  // against the first system
  std::optional<double> ar_p;  //
};

struct MetricOfSystems {
  std::string name;
  std::string signature;
  std::vector<SystemScore> systems;  // in the order of the inputs
};

// All metrics of all systems. Throws DataError where systems are not of the same documents (number,
// ids or references), with both places; UsageError for an unknown metric or parameter.
std::vector<MetricOfSystems> ScoreSystems(const ScoreOptions& options,
                                          const std::vector<SystemPairs>& systems, int num_threads);

// The whole command with --metric; returns the exit code.
int ScorePairsCommand(const ScoreOptions& options, int num_threads, std::istream& in,
                      std::ostream& out);

}  // namespace meval

#endif  // MEVAL_EVALS_SCORE_PAIRS_H_
