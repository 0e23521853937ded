#include "sandbox/sandbox.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include "sandbox/process/confined_run.h"
#include "sandbox/process/launcher.h"
#include "sandbox/process/system_call_filter.h"

namespace meval {
namespace {

namespace fs = std::filesystem;
using sandbox::RunEnd;

constexpr char kNobody[] = "65534";
// Most Linux systems number signals so.
constexpr int kCpuTimeSignal = 24;

bool IsProgram(const fs::path& path) { return access(path.c_str(), X_OK) == 0; }

// Of the system: below /usr, which is all that a sandbox holds.
std::string FindInside(const std::string& name) {
  for (const char* directory : {"/usr/bin", "/usr/local/bin"}) {
    const fs::path path = fs::path(directory) / name;
    if (IsProgram(path)) return path.string();
  }
  return "";
}

std::string FindOnPath(const std::string& name) {
  const char* variable = std::getenv("PATH");
  std::string_view path = variable != nullptr ? variable : "";
  while (!path.empty()) {
    const std::size_t colon = std::min(path.find(':'), path.size());
    const fs::path candidate = fs::path(path.substr(0, colon)) / name;
    if (candidate.is_absolute() && IsProgram(candidate)) return candidate.string();
    path.remove_prefix(std::min(colon + 1, path.size()));
  }
  return FindInside(name);
}

std::string Require(std::string path, const std::string& what, const std::string& package) {
  if (!path.empty()) return path;
  throw SandboxError("running generated code needs " + what +
                     ", which is not installed. On Debian: apt-get install " + package);
}

constexpr char kAdvice[] =
    ". A sandbox needs user namespaces. On a machine they may be switched off (sysctl "
    "kernel.unprivileged_userns_clone=1 on Debian, "
    "kernel.apparmor_restrict_unprivileged_userns=0 on Ubuntu allow them), in a container its "
    "runtime may forbid them (docker run --security-opt seccomp=unconfined --security-opt "
    "apparmor=unconfined allows them). Or run the stored completions on another machine: "
    "mistral-eval score --samples RUN --allow-code-execution";

// The first line of what a program that is found prints, such as "bubblewrap 0.8.0".
std::string VersionOf(const std::string& program) {
  const sandbox::Pipe pipe = sandbox::OpenPipe();
  const sandbox::FileDescriptor null = sandbox::FileOf("");
  const int files[] = {null.number(), pipe.write.number(), pipe.write.number()};
  sandbox::ChildProcess child({program, "--version"}, files);
  child.Wait();
  std::string text;
  sandbox::ReadAvailable(pipe.read, 200, text);
  return text.substr(0, text.find('\n'));
}

std::string Number(std::int64_t number) { return std::to_string(number); }

void Append(std::initializer_list<std::string> more, std::vector<std::string>& arguments) {
  arguments.insert(arguments.end(), more);
}

void AppendNamespaces(std::vector<std::string>& arguments) {
  Append({"--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts",
          "--unshare-cgroup-try", "--new-session", "--die-with-parent", "--uid", kNobody, "--gid",
          kNobody, "--hostname", "sandbox"},
         arguments);
}

// Hashes of strings decide the order of sets: without chance in them a verdict repeats. One thread,
// since a library's pool of them would be more than allowed.
void AppendEnvironment(std::vector<std::string>& arguments) {
  Append({"--clearenv"}, arguments);
  for (const auto& [name, value] :
       std::initializer_list<std::pair<const char*, const char*>>{{"PATH", "/usr/bin:/bin"},
                                                                  {"HOME", "/tmp"},
                                                                  {"TMPDIR", "/tmp"},
                                                                  {"LANG", "C.UTF-8"},
                                                                  {"PYTHONHASHSEED", "0"},
                                                                  {"OPENBLAS_NUM_THREADS", "1"},
                                                                  {"OMP_NUM_THREADS", "1"}}) {
    Append({"--setenv", name, value}, arguments);
  }
}

void AppendFiles(const SandboxLimits& limits, std::vector<std::string>& arguments) {
  Append({"--ro-bind", "/usr", "/usr"}, arguments);
  for (const std::string directory : {"bin", "lib", "lib32", "lib64"}) {
    const std::string path = "/" + directory;
    std::error_code error;
    if (fs::is_symlink(path, error)) {
      Append({"--symlink", "usr/" + directory, path}, arguments);
    } else {
      Append({"--ro-bind-try", path, path}, arguments);
    }
  }
  for (const char* file : {"/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives"}) {
    Append({"--ro-bind-try", file, file}, arguments);
  }
  for (const char* device : {"/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"}) {
    Append({"--dev-bind", device, device}, arguments);
  }
  Append({"--size", Number(limits.file_bytes), "--tmpfs", "/tmp", "--chdir", "/tmp", "--remount-ro",
          "/"},
         arguments);
}

void AppendLimits(const SandboxLimits& limits, std::vector<std::string>& arguments) {
  // Process 1 of a sandbox counts among its processes.
  Append({"--nproc=" + Number(limits.processes + 1), "--as=" + Number(limits.memory_bytes),
          "--cpu=" + Number(std::llround(std::ceil(limits.wall_seconds)) + 1),
          "--fsize=" + Number(limits.file_bytes), "--nofile=64", "--core=0", "--memlock=0",
          "--msgqueue=0"},
         arguments);
}

// An object's address in a message is another one each time.
std::string WithoutAddresses(std::string_view text) {
  constexpr std::string_view kHexadecimal = "0123456789abcdef";
  std::string result;
  while (!text.empty()) {
    const std::size_t begin = std::min(text.find("0x"), text.size());
    result += text.substr(0, begin);
    text.remove_prefix(begin);
    if (text.empty()) break;
    const std::size_t end = std::min(text.find_first_not_of(kHexadecimal, 2), text.size());
    result += end > 8 ? "0x..." : std::string(text.substr(0, end));
    text.remove_prefix(end);
  }
  return result;
}

std::string Printable(std::string text) {
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '?';
  }
  return text;
}

ProgramOutcome Killed(const std::string& limit) {
  return {.verdict = ProgramVerdict::kKilled, .detail = limit, .output = {}};
}

ProgramOutcome Judge(const RunEnd& end, const SandboxLimits& limits) {
  const std::string memory = "memory: more than " + Number(limits.memory_bytes >> 20) + " MiB";
  switch (end.reason) {
    case RunEnd::Reason::kTimedOut:
      return {
          .verdict = ProgramVerdict::kTimedOut, .detail = "ran longer than allowed", .output = {}};
    case RunEnd::Reason::kMemory:
      return Killed(memory);
    case RunEnd::Reason::kOutput:
      return Killed("output: more than " + Number(limits.output_bytes >> 10) + " KiB");
    case RunEnd::Reason::kEnded:
      break;
  }
  if (end.report.has_finished)
    return {.verdict = ProgramVerdict::kPassed, .detail = {}, .output = {}};
  const std::string raised = Printable(WithoutAddresses(end.report.raised));
  if (raised.starts_with("MemoryError")) return Killed(memory);
  if (!raised.empty()) return {.verdict = ProgramVerdict::kFailed, .detail = raised, .output = {}};
  if (end.status == 128 + kCpuTimeSignal) return Killed("CPU time");
  const std::string how =
      end.status > 128 ? "signal " + Number(end.status - 128) : "exit code " + Number(end.status);
  return {.verdict = ProgramVerdict::kFailed, .detail = how + " before its end", .output = {}};
}

}  // namespace

