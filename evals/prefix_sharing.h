#ifndef MEVAL_EVALS_PREFIX_SHARING_H_
#define MEVAL_EVALS_PREFIX_SHARING_H_

// What a shared prefix saves: the time to the first token of a request that begins with it, cold
// (nothing in memory, prefix and suffix are fed) and warm (the prefix's keys and values are there,
// the suffix alone is fed). Cold and warm requests take turns, so that a machine that changes its
// pace does so for both.

#include <cstdint>
#include <stop_token>

#include "engine/open_batch.h"
#include "evals/serving_engine.h"
#include "reports/bench_record.h"

namespace meval {

struct PrefixSpec {
  std::int64_t prefix_tokens = 0;  // >= 1
  std::int64_t suffix_tokens = 0;  // >= 1; another one for each request
  std::int64_t repetitions = 5;    // >= 1, of each kind
  std::int64_t warmups = 1;
  std::int64_t vocab_size = 0;
  std::uint64_t seed = 1234;
};

// `batch` is idle.
PrefixTest RunPrefixTest(OpenBatch& batch, BenchClock& clock, const PrefixSpec& spec,
                         std::stop_token stop = {});

}  // namespace meval

#endif  // MEVAL_EVALS_PREFIX_SHARING_H_
