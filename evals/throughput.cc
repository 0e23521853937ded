#include "evals/throughput.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "evals/bench_results.h"
#include "metrics/numpy_random.h"
#include "metrics/repeated_measurement.h"

namespace meval {
namespace {

// The sequences of a test, filled to its depth.
std::vector<OpenBatch::Id> BeginSequences(OpenBatch& batch, const ThroughputSpec& spec,
                                          std::span<const TokenId> tokens) {
  std::vector<OpenBatch::Id> ids;
  for (std::int64_t b = 0; b < spec.batch; ++b) {
    ids.push_back(batch.Begin());
    if (spec.depth > 0) {
      batch.Ask(ids.back(), tokens.first(static_cast<std::size_t>(spec.depth)), 1);
    }
  }
  RunToIdle(batch);
  return ids;
}

// What the clock runs for.
void Repeat(OpenBatch& batch, const ThroughputSpec& spec, std::span<const OpenBatch::Id> ids,
            std::span<const TokenId> tokens) {
  if (spec.prompt_tokens > 0) {
    for (const OpenBatch::Id id : ids) {
      batch.Ask(id, tokens.first(static_cast<std::size_t>(spec.prompt_tokens)), 1);
    }
    RunToIdle(batch);
  }
  if (spec.new_tokens > 0) {
    for (const OpenBatch::Id id : ids) batch.Ask(id, tokens.first(1), spec.new_tokens);
    RunToIdle(batch);
  }
}

void RecordWork(const OpenBatch& batch, const ThroughputOptions& options, ThroughputTest& test) {
  const Work work = batch.work().total();
  test.rows = work.rows;
  test.rows_scored = batch.rows_scored();
  test.steps = work.steps;
  test.flops = work.flops;
  test.bytes = work.bytes;
  test.ceiling_seconds = batch.work().SecondsAt(options.flops_per_second, options.bytes_per_second);
}

}  // namespace

std::string NameOf(const ThroughputSpec& spec) {
  std::string name;
  if (spec.prompt_tokens > 0) name = fmt::format("pp{}", spec.prompt_tokens);
  if (spec.new_tokens > 0) name += fmt::format("{}tg{}", name.empty() ? "" : "+", spec.new_tokens);
  if (spec.depth > 0) name += fmt::format(" @ d{}", spec.depth);
  if (spec.batch > 1) name += fmt::format(" x{}", spec.batch);
  return name;
}

std::vector<TokenId> BenchTokens(std::int64_t count, std::int64_t vocab_size, std::uint64_t seed) {
  constexpr std::int64_t kFirst = 3;  // behind unknown, begin and end of sequence
  NumpyRandom random(seed);
  std::vector<TokenId> tokens;
  tokens.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    tokens.push_back(static_cast<TokenId>(
        kFirst + random.Below(static_cast<std::uint32_t>(vocab_size - kFirst))));
  }
  return tokens;
}

std::string WhyUnstable(const std::vector<double>& rates, std::optional<double> clock_before_mhz,
                        std::optional<double> clock_after_mhz) {
  if (static_cast<std::int64_t>(rates.size()) < kEnoughRepetitions) {
    return fmt::format("{} of {} repetitions", rates.size(), kEnoughRepetitions);
  }
  const double spread = SummarizeMeasurements(rates).RelativeSpread();
  if (spread > kUnstableSpread) return fmt::format("spread {:.1f} %", 100 * spread);
  if (clock_before_mhz && clock_after_mhz &&
      std::abs(*clock_after_mhz - *clock_before_mhz) > kUnstableClock * *clock_before_mhz) {
    return fmt::format("clock {:.0f} to {:.0f} MHz", *clock_before_mhz, *clock_after_mhz);
  }
  return "";
}

void RunToIdle(OpenBatch& batch) {
  while (!batch.is_idle()) batch.Step();
}

ThroughputTest RunThroughput(OpenBatch& batch, BenchClock& clock, const ThroughputSpec& spec,
                             const ThroughputOptions& options, std::stop_token stop) {
  ThroughputTest test;
  test.name = NameOf(spec);
  test.prompt_tokens = spec.prompt_tokens;
  test.new_tokens = spec.new_tokens;
  test.depth = spec.depth;
  test.batch = spec.batch;
  test.tokens = spec.batch * (spec.prompt_tokens + spec.new_tokens);

  const std::vector<TokenId> tokens =
      BenchTokens(std::max({spec.depth, spec.prompt_tokens, std::int64_t{1}}), options.vocab_size,
                  options.seed);
  const std::vector<OpenBatch::Id> ids = BeginSequences(batch, spec, tokens);
  const auto read_clock = [&]() -> std::optional<double> {
    return options.clock_mhz ? options.clock_mhz() : std::nullopt;
  };
  std::optional<double> clock_before;
  std::optional<EnergySpan> energy;
  double measured = 0;
  const auto is_enough = [&](std::int64_t done) {
    return done >= options.repetitions && measured >= options.min_seconds;
  };
  for (std::int64_t i = -options.warmups; !is_enough(i) && !stop.stop_requested(); ++i) {
    if (i == 0) {
      clock_before = read_clock();
      energy.emplace(options.joules, clock);
    }
    batch.ForgetWork();
    const double begin = clock.Now();
    Repeat(batch, spec, ids, tokens);
    const double seconds = clock.Now() - begin;
    if (i >= 0) {
      test.seconds.push_back(seconds);
      measured += seconds;
    }
    for (const OpenBatch::Id id : ids) batch.Truncate(id, spec.depth);
  }
  if (energy) test.energy = energy->Finish();
  if (test.energy) {
    test.energy->tokens = static_cast<std::int64_t>(test.seconds.size()) * test.tokens;
  }
  RecordWork(batch, options, test);
  for (const OpenBatch::Id id : ids) batch.End(id);
  if (test.seconds.empty()) return test;
  std::vector<double> rates;
  for (const double seconds : test.seconds) {
    rates.push_back(static_cast<double>(test.tokens) / seconds);
  }
  test.rate = ToSpread(rates);
  test.unstable = WhyUnstable(rates, clock_before, read_clock());
  return test;
}

}  // namespace meval
