#include "sandbox/process/confined_run.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string_view>

#include "sandbox/process/process_figures.h"

namespace meval::sandbox {
namespace {

using Clock = ConfinedRun::Clock;

// Namespaces and an interpreter take a tenth of a second, on a machine that is not overwhelmed.
constexpr std::chrono::seconds kStartLimit{60};
// How long the kernel may take to end the processes of a sandbox it has been told to kill.
constexpr std::chrono::seconds kEndLimit{60};
constexpr std::chrono::milliseconds kBetweenLooks{20};
constexpr int kMostPatience = 20;             // times a program's limit, on a busy machine
constexpr std::size_t kLongestReport = 1024;  // bytes; the launcher's lines are shorter

int Milliseconds(Clock::duration time) {
  return std::max(0, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(time).count()));
}

// Waits until one of the files can be read, but not longer than until `deadline`.
bool WaitFor(std::initializer_list<const FileDescriptor*> files, Clock::time_point deadline) {
  std::vector<pollfd> waiting;
  for (const FileDescriptor* file : files) waiting.push_back({file->number(), POLLIN, 0});
  return poll(waiting.data(), waiting.size(), Milliseconds(deadline - Clock::now())) > 0;
}

bool HasEnded(const FileDescriptor& process) { return WaitFor({&process}, Clock::now()); }

// A message of a few bytes; that its reader has died is seen elsewhere.
void Tell(const FileDescriptor& socket, std::string_view text) {
  send(socket.number(), text.data(), text.size(), MSG_NOSIGNAL);
}

}  // namespace

ConfinedRun::ConfinedRun(const std::vector<std::string>& arguments, const std::string& program,
                         const std::string& filter)
    : secret_(MakeSecret()),
      output_pipe_(OpenPipe()),
      info_pipe_(OpenPipe()),
      channel_(OpenChannel()),
      block_(OpenChannel()) {
  const FileDescriptor program_file = FileOf(program);
  const FileDescriptor filter_file = FileOf(filter);
  const int files[] = {program_file.number(),       output_pipe_.write.number(),
                       output_pipe_.write.number(), channel_.theirs.number(),
                       filter_file.number(),        info_pipe_.write.number(),
                       block_.theirs.number()};
  static_assert(kChannelFile == 3 && kFilterFile == 4 && kInfoFile == 5 && kBlockFile == 6);
  monitor_ = std::make_unique<ChildProcess>(arguments, files);
  // Now only the sandbox holds these, and their end is its end.
  output_pipe_.write.Close();
  info_pipe_.write.Close();
  channel_.theirs.Close();
  block_.theirs.Close();
}

void ConfinedRun::ThrowNoStart() const {
  const std::string first_line = output_.substr(0, output_.find('\n'));
  throw SandboxError(first_line.empty() ? "bubblewrap ended without a word" : first_line);
}

// {"child-pid": 1234, ...}
pid_t ConfinedRun::ReadInitPid() {
  constexpr std::string_view kKey = "\"child-pid\":";
  const Clock::time_point deadline = Clock::now() + kStartLimit;
  std::string info;
  bool is_open = true;
  while (is_open && info.find('}') == info.npos) {
    if (!WaitFor({&info_pipe_.read}, deadline)) {
      throw SandboxError("bubblewrap did not start within " + std::to_string(kStartLimit.count()) +
                         " s");
    }
    is_open = ReadAvailable(info_pipe_.read, kLongestReport, info);
  }
  const std::size_t key = info.find(kKey);
  if (key == info.npos) {
    monitor_->Wait();
    ReadAvailable(output_pipe_.read, kLongestReport, output_);
    ThrowNoStart();
  }
  return static_cast<pid_t>(std::strtol(info.c_str() + key + kKey.size(), nullptr, 10));
}

// Process 1 waits for a word of ours, so that the handle is on it and nobody else.
void ConfinedRun::Start() {
  init_pid_ = ReadInitPid();
  init_ = OpenProcess(init_pid_);
  Tell(channel_.ours, secret_);
  Tell(block_.ours, "go");
}

void ConfinedRun::Begin(double wall_seconds) {
  const auto wall = std::chrono::duration<double>(wall_seconds);
  begin_ = Clock::now();
  limit_ = std::chrono::duration_cast<Clock::duration>(wall);
  wait_at_begin_ = WaitOfFirstChild(init_pid_);
  has_begun_ = true;
}

// On a busy machine a program's clock stands still while it waits for a processor, or else a score
// would depend on who else computes. But not for ever: some wait for processes of their own.
bool ConfinedRun::IsTimeUp(Clock::time_point now) const {
  if (!has_begun_) return now >= begin_ + kStartLimit;
  if (now < begin_ + limit_) return false;
  return now >= begin_ + kMostPatience * limit_ ||
         now >= begin_ + limit_ + (WaitOfFirstChild(init_pid_) - wait_at_begin_);
}

RunEnd::Reason ConfinedRun::WaitForEnd(const SandboxLimits& limits) {
  const auto longest_output = static_cast<std::size_t>(limits.output_bytes);
  begin_ = Clock::now();
  Clock::time_point next_look = begin_ + kBetweenLooks;
  while (!HasEnded(monitor_->handle())) {
    WaitFor({&monitor_->handle(), &output_pipe_.read, &channel_.ours}, next_look);
    ReadAvailable(output_pipe_.read, longest_output + 1, output_);
    if (output_.size() > longest_output) return RunEnd::Reason::kOutput;
    ReadAvailable(channel_.ours, kLongestReport, lines_);
    if (!has_begun_ && ReadLauncherReport(lines_, secret_).has_started) Begin(limits.wall_seconds);
    const Clock::time_point now = Clock::now();
    if (now < next_look) continue;
    next_look = now + kBetweenLooks;
    if (IsTimeUp(now)) return RunEnd::Reason::kTimedOut;
    if (ResidentBytes(init_pid_) > limits.memory_bytes) return RunEnd::Reason::kMemory;
  }
  return RunEnd::Reason::kEnded;
}

// With process 1 the kernel kills every other in its namespace, and only then calls it ended.
void ConfinedRun::End() {
  Kill(init_);
  if (!WaitFor({&init_}, Clock::now() + kEndLimit)) {
    throw SandboxError("a sandbox could not be ended within " + std::to_string(kEndLimit.count()) +
                       " s");
  }
}

RunEnd ConfinedRun::Watch(const SandboxLimits& limits) {
  Start();
  RunEnd end;
  end.reason = WaitForEnd(limits);
  End();
  end.status = monitor_->Wait();
  Reap(init_);  // bubblewrap leaves it an orphan
  const auto longest_output = static_cast<std::size_t>(limits.output_bytes);
  ReadAvailable(output_pipe_.read, longest_output + 1, output_);
  ReadAvailable(channel_.ours, kLongestReport, lines_);
  if (output_.size() > longest_output) {
    output_.resize(longest_output);
    end.reason = RunEnd::Reason::kOutput;
  }
  end.report = ReadLauncherReport(lines_, secret_);
  end.output = std::move(output_);
  if (end.report.has_started) return end;
  if (end.reason == RunEnd::Reason::kEnded) {
    output_ = std::move(end.output);
    ThrowNoStart();
  }
  throw SandboxError("the interpreter did not start within " + std::to_string(kStartLimit.count()) +
                     " s, or not within the limits");
}

}  // namespace meval::sandbox
