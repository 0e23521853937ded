// `mistral-eval data`: which data sets are there, and where to get the others.

#include <ostream>
#include <string>
#include <vector>

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
    fmt::print(out, "  cannot be used: {} (licence: {})\n", error.what(), definition.license);
  }
  out << '\n';
}

// What differs between a set and its definition; the samples of this project are no such set.
class Verification {
 public:
  explicit Verification(std::ostream& out) : out_(out) {}

  void Verify(const Task& task, const DataSelection& selection) {
    DataOptions options = TaskDataOptions(task, selection, /*needs_exemplars=*/false);
    const DataStatus status = task.Locate(options);
    if (!status.found || IsSamplesDir(status.data_dir)) {
      missing_.push_back(task.name());
      return;
    }
    ++num_checked_;
    options.allow_count_mismatch = true;  // the count is compared here
    // The pool is read too where it is there.
    options.needs_exemplars = status.missing.empty();
    if (!status.missing.empty()) without_exemplars_.push_back(task.name());
    try {
      Compare(task.definition(), task.Load(options));
    } catch (const DataError& error) {
      Differs(task.name(), error.what());
    }
  }

  // Exit code 3 where anything differs.
  int Finish() {
    fmt::print(out_, "\n{} sets looked at, {} differ; {} are not here{}{}\n", num_checked_,
               num_differing_, missing_.size(), missing_.empty() ? "" : ": ",
               fmt::join(missing_, ", "));
    if (!without_exemplars_.empty()) {
      fmt::print(out_, "without the exemplars that shots need: {}\n",
                 fmt::join(without_exemplars_, ", "));
    }
    if (num_differing_ == 0) return 0;
    throw DataError(fmt::format("data verify: {} of {} sets differ from their definitions",
                                num_differing_, num_checked_));
  }

 private:
  void Compare(const TaskDefinition& definition, const TaskData& data) {
    const auto count = static_cast<std::int64_t>(data.documents.size());
    std::string differences;
    const auto add = [&](const std::string& what) {
      differences += (differences.empty() ? "" : "; ") + what;
    };
    if (definition.expected_records && *definition.expected_records != count) {
      add(fmt::format("expected {} records, found {}", *definition.expected_records, count));
    }
    if (!data.has_known_digest.value_or(true)) {
      add(fmt::format("other bytes than those this definition was checked with (found {})",
                      data.data_digest));
    }
    if (!data.exemplars_have_known_digest.value_or(true)) {
      add(fmt::format("other exemplars (found {})", data.exemplar_digest));
    }
    for (const std::string& warning : data.warnings) {
      fmt::print(out_, "{:<28} note: {}\n", definition.name, warning);
    }
    if (!differences.empty()) return Differs(definition.name, differences);
    fmt::print(out_, "{:<28} {} records{}{}\n", definition.name, count,
               definition.expected_records ? ", as many as expected" : "",
               data.has_known_digest ? ", the known bytes" : ", no digest is known");
  }

  void Differs(const std::string& task, const std::string& what) {
    ++num_differing_;
    fmt::print(out_, "{:<28} DIFFERS: {}\n", task, what);
  }

  std::ostream& out_;
  std::int64_t num_checked_ = 0;
  std::int64_t num_differing_ = 0;
  std::vector<std::string> missing_;
  std::vector<std::string> without_exemplars_;
};

}  // namespace

int DataCommand(const DataCommandOptions& options, std::ostream& out) {
  const TaskRegistry registry(options.data.include_paths);
  const std::vector<Task> tasks =
      options.tasks.empty() ? registry.tasks()
                            : registry.Resolve(fmt::format("{}", fmt::join(options.tasks, ",")));
  RequireDataFilesAreUsed(options.data, tasks, "those asked for");
  out << "Looked for data in:";
  for (const auto& directory : DataDirectories(options.data)) out << "  " << directory.string();
  out << "\n\n";
  if (options.verify) {
    Verification verification(out);
    for (const Task& task : tasks) verification.Verify(task, options.data);
    return verification.Finish();
  }
  for (const Task& task : tasks) PrintTask(task, options.data, out);
  return 0;
}

}  // namespace meval
