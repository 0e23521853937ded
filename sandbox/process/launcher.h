#ifndef MEVAL_SANDBOX_PROCESS_LAUNCHER_H_
#define MEVAL_SANDBOX_PROCESS_LAUNCHER_H_

// What the interpreter runs first: it reads the program and says how it ended.
//
// On a connection of its own (file kChannelFile) it is told a secret, then answers in lines:
//
//   started              the program begins now
//   finished SECRET      it ran to its last line
//   raised TYPE: TEXT    or an exception left it, SystemExit included
//
// A program that leaves early, by sys.exit(0) or os._exit(0) or by replacing its process, never
// gets to the second line, and what it prints is not on that connection. One that writes there
// itself does not know the secret. One that looks for the secret in the frames of its own
// interpreter finds it: whoever tests a program inside of its own process can be deceived by it.

#include <string>
#include <string_view>

namespace meval::sandbox {

inline constexpr int kChannelFile = 3;

// Python, for `python3 -c`; the program stands on its stdin.
std::string_view LauncherText();

// What the lines on the connection say.
struct LauncherReport {
  bool has_started = false;
  bool has_finished = false;
  std::string raised;  // "AssertionError: text"; "" where nothing was
};
LauncherReport ReadLauncherReport(std::string_view lines, std::string_view secret);

// 128 random bits as hexadecimal digits, from the kernel.
std::string MakeSecret();

}  // namespace meval::sandbox

#endif  // MEVAL_SANDBOX_PROCESS_LAUNCHER_H_
