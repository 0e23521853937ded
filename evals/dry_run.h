#ifndef MEVAL_EVALS_DRY_RUN_H_
#define MEVAL_EVALS_DRY_RUN_H_

// `--dry-run`: what a run would compute, from prompts and tokenizer alone.

#include <iosfwd>
#include <vector>

#include "evals/eval_plan.h"
#include "evals/run_options.h"

namespace meval {

// Tokenises every task, plans it as the run would, and prints the totals to `out` (a table, or JSON
// if the formats ask for it). Writes the plans to options.dump_plan if that is given. No weights
// are read and no run directory is made. Throws as a run would before its first forward pass; a
// model that does not fit this machine's memory is planned as if it did, with a note to `err`.
void DryRun(const RunOptions& options, const std::vector<EvalPlan>& plans, std::ostream& out,
            std::ostream& err);

}  // namespace meval

#endif  // MEVAL_EVALS_DRY_RUN_H_
