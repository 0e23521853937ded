#include "evals/prefix_sharing.h"

#include <vector>

#include "evals/bench_results.h"
#include "evals/throughput.h"
#include "metrics/ratio_of_times.h"

namespace meval {
namespace {

// The time to the first token of `tokens` behind what `id` holds; the rows that took.
double FirstTokenSeconds(OpenBatch& batch, BenchClock& clock, OpenBatch::Id id,
                         const std::vector<TokenId>& tokens, std::int64_t& rows) {
  batch.ForgetWork();
  const double begin = clock.Now();
  batch.Ask(id, tokens, 1);
  RunToIdle(batch);
  const double seconds = clock.Now() - begin;
  rows = batch.work().total().rows;
  batch.End(id);
  return seconds;
}

}  // namespace

PrefixTest RunPrefixTest(OpenBatch& batch, BenchClock& clock, const PrefixSpec& spec,
                         std::stop_token stop) {
  PrefixTest test;
  test.prefix_tokens = spec.prefix_tokens;
  test.suffix_tokens = spec.suffix_tokens;
  const std::vector<TokenId> prefix = BenchTokens(spec.prefix_tokens, spec.vocab_size, spec.seed);
  const OpenBatch::Id kept = batch.Begin();
  batch.Ask(kept, prefix, 1);
  RunToIdle(batch);
  for (std::int64_t i = 0; i < spec.warmups + spec.repetitions && !stop.stop_requested(); ++i) {
    const std::vector<TokenId> suffix = BenchTokens(spec.suffix_tokens, spec.vocab_size,
                                                    spec.seed + 1 + static_cast<std::uint64_t>(i));
    std::vector<TokenId> whole = prefix;
    whole.insert(whole.end(), suffix.begin(), suffix.end());
    const double cold = FirstTokenSeconds(batch, clock, batch.Begin(), whole, test.cold_rows);
    const double warm = FirstTokenSeconds(batch, clock, batch.Fork(kept, spec.prefix_tokens),
                                          suffix, test.warm_rows);
    if (i < spec.warmups) continue;
    test.cold_seconds.push_back(cold);
    test.warm_seconds.push_back(warm);
  }
  batch.End(kept);
  if (test.cold_seconds.empty()) return test;
  test.cold = ToSpread(test.cold_seconds);
  test.warm = ToSpread(test.warm_seconds);
  const TimeRatio ratio = RatioOfTimes(test.cold_seconds, test.warm_seconds);
  test.ratio = ratio.ratio;
  if (ratio.interval) {
    test.ratio_low = ratio.interval->low;
    test.ratio_high = ratio.interval->high;
  }
  return test;
}

}  // namespace meval
