#ifndef MEVAL_SANDBOX_PROCESS_CONFINED_RUN_H_
#define MEVAL_SANDBOX_PROCESS_CONFINED_RUN_H_

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "sandbox/process/child_process.h"
#include "sandbox/process/file_descriptor.h"
#include "sandbox/process/launcher.h"
#include "sandbox/sandbox.h"

namespace meval::sandbox {

// How a confined program came to its end.
struct RunEnd {
  enum class Reason { kEnded, kTimedOut, kMemory, kOutput };
  Reason reason = Reason::kEnded;
  int status = 0;  // exit code, or 128 + signal; of a program that ended by itself
  LauncherReport report;
  std::string output;
};

// Files of `bwrap` and what runs in it, by number: those of the sandbox are 0 to 3, the others
// bubblewrap reads and closes.
inline constexpr int kFilterFile = 4;
inline constexpr int kInfoFile = 5;
inline constexpr int kBlockFile = 6;

// One program in one sandbox, watched from outside.
class ConfinedRun {
 public:
  using Clock = std::chrono::steady_clock;

  // `arguments` start bubblewrap with the launcher inside; they name the files above.
  ConfinedRun(const std::vector<std::string>& arguments, const std::string& program,
              const std::string& filter);

  // Lets the program begin and waits for its end or a limit. No process of the sandbox is left
  // afterwards. Throws SandboxError if the sandbox or the interpreter does not start.
  RunEnd Watch(const SandboxLimits& limits);

 private:
  void Start();
  pid_t ReadInitPid();
  RunEnd::Reason WaitForEnd(const SandboxLimits& limits);
  void Begin(double wall_seconds);
  bool IsTimeUp(Clock::time_point now) const;
  void End();
  [[noreturn]] void ThrowNoStart() const;

  std::string secret_;
  Pipe output_pipe_;
  Pipe info_pipe_;
  Channel channel_;
  Channel block_;
  std::unique_ptr<ChildProcess> monitor_;  // bubblewrap, outside
  FileDescriptor init_;                    // its process 1, inside: with it everything dies
  pid_t init_pid_ = -1;
  std::string output_;
  std::string lines_;  // of the launcher
  bool has_begun_ = false;
  Clock::time_point begin_;  // of the program; before, of waiting for it
  Clock::duration limit_{};
  std::chrono::nanoseconds wait_at_begin_{};
};

}  // namespace meval::sandbox

#endif  // MEVAL_SANDBOX_PROCESS_CONFINED_RUN_H_
