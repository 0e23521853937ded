#ifndef MEVAL_EVALS_COMMANDS_H_
#define MEVAL_EVALS_COMMANDS_H_

// The commands behind the words of the command line. Each returns an exit code; results go to
// `out`, notes to `err`.

#include <iosfwd>

#include "evals/flags.h"
#include "evals/run_options.h"

namespace meval {

int RunCommand(const RunOptions& options, std::ostream& out, std::ostream& err);
int TasksCommand(const TasksOptions& options, std::ostream& out);
int DataCommand(const DataCommandOptions& options, std::ostream& out);
int LoglikelihoodCommand(const JsonlOptions& options, std::istream& in, std::ostream& out,
                         std::ostream& err);
int GenerateCommand(const JsonlOptions& options, std::istream& in, std::ostream& out,
                    std::ostream& err);
int PerplexityCommand(const PerplexityOptions& options, std::ostream& out, std::ostream& err);
int TokenizeCommand(const TokenizeOptions& options, std::istream& in, std::ostream& out);
int ModelCommand(const ModelCommandOptions& options, std::ostream& out);
int SelftestCommand(const SelftestCommandOptions& options, std::ostream& out, std::ostream& err);
int GpuCheckCommand(const GpuCheckOptions& options, std::ostream& out, std::ostream& err);
int ScoreCommand(const ScoreOptions& options, std::istream& in, std::ostream& out);
int ArenaCommand(const ArenaOptions& options, std::istream& in, std::ostream& out);
int CompareCommand(const CompareCommandOptions& options, std::ostream& out, std::ostream& err);
int HistoryCommand(const HistoryOptions& options, std::ostream& out);
int VersionCommand(std::ostream& out);

}  // namespace meval

#endif  // MEVAL_EVALS_COMMANDS_H_
