#include "evals/score_pairs.h"

#include <memory>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "evals/flags.h"
#include "metrics/metric_error.h"
#include "metrics/paired_tests.h"
#include "metrics/python_regex.h"
#include "tasks/error.h"

namespace meval {
namespace {

// Values without a fixed set of words are read only here.
std::unique_ptr<PairMetric> Make(const PairMetricRequest& request) {
  try {
    return MakePairMetric(request);
  } catch (const MetricError& error) {
    throw UsageError(std::string("--param: ") + error.what());
  } catch (const RegexError& error) {
    throw UsageError(fmt::format("--param: {}: {}", request.name, error.what()));
  }
}

// One metric over all systems.
class MetricRun {
 public:
  MetricRun(PairMetric& metric, std::span<const PairFile> files, const ScorePairsOptions& options)
      : metric_(metric), files_(files), options_(options) {
    for (const PairFile& file : files) {
      try {
        metric_.Prepare(file.pairs);
      } catch (const MetricError& error) {
        throw DataError(file.name + ": " + error.what());
      }
    }
    for (const PairFile& file : files) {
      try {
        statistics_.push_back(CountPairs(metric_, file.pairs, options.num_threads));
      } catch (const PairError& error) {
        throw DataError(file.where[error.index()] + ": " + error.what());
      }
    }
  }

  PairReportRow Row(std::size_t score) const {
    PairReportRow row;
    row.about = metric_.scores()[score];
    row.signature = metric_.SignatureOf(score, files_.front().pairs);
    for (std::size_t system = 0; system < files_.size(); ++system) {
      row.systems.push_back(ScoreSystem(score, system));
    }
    return row;
  }

 private:
  SystemScore ScoreSystem(std::size_t score, std::size_t system) const {
    const SegmentStatistics& statistics = statistics_[system];
    SystemScore scored;
    const Resampling resampling = {.num_resamples = options_.resamples,
                                   .seed = options_.seed,
                                   .num_threads = options_.num_threads};
    try {
      scored.score = ScoreSet(metric_, score, statistics, options_.level, resampling);
    } catch (const MetricError& error) {
      throw DataError(files_[system].name + ": " + error.what());
    }
    for (std::size_t i = 0; i < statistics.num_segments(); ++i) {
      scored.pairs.push_back(metric_.ScoreOfPair(score, statistics[i]));
    }
    if (system > 0) Compare(score, system, scored);
    return scored;
  }

  void Compare(std::size_t score, std::size_t system, SystemScore& scored) const {
    const ScoreOfSums score_of = [&](std::span<const double> sums) {
      return metric_.Score(score, sums);
    };
    scored.difference = scored.score.value - metric_.Score(score, statistics_[0].Sums());
    const auto p_value = [&](auto test, const std::optional<std::int64_t>& trials) {
      std::optional<double> p;
      if (!trials) return p;
      try {
        p = test(statistics_[0], statistics_[system], score_of,
                 {.num_trials = *trials, .seed = options_.seed})
                .p_value;
      } catch (const MetricError&) {
        // One of the trials has no such score, as a set of one label has no kappa.
      }
      return p;
    };
    scored.p_bootstrap = p_value(PairedBootstrap, options_.tests.bootstrap);
    scored.p_randomization = p_value(PairedRandomization, options_.tests.randomization);
  }

  PairMetric& metric_;
  std::span<const PairFile> files_;
  const ScorePairsOptions& options_;
  std::vector<SegmentStatistics> statistics_;  // per system
};

}  // namespace

std::vector<std::unique_ptr<PairMetric>> MakePairMetrics(
    const std::vector<PairMetricRequest>& requests) {
  std::vector<std::unique_ptr<PairMetric>> metrics;
  std::set<std::string> scores;
  for (const PairMetricRequest& request : requests) {
    metrics.push_back(Make(request));
    for (const PairScore& score : metrics.back()->scores()) {
      if (!scores.insert(score.name).second) {
        throw UsageError("--metric: " + score.name + " is asked for twice");
      }
    }
  }
  return metrics;
}

PairReport ScorePairs(std::span<const PairFile> files, const ScorePairsOptions& options) {
  PairReport report;
  report.num_pairs = static_cast<std::int64_t>(files.front().pairs.size());
  for (const PairFile& file : files) report.systems.push_back(file.name);
  report.options = options;
  for (const auto& metric : MakePairMetrics(options.metrics)) {
    const MetricRun run(*metric, files, options);
    for (std::size_t score = 0; score < metric->scores().size(); ++score) {
      report.rows.push_back(run.Row(score));
    }
  }
  return report;
}

}  // namespace meval
