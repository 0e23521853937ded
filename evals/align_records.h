#ifndef MEVAL_EVALS_ALIGN_RECORDS_H_
#define MEVAL_EVALS_ALIGN_RECORDS_H_

// Puts the records of several runs side by side, and refuses runs that were not asked the same.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "reports/outcomes.h"

namespace meval {

struct AlignedTask {
  std::vector<const TaskOutcomes*> tasks;  // of each run
  // [run][i]: record i of each run is the same record, asked with the same prompt; in the order of
  // the first run.
  std::vector<std::vector<const RecordOutcome*>> records;
  std::int64_t num_left_out = 0;  // records that some run lacks
};

// The task of this name in all runs. Records align by their digests, or by those of their prompts
// where a run does not know the former; equal ones (a set may hold a question twice) in their
// order. With `common`, records that some run lacks are left out and counted.
//
// Throws UsageError, naming both runs and both digests: a record whose prompts differ; without
// `common` also a record that a run lacks, or data files that differ; always no record in common,
// and no task of this name.
AlignedTask AlignRecords(std::span<const RunOutcomes> runs, const std::string& task, bool common);

}  // namespace meval

#endif  // MEVAL_EVALS_ALIGN_RECORDS_H_
