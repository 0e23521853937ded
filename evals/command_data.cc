// `mistral-eval data`: which data sets are there, and where to get the others.

#include <ostream>

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "evals/commands.h"
#include "evals/run_eval.h"
#include "tasks/error.h"
#include "tasks/task_registry.h"

namespace meval {
namespace {

void PrintFiles(const TaskData& data, std::ostream& out) {
  // MMLU has 114 files: a long list says less than its sum.
  constexpr std::size_t kListed = 6;
  std::size_t listed = 0;
  for (const DataFile& file : data.files) {
    if (++listed > kListed) continue;
    fmt::print(out, "    {:<9} {}  {} records  {}\n", file.role, file.path.string(), file.records,
               file.sha256.substr(0, 16));
  }
  if (listed > kListed) fmt::print(out, "    ... and {} more files\n", listed - kListed);
}

void PrintTask(const Task& task, const DataSelection& selection, std::ostream& out) {
  const TaskDefinition& definition = task.definition();
  DataOptions options = TaskDataOptions(task, selection, definition.default_shots > 0);
  const DataStatus status = task.Locate(options);
  fmt::print(out, "{}: {}\n", definition.name, definition.title);
  if (!status.found) {
    fmt::print(out, "  missing: {} (licence: {})\n\n", status.missing, definition.license);
    return;
  }
  try {
    const TaskData data = task.Load(options);
    const bool is_sample = IsSamplesDir(status.data_dir);
    fmt::print(out, "  {}: {} records{}\n",
               is_sample ? "shipped samples (demonstration only, not comparable)" : "found",
               data.documents.size(),
               definition.expected_records
                   ? fmt::format(" (the full set has {})", *definition.expected_records)
                   : "");
    fmt::print(out, "  data digest {}  licence: {}\n", data.data_digest.substr(0, 16),
               is_sample ? "Apache-2.0 (written for this project)" : definition.license);
    PrintFiles(data, out);
    if (data.has_known_digest && !is_sample) {
      out << (*data.has_known_digest
                  ? "    byte for byte the files this definition was checked with\n"
                  : "    other bytes than the files this definition was checked with\n");
    }
    for (const std::string& warning : data.warnings) fmt::print(out, "  note: {}\n", warning);
    if (is_sample) fmt::print(out, "  the real set: {}\n", definition.upstream);
  } catch (const DataError& error) {
    fmt::print(out, "  cannot be used: {}\n", error.what());
  }
  out << '\n';
}

}  // namespace

int DataCommand(const DataCommandOptions& options, std::ostream& out) {
  const TaskRegistry registry(options.data.include_paths);
  RequireDataFilesAreUsed(options.data, registry.tasks(), "those there are");
  out << "Looked for data in:";
  for (const auto& directory : DataDirectories(options.data)) out << "  " << directory.string();
  out << "\n\n";
  for (const Task& task : registry.tasks()) PrintTask(task, options.data, out);
  return 0;
}

}  // namespace meval
