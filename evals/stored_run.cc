#include "evals/stored_run.h"

#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "reports/error.h"
#include "reports/run_directory.h"
#include "tasks/digest.h"
#include "tasks/error.h"
#include "tasks/task_registry.h"

namespace meval {
namespace {

namespace fs = std::filesystem;

// Reads a file of the run with `read`; what is wrong with it is wrong data (exit code 3).
template <typename Read>
auto ReadFile(const fs::path& path, const std::string& what, Read read) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    throw DataError(path.string() + ": expected " + what +
                    ", found no file that can be read. A run that was stopped continues with the "
                    "same command and --out");
  }
  try {
    return read(in, path.string());
  } catch (const ReportError& error) {
    throw DataError(error.what());
  }
}

}  // namespace

RunRecord ReadRunRecord(const fs::path& directory) {
  return ReadFile(directory / "run.json", "the record of a run", ReadRunJson);
}

RunReport ReadRunReport(const fs::path& directory) {
  return ReadFile(directory / "results.json", "the report of a run", ReadResultsJson);
}

SampleLog ReadSampleLog(const fs::path& directory, const std::string& task) {
  return ReadFile(directory / SamplesFileName(task), "the sample log of task \"" + task + "\"",
                  [](std::istream& in, const std::string& name) -> SampleLog {
                    const std::string text{std::istreambuf_iterator<char>(in), {}};
                    return {ReadSamplesJsonl(text, name), Sha256(text)};
                  });
}

PromptParts ReadStoredParts(const fs::path& directory, const std::string& task) {
  const fs::path path = directory / PromptsFileName(task);
  if (!fs::exists(path)) return {};
  return ReadFile(
      path, "the prompts of task \"" + task + "\"", [](std::istream& in, const std::string& name) {
        return ReadPromptParts(std::string{std::istreambuf_iterator<char>(in), {}}, name);
      });
}

Task DefinitionOf(const TaskResult& task, const RunRecord& run, const fs::path& directory) {
  const std::string run_json = (directory / "run.json").string();
  const auto found = run.definitions.find(task.task);
  if (found != run.definitions.end()) {
    return Task::Parse(found->second, run_json + ": definition of task \"" + task.task + "\"");
  }
  const TaskRegistry registry;
  const Task* built_in = registry.Find(task.task);
  if (built_in != nullptr && built_in->definition().digest == task.definition_digest) {
    return *built_in;
  }
  throw DataError(fmt::format(
      "{}: field \"definitions.{}\": expected the definition of the task, found nothing (an older "
      "build wrote this run), and no built-in task has the digest {}. Run the task again",
      run_json, task.task, task.definition_digest));
}

}  // namespace meval
