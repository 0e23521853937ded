#ifndef MEVAL_EVALS_COMMAND_LINE_COMPARE_FLAGS_H_
#define MEVAL_EVALS_COMMAND_LINE_COMPARE_FLAGS_H_

// The flags of CompareOptions, which `compare` and `run --baseline` have in common.

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "evals/compare_options.h"

namespace meval::command_line {

class CompareFlags {
 public:
  void Add(CLI::App& app, CompareOptions& options, const std::string& group);
  // Those of `compare` alone: `run` has flags of these names for other things.
  void AddSelection(CLI::App& app, CompareOptions& options);
  // Throws UsageError for a value that is none.
  void Finish(CompareOptions& options) const;

 private:
  std::vector<std::string> margins_;
  std::vector<std::string> metrics_;
  std::string tasks_;
  int threads_ = 0;
};

}  // namespace meval::command_line

#endif  // MEVAL_EVALS_COMMAND_LINE_COMPARE_FLAGS_H_