const char* Name(ProgramVerdict verdict) {
  switch (verdict) {
    case ProgramVerdict::kPassed:
      return "passed";
    case ProgramVerdict::kFailed:
      return "failed";
    case ProgramVerdict::kTimedOut:
      return "timed out";
    case ProgramVerdict::kKilled:
      return "killed";
  }
  return "?";
}

Sandbox::Sandbox()
    : bubblewrap_(Require(FindOnPath("bwrap"), "bubblewrap", "bubblewrap")),
      python_(Require(FindInside("python3"), "the system's python3", "python3")),
      limiter_(Require(FindInside("prlimit"), "prlimit", "util-linux")) {
  if (geteuid() == 0) unprivileged_ = Require(FindOnPath("setpriv"), "setpriv", "util-linux");
  filter_ = sandbox::SystemCallFilter();
  sandbox::AdoptOrphans();
  ProgramOutcome probe;
  try {
    probe = Run("import sys\nprint(sys.version.split()[0])", {.wall_seconds = 60});
  } catch (const SandboxError& error) {
    throw SandboxError("generated code cannot be run here: " + std::string(error.what()) + kAdvice);
  }
  if (probe.verdict != ProgramVerdict::kPassed) {
    throw SandboxError("generated code cannot be run here: " + python_ +
                       " does not run a program of one line in a sandbox: " + probe.detail);
  }
  description_ = VersionOf(bubblewrap_) + ", Python " +
                 Printable(probe.output.substr(0, probe.output.find('\n')));
}

ProgramOutcome Sandbox::Run(const std::string& program, const SandboxLimits& limits) const {
  std::vector<std::string> arguments;
  // As root we would be exempt from the limit on processes.
  if (!unprivileged_.empty()) {
    Append({unprivileged_, std::string("--reuid=") + kNobody, std::string("--regid=") + kNobody,
            "--clear-groups", "--"},
           arguments);
  }
  Append({bubblewrap_}, arguments);
  AppendNamespaces(arguments);
  AppendEnvironment(arguments);
  AppendFiles(limits, arguments);
  Append({"--seccomp", Number(sandbox::kFilterFile), "--info-fd", Number(sandbox::kInfoFile),
          "--block-fd", Number(sandbox::kBlockFile), "--", limiter_},
         arguments);
  AppendLimits(limits, arguments);
  Append({"--", python_, "-s", "-B", "-c", std::string(sandbox::LauncherText())}, arguments);
  sandbox::ConfinedRun run(arguments, program, filter_);
  RunEnd end = run.Watch(limits);
  ProgramOutcome outcome = Judge(end, limits);
  outcome.output = std::move(end.output);
  return outcome;
}

}  // namespace meval
