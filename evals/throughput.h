#ifndef MEVAL_EVALS_THROUGHPUT_H_
#define MEVAL_EVALS_THROUGHPUT_H_

// Prefill and decode rates, with the tests and the counting of llama-bench:
//
//   ppP        feeds P tokens to each sequence, one row of logits each
//   tgN        N steps of one token each
//   ppP+tgN    one after the other
//   ... @ dD   behind D tokens that are there before the clock starts
//   ... xB     for B sequences at once, each with keys and values of its own
//
// The rate is B (P + N) / seconds. llama-bench has no B; its own is 1.

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/open_batch.h"
#include "evals/bench_options.h"
#include "evals/energy_span.h"
#include "evals/serving_engine.h"
#include "kernels/tensor.h"
#include "reports/bench_record.h"

namespace meval {

// "pp512", "tg128 @ d1024 x8".
std::string NameOf(const ThroughputSpec& spec);

// Ids from 3 on, below vocab_size, of a seed: what they are takes no time.
std::vector<TokenId> BenchTokens(std::int64_t count, std::int64_t vocab_size, std::uint64_t seed);

struct ThroughputOptions {
  std::int64_t repetitions = 5;  // at least
  // More repetitions until those recorded took so long: those of a small model are over within
  // milliseconds, in which a machine is in one state only.
  double min_seconds = 0;
  std::int64_t warmups = 1;  // not recorded
  std::int64_t vocab_size = 0;
  std::uint64_t seed = 1234;
  // For the least time: 0 where it is not asked for.
  double flops_per_second = 0;
  double bytes_per_second = 0;
  // Clock of the processor in MHz, where readable: read before the first and after the last
  // repetition.
  std::function<std::optional<double>()> clock_mhz = {};
  JouleCounter joules = {};  // read at the same moments
};

// Fewer repetitions than this make a test unstable.
inline constexpr std::int64_t kEnoughRepetitions = 5;
// So does a processor's clock that changes by more than this share meanwhile.
inline constexpr double kUnstableClock = 0.1;

// Steps until nothing is left to do.
void RunToIdle(OpenBatch& batch);

// `batch` is idle and holds no sequence that this test needs the pages of. Once `stop` is requested
// returns with the repetitions that are done; none: `seconds` is empty and `rate` is zero.
ThroughputTest RunThroughput(OpenBatch& batch, BenchClock& clock, const ThroughputSpec& spec,
                             const ThroughputOptions& options, std::stop_token stop = {});

// Why figures are not to be relied on: few repetitions, their spread, the clock. "" where nothing
// speaks against them.
std::string WhyUnstable(const std::vector<double>& rates, std::optional<double> clock_before_mhz,
                        std::optional<double> clock_after_mhz);

}  // namespace meval

#endif  // MEVAL_EVALS_THROUGHPUT_H_
