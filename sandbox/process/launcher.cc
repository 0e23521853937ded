#include "sandbox/process/launcher.h"

#include <sys/random.h>

#include <array>

#include "sandbox/process/file_descriptor.h"

namespace meval::sandbox {
namespace {

constexpr std::string_view kStarted = "started\n";

}  // namespace

// As the published harnesses run them, programs are executed in an empty set of globals. Functions
// that speak to us are fetched before, and a child that the program forked does not speak.
std::string_view LauncherText() {
  return R"(
def launch():
    import os
    import sys
    channel, write, leave, getpid = 3, os.write, os._exit, os.getpid
    secret, own = os.read(channel, 64), getpid()
    with open(0, "rb", closefd=False) as file:
        program = file.read().decode("utf-8")
    def flush():
        try:
            sys.stdout.flush()
        except BaseException:
            pass
    null = os.open("/dev/null", os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    write(channel, b"started\n")
    try:
        exec(compile(program, "<program>", "exec"), {})
    except BaseException as error:
        try:
            text = f"{type(error).__name__}: {error}"[:400]
        except BaseException:
            text = type(error).__name__
        flush()
        line = text.encode("ascii", "backslashreplace").replace(b"\n", b" ")
        if getpid() == own:
            write(channel, b"raised " + line + b"\n")
        leave(1)
    flush()
    if getpid() == own:
        write(channel, b"finished " + secret + b"\n")
    leave(0)

launch()
)";
}

LauncherReport ReadLauncherReport(std::string_view lines, std::string_view secret) {
  LauncherReport report;
  if (!lines.starts_with(kStarted)) return report;
  report.has_started = true;
  lines.remove_prefix(kStarted.size());
  report.has_finished = lines == "finished " + std::string(secret) + "\n";
  constexpr std::string_view kRaised = "raised ";
  if (lines.starts_with(kRaised) && lines.ends_with('\n')) {
    report.raised = lines.substr(kRaised.size(), lines.size() - kRaised.size() - 1);
  }
  return report;
}

std::string MakeSecret() {
  std::array<unsigned char, 16> bytes;
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    ThrowSystemError("random numbers cannot be had");
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string secret;
  for (const unsigned char byte : bytes) {
    secret += kDigits[byte >> 4U];
    secret += kDigits[byte & 15U];
  }
  return secret;
}

}  // namespace meval::sandbox
