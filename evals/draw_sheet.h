#ifndef MEVAL_EVALS_DRAW_SHEET_H_
#define MEVAL_EVALS_DRAW_SHEET_H_

// Records of a stored run for people to rate (reports/rating_sheet.h).

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "reports/prompt_parts.h"
#include "reports/rating_sheet.h"
#include "reports/result.h"
#include "tasks/task_definition.h"

namespace meval {

// `num_rows` of the samples that have an answer, or all of them where there are fewer, drawn
// without replacement by `seed`, in the order of the draw: who rates only the first rows has rated
// a random sample too. Texts of rolling tasks and continuations scored by themselves have no
// answer; of several completions the first is shown.
std::vector<SheetRow> DrawSheet(const TaskDefinition& task, std::span<const SampleResult> samples,
                                const PromptParts& parts, std::int64_t num_rows, std::int64_t seed);

// Writes sheet_<task>.csv and sheet_<task>.html for each task of the run that has answers; gives
// the paths. Throws DataError for a file of the run that is missing or damaged, UsageError for one
// that cannot be written.
std::vector<std::filesystem::path> WriteSheets(const std::filesystem::path& run,
                                               const RunReport& report, std::int64_t num_rows,
                                               const std::filesystem::path& folder);

}  // namespace meval

#endif  // MEVAL_EVALS_DRAW_SHEET_H_
