// Resampling and ratings, of the sizes of MMLU and of a chatbot arena.
//
//   build/dev/bench/metric_bench --benchmark_filter='Means|Battles'

#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "metrics/bootstrap.h"
#include "metrics/bradley_terry.h"
#include "metrics/elo.h"
#include "metrics/python_random.h"

namespace meval {
namespace {

constexpr int kRecords = 14042;  // of MMLU

std::vector<double> Hits() {
  std::vector<double> hits;
  for (int i = 0; i < kRecords; ++i) hits.push_back(i % 3 == 0 ? 1 : 0);
  return hits;
}

// The reference's resamples, a chunk of 1000 of them.
void ReferenceMeans(benchmark::State& state) {
  const std::vector<double> hits = Hits();
  for (auto _ : state) {
    benchmark::DoNotOptimize(BootstrapMeans(hits, 1000));
  }
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(ReferenceMeans);

void CountedMeans(benchmark::State& state) {
  const std::vector<double> hits = Hits();
  for (auto _ : state) {
    benchmark::DoNotOptimize(ResampleMeans(hits, {.num_resamples = 1000}));
  }
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(CountedMeans);

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

void BattlesElo(benchmark::State& state) {
  const BattleLog log = RandomBattles(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(EloRatings(log));
  }
}
BENCHMARK(BattlesElo)->Arg(20)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace meval
