// Resampling and ratings, of the sizes of MMLU and of a chatbot arena.
//
//   build/dev/bench/metric_bench --benchmark_filter='Means|Bleu/|Battles'

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/counters.h"
#include "bench/synthetic_text.h"
#include "metrics/bleu.h"
#include "metrics/bootstrap.h"
#include "metrics/bradley_terry.h"
#include "metrics/elo.h"
#include "metrics/python_random.h"
#include "metrics/summed_statistics.h"

namespace meval {
namespace {

constexpr int kRecords = 14042;  // of MMLU

std::vector<double> Hits() {
  std::vector<double> hits;
  for (int i = 0; i < kRecords; ++i) hits.push_back(i % 3 == 0 ? 1 : 0);
  return hits;
}

constexpr std::int64_t kReplicates = 100'000;

// The reference's resamples.
void ReferenceMeans(benchmark::State& state) {
  const std::vector<double> hits = Hits();
  for (auto _ : state) {
    benchmark::DoNotOptimize(BootstrapMeans(hits, kReplicates, NumThreads(state)));
  }
}
BENCHMARK(ReferenceMeans)->Apply(OnOneAndTwoThreads);

void CountedMeans(benchmark::State& state) {
  const std::vector<double> hits = Hits();
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        ResampleMeans(hits, {.num_resamples = kReplicates, .num_threads = NumThreads(state)}));
  }
}
BENCHMARK(CountedMeans)->Apply(OnOneAndTwoThreads);

constexpr std::size_t kDocuments = 1'000;
constexpr std::int64_t kBleuReplicates = 1'000;

// Rows of sys_len, ref_len, then correct and total of each order.
SegmentStatistics BleuRows() {
  const TextPairs pairs = MakeSentencePairs(kDocuments);
  SegmentStatistics rows(10);
  for (std::size_t i = 0; i < kDocuments; ++i) {
    const BleuStatistics counts =
        CountBleu(pairs.hypotheses[i], std::vector<std::string>{pairs.references[i]});
    std::vector<double> row = {static_cast<double>(counts.sys_len),
                               static_cast<double>(counts.ref_len)};
    row.insert(row.end(), counts.correct.begin(), counts.correct.end());
    row.insert(row.end(), counts.total.begin(), counts.total.end());
    rows.Add(row);
  }
  return rows;
}

double ScoreRow(std::span<const double> sums) {
  const auto whole = [&](std::size_t i) { return static_cast<std::int64_t>(sums[i]); };
  BleuStatistics statistics;
  statistics.sys_len = whole(0);
  statistics.ref_len = whole(1);
  for (std::size_t n = 0; n < 4; ++n) {
    statistics.correct.push_back(whole(2 + n));
    statistics.total.push_back(whole(6 + n));
  }
  return ScoreBleu(statistics).score;
}

// The reference's resamples of documents, and own ones.
void ReferenceBleu(benchmark::State& state) {
  const SegmentStatistics rows = BleuRows();
  const auto score = [&](std::span<const std::int64_t> drawn) {
    std::vector<double> sums(rows.width(), 0);
    for (const std::int64_t i : drawn) {
      AddRow(sums, rows[static_cast<std::size_t>(i)]);
    }
    return ScoreRow(sums);
  };
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        BootstrapReplicates(kDocuments, kBleuReplicates, score, NumThreads(state)));
  }
}
BENCHMARK(ReferenceBleu)->Apply(OnOneAndTwoThreads);

void ResampledBleu(benchmark::State& state) {
  const SegmentStatistics rows = BleuRows();
  for (auto _ : state) {
    benchmark::DoNotOptimize(ResampleScores(
        rows, ScoreRow, {.num_resamples = kBleuReplicates, .num_threads = NumThreads(state)}));
  }
}
BENCHMARK(ResampledBleu)->Apply(OnOneAndTwoThreads);

// 100 000 battles of so many models.
BattleLog RandomBattles(std::int64_t num_models) {
  PythonRandom random(4);
  BattleLog log;
  for (int i = 0; i < 100000; ++i) {
    const std::int64_t a = random.Below(num_models);
    const std::int64_t b = random.Below(num_models);
    const bool first_wins =
        random.Random() < 0.5 + 0.3 * static_cast<double>(a - b) / static_cast<double>(num_models);
    if (a != b) {
      log.Add("model " + std::to_string(a), "model " + std::to_string(b),
              first_wins ? BattleOutcome::kModelA : BattleOutcome::kModelB);
    }
  }
  return log;
}

void BattlesBradleyTerry(benchmark::State& state) {
  const BattleLog log = RandomBattles(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(FitBradleyTerry(log));
  }
}
BENCHMARK(BattlesBradleyTerry)->Arg(20)->Arg(200)->Unit(benchmark::kMillisecond);

void BattlesIntervals(benchmark::State& state) {
  const BattleLog log = RandomBattles(20);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        BootstrapBradleyTerry(log, {}, {.num_resamples = 100, .num_threads = NumThreads(state)}));
  }
}
BENCHMARK(BattlesIntervals)->Apply(OnOneAndTwoThreads);

void BattlesElo(benchmark::State& state) {
  const BattleLog log = RandomBattles(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(EloRatings(log));
  }
}
BENCHMARK(BattlesElo)->Arg(20)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace meval
