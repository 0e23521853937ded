#ifndef MEVAL_EVALS_PROGRAM_H_
#define MEVAL_EVALS_PROGRAM_H_

#include <iosfwd>
#include <span>
#include <string>

namespace meval {

// Exit codes of the program.
enum ExitCode : int {
  kExitOk = 0,
  kExitRegression = 1,  // a score is under --fail-under, or the gate found a regression
  kExitUsage = 2,       // the command line, a variable of the environment, or a run directory that
                        // cannot be used
  kExitData = 3,
  kExitModel = 4,
  kExitDevice = 5,
  kExitInternal = 70,  // a broken invariant of ours; never a user's file
  kExitInterrupted = 130
};

// The whole program: arguments[0] is its name. Catches every exception and turns it into a message
// and an exit code.
int RunProgram(std::span<const std::string> arguments, std::istream& in, std::ostream& out,
               std::ostream& err);

}  // namespace meval

#endif  // MEVAL_EVALS_PROGRAM_H_
