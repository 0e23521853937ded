#ifndef MEVAL_BENCH_COUNTERS_H_
#define MEVAL_BENCH_COUNTERS_H_

#include <benchmark/benchmark.h>

namespace meval {

// What one iteration of a benchmark moves and computes. They appear as bytes_per_second (binary
// prefixes) and FLOP (decimal prefixes, per second).
inline void SetRates(benchmark::State& state, double bytes, double flops) {
  const auto iterations = static_cast<double>(state.iterations());
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes * iterations));
  if (flops > 0) {
    state.counters["FLOP"] = benchmark::Counter(flops * iterations, benchmark::Counter::kIsRate);
  }
}

// For Apply(): one and two threads as the first argument, time by the clock beside that of all
// threads together.
inline void OnOneAndTwoThreads(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("threads")->Arg(1)->Arg(2)->MeasureProcessCPUTime()->UseRealTime()->Unit(
      benchmark::kMillisecond);
}

inline int NumThreads(const benchmark::State& state) { return static_cast<int>(state.range(0)); }

}  // namespace meval

#endif  // MEVAL_BENCH_COUNTERS_H_
