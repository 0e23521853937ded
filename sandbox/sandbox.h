#ifndef MEVAL_SANDBOX_SANDBOX_H_
#define MEVAL_SANDBOX_SANDBOX_H_

// Runs Python programs that nobody has read and nobody trusts, such as a model writes.
//
//   const Sandbox sandbox;                                     // throws where there can be none
//   const ProgramOutcome result = sandbox.Run(program, {.wall_seconds = 3});
//   if (result.verdict == ProgramVerdict::kPassed) ...
//
// bubblewrap gives each program namespaces of its own (users, processes, network, mounts, IPC, host
// name), a root that cannot be written, 16 MiB of /tmp that vanish with it, an environment of its
// own and nothing of the host but /usr, to read. A seccomp filter takes away system calls that lead
// out of there. Limits bound what is left: time, memory, processes, files, output.
// docs/code-execution.md says what this keeps out and what it does not.

#include <cstdint>
#include <stdexcept>
#include <string>

namespace meval {

// This machine cannot run sandboxes: a program is missing, or the kernel or the container we are in
// forbids namespaces. The message says what to do.
class SandboxError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct SandboxLimits {
  // From the moment the interpreter runs, without what it waits for a processor that others have,
  // but at most twenty times as long; then everything is killed.
  double wall_seconds = 3;
  std::int64_t memory_bytes = std::int64_t{1}
                              << 30;                 // address space of a process; resident, of all
  std::int64_t processes = 16;                       // with threads, at one time
  std::int64_t file_bytes = std::int64_t{16} << 20;  // of /tmp as a whole
  std::int64_t output_bytes = std::int64_t{1} << 20;  // written to stdout and stderr together
};

enum class ProgramVerdict {
  kPassed,    // ran to its last line, in time
  kFailed,    // raised, left early (with whatever exit code), or crashed
  kTimedOut,  // was killed after wall_seconds
  kKilled,    // was killed, or ran out, at another limit
};
const char* Name(ProgramVerdict verdict);  // "passed", "failed", "timed out", "killed"

struct ProgramOutcome {
  ProgramVerdict verdict = ProgramVerdict::kFailed;
  // Why it did not pass, in a line of printable ASCII: "AssertionError", "memory: more than 1024
  // MiB", "exit code 0 before its end". Addresses are left out, so that it repeats.
  std::string detail;
  std::string output;  // what it wrote, at most SandboxLimits::output_bytes
};

class Sandbox {
 public:
  // Finds bubblewrap, the system's python3 and what sets limits, and runs a program to see that all
  // of it works. From then on orphans of this process's children become its own children
  // (PR_SET_CHILD_SUBREAPER), so that none stays behind as a zombie. Throws SandboxError.
  Sandbox();

  // Runs `program`, UTF-8, to its end or its death; when this returns, no process of it is left.
  // Safe to call from several threads; each call occupies its own for the whole time. Throws
  // SandboxError if a sandbox cannot be started any more.
  ProgramOutcome Run(const std::string& program, const SandboxLimits& limits) const;

  // What runs programs here, for reports: "bubblewrap 0.8.0, Python 3.11.2".
  const std::string& description() const { return description_; }

 private:
  std::string bubblewrap_;    // paths
  std::string python_;        // the same inside
  std::string limiter_;       // prlimit, the same inside
  std::string unprivileged_;  // setpriv, where we are root; else ""
  std::string filter_;        // BPF
  std::string description_;
};

}  // namespace meval

#endif  // MEVAL_SANDBOX_SANDBOX_H_
