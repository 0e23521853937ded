#include "evals/gpu_check/sanitizer.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <utility>

#include <fmt/format.h>

namespace meval::gpu_check {
namespace {

constexpr int kErrorsFound = 99;
constexpr int kTimeIsUp = 124;  // of timeout(1)

// A word of a shell's command line.
std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

// What a command writes to both streams, and its exit code.
std::pair<std::string, int> Output(const std::string& command) {
  std::FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return {"no process could be started", -1};
  std::string text;
  std::array<char, 4096> block{};
  for (std::size_t n = 0; (n = std::fread(block.data(), 1, block.size(), pipe)) > 0;) {
    text.append(block.data(), n);
  }
  const int status = pclose(pipe);
  return {text, WIFEXITED(status) ? WEXITSTATUS(status) : -1};
}

// The line with the tool's count of errors, or the last one there is.
std::string SummaryOf(const std::string& output) {
  std::istringstream lines(output);
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("SUMMARY") != std::string::npos) return line;
    if (!line.empty()) last = line;
  }
  return last;
}

SanitizerRun RunTool(const std::string& tool, const std::string& command) {
  const auto begin = std::chrono::steady_clock::now();
  const auto [output, code] = Output(command);
  SanitizerRun run = {.tool = tool, .status = "ok", .summary = SummaryOf(output)};
  run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (code == kTimeIsUp) {
    run.status = "skipped";
    run.summary = fmt::format("not done after {:.0f} s", run.seconds);
  } else if (code == kErrorsFound) {
    run.status = "failed";
  } else if (code != 0) {
    run.status = "failed";
    run.summary = fmt::format("exit code {}: {}", code, run.summary);
  }
  return run;
}

}  // namespace

std::filesystem::path FindSanitizer() {
  const char* path = std::getenv("PATH");
  std::istringstream directories(path == nullptr ? "" : path);
  for (std::string directory; std::getline(directories, directory, ':');) {
    const std::filesystem::path file = std::filesystem::path(directory) / "compute-sanitizer";
    if (::access(file.c_str(), X_OK) == 0) return file;
  }
  return {};
}

std::vector<SanitizerRun> RunSanitizer(const std::filesystem::path& sanitizer,
                                       const std::filesystem::path& program, std::int64_t seed,
                                       double seconds,
                                       const std::function<void(const std::string&)>& note) {
  constexpr std::array kTools = {"memcheck", "racecheck", "synccheck"};
  // Below this, starting the program under it takes all of the time.
  constexpr double kLeastSeconds = 5;
  const double share = seconds / static_cast<double>(kTools.size());
  std::vector<SanitizerRun> runs;
  for (const char* tool : kTools) {
    if (share < kLeastSeconds) {
      runs.push_back({tool, "skipped", "no time was left", 0});
      continue;
    }
    note(fmt::format("running compute-sanitizer's {}, {:.0f} s at most\n", tool, share));
    runs.push_back(RunTool(
        tool, fmt::format("timeout {:.0f} {} --tool {} --error-exitcode {} {} gpu-check --quick "
                          "--only device --quiet --seed {}",
                          share, Quoted(sanitizer.string()), tool, kErrorsFound,
                          Quoted(program.string()), seed)));
  }
  return runs;
}

}  // namespace meval::gpu_check
