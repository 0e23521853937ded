#ifndef MEVAL_EVALS_SCORE_OPTIONS_H_
#define MEVAL_EVALS_SCORE_OPTIONS_H_

// What the command line of `mistral-eval score` says, as values.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "evals/code_options.h"
#include "metrics/pair_metric.h"

namespace meval {

// How often a paired test against the first system tries (metrics/paired_tests.h); nothing: the
// test is not asked for.
struct PairedTests {
  std::optional<std::int64_t> bootstrap;      // sacrebleu's --paired-bs
  std::optional<std::int64_t> randomization;  // sacrebleu's --paired-ar
};

struct ScorePairsOptions {
  std::vector<PairMetricRequest> metrics;
  double level = 0.95;            // of the intervals
  std::int64_t resamples = 1000;  // for intervals that have no formula
  PairedTests tests;
  std::uint64_t seed = 12345;  // of resamples and tests; sacrebleu's
  int num_threads = 1;         // no number depends on it
};

// Of `inputs`, `samples` and `list` exactly one is there.
struct ScoreOptions {
  std::vector<std::string> inputs;  // JSONL files of pairs, "-": stdin; the first is the baseline
  ScorePairsOptions pairs;
  std::string per_sample;          // JSONL file; "": none
  std::filesystem::path samples;   // directory of an earlier run
  CodeOptions code;                // of `samples`
  bool list = false;               // the catalogue
  std::string format = "console";  // console | json; of pairs also csv | markdown
  std::string out = "-";           // "-": stdout
  int threads = 0;                 // 0: all
};

}  // namespace meval

#endif  // MEVAL_EVALS_SCORE_OPTIONS_H_
