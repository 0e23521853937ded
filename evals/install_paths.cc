#include "evals/install_paths.h"

#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

#include "engine/error.h"
#include "tasks/error.h"

namespace meval {
namespace {

namespace fs = std::filesystem;

// Looks for `installed` below the share directory and for `in_source` below the source tree.
fs::path FindShipped(const std::string& installed, const std::string& in_source,
                     std::string& tried) {
  std::vector<fs::path> candidates;
  if (const char* home = std::getenv("MISTRAL_EVAL_HOME"); home != nullptr && *home != '\0') {
    candidates.push_back(fs::path(home) / installed);
    candidates.push_back(fs::path(home) / in_source);
  }
  std::error_code error;
  const fs::path binary = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    candidates.push_back(binary.parent_path() / ".." / "share" / "mistral-eval" / installed);
  }
  candidates.push_back(fs::path(MEVAL_SOURCE_DIR) / in_source);
  for (const fs::path& candidate : candidates) {
    if (fs::exists(candidate, error)) return fs::weakly_canonical(candidate);
    tried += "\n  " + candidate.string();
  }
  return {};
}

fs::path FindNumbers(const std::string& file, const std::string& what_was) {
  std::string tried;
  fs::path found = FindShipped(file, file, tried);
  if (found.empty()) {
    throw DataError(what_was + " not found; tried:" + tried +
                    "\nReinstall, or set MISTRAL_EVAL_HOME to the source tree.");
  }
  return found;
}

}  // namespace

fs::path SamplesDir() {
  std::string tried;
  fs::path found = FindShipped("samples", "tasks/samples", tried);
  if (found.empty()) {
    throw DataError("the shipped samples were not found; tried:" + tried +
                    "\nReinstall, or set MISTRAL_EVAL_HOME to the source tree.");
  }
  return found;
}

fs::path TinyModelDir() {
  std::string tried;
  fs::path found = FindShipped("models/tiny", "models/tiny", tried);
  if (found.empty()) {
    throw ModelError("the shipped model \"tiny\" was not found; tried:" + tried +
                     "\nReinstall, set MISTRAL_EVAL_HOME to the source tree, or name a checkpoint "
                     "with --model.");
  }
  return found;
}

fs::path WorkloadLengthsFile() {
  return FindNumbers("models/workload_lengths.json", "the lengths of the evaluations were");
}

fs::path TinyGoldensFile() {
  return FindNumbers("models/tiny_goldens.json", "the goldens of the shipped model were");
}

}  // namespace meval
