#ifndef MEVAL_TESTS_EVALS_RUN_PROGRAM_H_
#define MEVAL_TESTS_EVALS_RUN_PROGRAM_H_

// The whole program in this process, with strings for its streams.

#include <stdlib.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "evals/program.h"

namespace meval::testing {

struct ProgramResult {
  int code = 0;
  std::string out;
  std::string err;
};

inline ProgramResult RunMain(std::vector<std::string> arguments, const std::string& input = "") {
  arguments.insert(arguments.begin(), "mistral-eval");
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  ProgramResult result;
  result.code = RunProgram(arguments, in, out, err);
  result.out = out.str();
  result.err = err.str();
  return result;
}

// Adds what every small run has: the shipped samples, little memory, no notes, and, where no model
// is named, random weights, which compute a tenth of what the shipped model does.
inline std::vector<std::string> SmallRun(std::vector<std::string> arguments) {
  if (std::find(arguments.begin(), arguments.end(), "--model") == arguments.end()) {
    arguments.insert(arguments.end(), {"--model", "random:tiny"});
  }
  for (const char* more : {"--data", MEVAL_SOURCE_DIR "/tasks/samples", "--kv-memory", "32M",
                           "--threads", "1", "--quiet"}) {
    arguments.emplace_back(more);
  }
  return arguments;
}

// The working directory until the end of the scope.
class WorkingDirectory {
 public:
  explicit WorkingDirectory(const std::filesystem::path& path)
      : previous_(std::filesystem::current_path()) {
    std::filesystem::current_path(path);
  }
  ~WorkingDirectory() {
    std::error_code ignored;
    std::filesystem::current_path(previous_, ignored);
  }
  WorkingDirectory(const WorkingDirectory&) = delete;
  WorkingDirectory& operator=(const WorkingDirectory&) = delete;

 private:
  std::filesystem::path previous_;
};

}  // namespace meval::testing

#endif  // MEVAL_TESTS_EVALS_RUN_PROGRAM_H_
