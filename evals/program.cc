#include "evals/program.h"

#include <algorithm>
#include <exception>
#include <new>
#include <ostream>
#include <vector>

#include "engine/error.h"
#include "evals/bench_options.h"
#include "evals/commands.h"
#include "evals/flags.h"
#include "evals/report_options.h"
#include "evals/sheet_command.h"
#include "kernels/check.h"
#include "kernels/setting_error.h"
#include "reports/error.h"
#include "tasks/error.h"
#include "tasks/nearest_name.h"

#include "sandbox/sandbox.h"

namespace meval {
namespace {

int Dispatch(std::span<const std::string> arguments, std::istream& in, std::ostream& out,
             std::ostream& err) {
  if (arguments.size() < 2) {
    out << OverviewHelp();
    return kExitOk;
  }
  const std::string& word = arguments[1];
  if (word == "--help" || word == "-h" || word == "help") {
    out << OverviewHelp();
    return kExitOk;
  }
  if (word == "--version") return VersionCommand(out);
  const bool has_command = !word.starts_with('-');
  const std::span<const std::string> rest = arguments.subspan(has_command ? 2 : 1);
  if (!has_command || word == "run") {
    RunOptions options = ParseRun(rest);
    options.command.assign(arguments.begin(), arguments.end());
    return RunCommand(options, out, err);
  }
  if (word == "tasks") return TasksCommand(ParseTasks(rest), out);
  if (word == "data") return DataCommand(ParseData(rest), out);
  if (word == "loglikelihood") return LoglikelihoodCommand(ParseLoglikelihood(rest), in, out, err);
  if (word == "generate") return GenerateCommand(ParseGenerate(rest), in, out, err);
  if (word == "perplexity") {
    PerplexityOptions options = ParsePerplexity(rest);
    options.command.assign(arguments.begin(), arguments.end());
    return PerplexityCommand(options, out, err);
  }
  if (word == "tokenize") return TokenizeCommand(ParseTokenize(rest), in, out);
  if (word == "model") return ModelCommand(ParseModel(rest), out);
  if (word == "score" && IsSheetCall(rest)) return SheetCommand(ParseSheet(rest), in, out);
  if (word == "score") return ScoreCommand(ParseScore(rest), in, out);
  if (word == "arena") return ArenaCommand(ParseArena(rest), in, out);
  if (word == "compare") return CompareCommand(ParseCompare(rest), out, err);
  if (word == "history") return HistoryCommand(ParseHistory(rest), out);
  if (word == "bench") {
    BenchOptions options = ParseBench(rest);
    options.command.assign(arguments.begin(), arguments.end());
    return BenchCommand(options, out, err);
  }
  if (word == "report") return ReportCommand(ParseReport(rest), out, err);
  if (word == "selftest") return SelftestCommand(ParseSelftest(rest), out, err);
  if (word == "gpu-check") return GpuCheckCommand(ParseGpuCheck(rest), out, err);
  if (word == "version") return VersionCommand(out);
  const std::vector<std::string> names(CommandNames().begin(), CommandNames().end());
  throw UsageError("\"" + word + "\": expected a command or a flag" +
                   tasks::DidYouMean(word, names) + "\nSee: mistral-eval --help");
}

int Report(std::ostream& err, const std::exception& error, ExitCode code) {
  err << "mistral-eval: " << error.what() << '\n';
  return code;
}

}  // namespace

int RunProgram(std::span<const std::string> arguments, std::istream& in, std::ostream& out,
               std::ostream& err) {
  try {
    const int code = Dispatch(arguments, in, out, err);
    out.flush();
    return code;
  } catch (const HelpRequested& help) {
    out << help.what();
    return kExitOk;
  } catch (const UsageError& error) {
    return Report(err, error, kExitUsage);
  } catch (const UnknownTaskError& error) {
    return Report(err, error, kExitUsage);
  } catch (const ReportError& error) {
    return Report(err, error, kExitUsage);
  } catch (const DataError& error) {
    return Report(err, error, kExitData);
  } catch (const ModelError& error) {
    return Report(err, error, kExitModel);
  } catch (const SettingError& error) {
    return Report(err, error, kExitUsage);
  } catch (const DeviceError& error) {
    return Report(err, error, kExitDevice);
  } catch (const SandboxError& error) {
    return Report(err, error, kExitDevice);
  } catch (const std::bad_alloc&) {
    err << "mistral-eval: out of memory. Try a smaller --kv-memory, --batch-tokens or "
           "--max-length.\n";
    return kExitDevice;
  } catch (const std::exception& error) {
    err << "mistral-eval: internal error: " << error.what()
        << "\nThis is a fault of the program, not of your input: please "
        << "report it with the command line.\n";
    return kExitInternal;
  }
}

}  // namespace meval
