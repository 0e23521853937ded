#ifndef MEVAL_EVALS_CODE_RUNNER_H_
#define MEVAL_EVALS_CODE_RUNNER_H_

// Runs the programs that completions are part of, each in a sandbox of its own, and writes down how
// they ended. A run and a recomputation from its sample log both come through here.

#include <cstdint>
#include <map>
#include <span>
#include <stop_token>
#include <string>

#include "evals/code_options.h"
#include "reports/result.h"
#include "tasks/task_definition.h"

#include "sandbox/sandbox.h"

namespace meval {

// The verdict on a completion that holds no code; the others are those of sandbox/sandbox.h.
inline constexpr char kNotExtracted[] = "not extracted";
inline constexpr char kPassed[] = "passed";

class CodeRunner {
 public:
  // Throws SandboxError where programs cannot be run, with what to do. `num_threads` programs run
  // beside each other; no verdict depends on it, since a program's clock stands still while it
  // waits for a processor (sandbox/sandbox.h).
  CodeRunner(const CodeOptions& options, int num_threads);

  // Gives a verdict to every completion of the scored samples, replacing those there are; equal
  // programs are run once. False if `stop` was requested before all were run: the others have
  // none then.
  bool Run(const TaskDefinition& task, std::span<SampleResult> samples,
           const std::stop_token& stop = {}) const;

  // "bubblewrap 0.8.0, Python 3.11.2; 3 s, 1024 MiB, 16 processes": what a report says of it.
  std::string Describe(const TaskDefinition& task) const;

 private:
  SandboxLimits LimitsOf(const TaskDefinition& task) const;

  CodeOptions options_;
  int num_threads_;
  Sandbox sandbox_;
};

// How many completions of the scored samples have each verdict; those without one are left out.
std::map<std::string, std::int64_t> CountVerdicts(std::span<const SampleResult> samples);
// Whether every completion of the scored samples has one.
bool HasVerdicts(std::span<const SampleResult> samples);

}  // namespace meval

#endif  // MEVAL_EVALS_CODE_RUNNER_H_
