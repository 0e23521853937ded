#ifndef MEVAL_EVALS_SHEET_COMMAND_H_
#define MEVAL_EVALS_SHEET_COMMAND_H_

#include <iosfwd>
#include <span>
#include <string>
#include <vector>

namespace meval {

// `mistral-eval score --sheet`: what raters filled in (evals/score_sheets.h). It has no flag in
// common with the other calls of `score` but --format and --out.
struct SheetOptions {
  std::vector<std::string> sheets;  // CSV files, one a rater; "-": stdin
  std::string format = "console";   // console | json
  std::string out = "-";            // "-": stdout
};

// Whether arguments of `score` are such a call.
bool IsSheetCall(std::span<const std::string> arguments);

// Throws UsageError.
SheetOptions ParseSheet(std::span<const std::string> arguments);

// Returns an exit code. Throws DataError for a sheet that cannot be read.
int SheetCommand(const SheetOptions& options, std::istream& in, std::ostream& out);

}  // namespace meval

#endif  // MEVAL_EVALS_SHEET_COMMAND_H_
