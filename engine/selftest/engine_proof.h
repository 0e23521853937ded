#ifndef MEVAL_ENGINE_SELFTEST_ENGINE_PROOF_H_
#define MEVAL_ENGINE_SELFTEST_ENGINE_PROOF_H_

// The same bits whatever the schedule: runs a workload once under a base schedule, then in every
// other way, and compares.

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/selftest/check_list.h"
#include "engine/selftest/random.h"
#include "engine/selftest/subject.h"
#include "engine/selftest/workload.h"

namespace meval::selftest {

// What the proof of the engine consists of.
CheckList EngineChecks(std::string_view only);

struct ProofOptions {
  std::string model;       // for messages: which model and seed
  std::uint64_t seed = 0;  // of the schedules and orders tried
  Schedule base;
  std::vector<int> thread_counts = {1, 2, 4};
  // Schedules are tried one by one, each with an engine of its own. Where loading takes long, all
  // that may differ differs at once instead: three engines in all.
  bool one_by_one = true;
  std::int64_t rounds = 1;  // of what is drawn at random
  std::int64_t most_tokenwise_rows =
      1'000'000;              // requests fed token by token, up to this many rows
  std::stop_token stop = {};  // once requested, no further comparison is begun
};

// Adds to `checks` what becomes of both workloads. What is wrong with a schedule, exceptions
// included, is a failure of its check; exceptions of the base schedule are failures of
// "engine.answers".
void ProveEngine(Subject& subject, ScoreWorkload& scores, GenerateWorkload& generations,
                 const ProofOptions& options, CheckList& checks);

}  // namespace meval::selftest

#endif  // MEVAL_ENGINE_SELFTEST_ENGINE_PROOF_H_
