#ifndef MEVAL_EVALS_SEQUENTIAL_RUN_H_
#define MEVAL_EVALS_SEQUENTIAL_RUN_H_

// One task of a sequential run: evaluated look by look until its verdict is known.

#include <filesystem>
#include <string>
#include <vector>

#include "evals/baseline_gate.h"
#include "evals/eval.h"
#include "evals/text_encoder.h"
#include "reports/result.h"

namespace meval {

struct SequentialEnvironment {
  const EvalEnvironment& environment;  // its journal must not be null
  const TextEncoder& encoder;
  int num_threads = 1;            // that tokenise
  std::filesystem::path journal;  // the file behind environment.journal
  std::string run;                // as the journal's first line names it
};

// The result of the records that were evaluated, with a warning where those are not all; samples go
// to `samples`. Results of earlier looks come from the journal, so nothing is asked twice, and a
// task that is evaluated to its end has the report of an ordinary run. The gate learns at which
// look the task ended.
TaskResult RunTaskInLooks(const EvalPlan& plan, const SequentialEnvironment& environment,
                          BaselineGate& gate, std::vector<SampleResult>& samples,
                          bool& is_complete);

}  // namespace meval

#endif  // MEVAL_EVALS_SEQUENTIAL_RUN_H_
