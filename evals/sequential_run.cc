#include "evals/sequential_run.h"

#include <utility>

#include <fmt/format.h>

#include "evals/encoded_task.h"
#include "evals/run_eval.h"
#include "reports/journal.h"

namespace meval {

TaskResult RunTaskInLooks(const EvalPlan& plan, const SequentialEnvironment& environment,
                          BaselineGate& gate, std::vector<SampleResult>& samples,
                          bool& is_complete) {
  const EvalEnvironment& outer = environment.environment;
  for (std::size_t look = 0;; ++look) {
    const EvalPlan part = gate.looks().PlanUpTo(plan, look);
    outer.journal->Flush();
    const JournalContents finished = ReadJournal(environment.journal, environment.run);
    const EvalEnvironment inner = {outer.model,    finished,   outer.journal,
                                   outer.progress, outer.stop, outer.code};
    TaskResult result =
        RunTask(part, EncodeTask(part, environment.encoder, environment.num_threads, outer.stop),
                inner, samples, is_complete);
    const bool is_last = look + 1 == SequentialLooks::kShares.size();
    if (!is_complete || is_last || gate.IsDecided(result, plan.definition(), samples, look)) {
      gate.SetLook(result.task, look);
      if (is_complete && !is_last) {
        result.warnings.push_back(fmt::format(
            "stopped after {} of {} documents, since the comparison with the baseline was decided "
            "by then; the scores are of these documents",
            part.selected.size(), plan.selected.size()));
      }
      return result;
    }
  }
}

}  // namespace meval
