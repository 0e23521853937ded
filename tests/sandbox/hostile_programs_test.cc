// Programs that mean harm (tests/sandbox/hostile/*.py) do none and do not pass. Each of them
// raises, or runs out of something, where the sandbox holds, and runs to its end where it does not:
// so a verdict of "passed" is a hole.

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/sandbox_or_skip.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

namespace fs = std::filesystem;
using testing::ReadWholeFile;

const fs::path kPrograms = fs::path(MEVAL_SOURCE_DIR) / "tests/sandbox/hostile";

void Replace(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

std::vector<std::string> ProgramNames() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kPrograms)) {
    names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// Names of the processes of this machine.
std::multiset<std::string> ProcessNames() {
  std::multiset<std::string> names;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    std::ifstream in(entry.path() / "comm");
    std::string name;
    if (std::getline(in, name)) names.insert(name);
  }
  return names;
}

// A port of this machine that notices who calls.
class Listener {
 public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    // NOLINTNEXTLINE: the interface of sockets
    auto* general = reinterpret_cast<sockaddr*>(&address);
    if (bind(socket_, general, size) != 0 || listen(socket_, 8) != 0 ||
        getsockname(socket_, general, &size) != 0) {
      throw std::runtime_error("no port to listen at");
    }
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { close(socket_); }
  int port() const { return port_; }
  bool WasCalled() const {
    pollfd waiting = {socket_, POLLIN, 0};
    return poll(&waiting, 1, 0) > 0;
  }

 private:
  int socket_;
  int port_ = 0;
};

class HostileProgram : public ::testing::TestWithParam<std::string> {
 protected:
  HostileProgram() { sentinel_.Write("sentinel", "untouched"); }

  std::string Text() const {
    std::string text = ReadWholeFile(kPrograms / (GetParam() + ".py"));
    Replace(text, "@SENTINEL@", (sentinel_ / "sentinel").string());
    Replace(text, "@PORT@", std::to_string(listener_.port()));
    Replace(text, "@MARK@", mark_);
    return text;
  }

  void ExpectUnharmed() const {
    EXPECT_EQ(ReadWholeFile(sentinel_ / "sentinel"), "untouched");
    EXPECT_FALSE(listener_.WasCalled());
    EXPECT_EQ(ProcessNames().count(mark_), 0U);
    EXPECT_FALSE(fs::exists("/owned") || fs::exists("/usr/owned") || fs::exists("/etc/owned"));
    EXPECT_TRUE(fs::exists("/usr/bin/python3") && fs::exists("/etc/passwd"));
    // No child of ours is left, dead or alive.
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
  }

  testing::TempDirectory sentinel_;
  Listener listener_;
  std::string mark_ = "meval" + std::to_string(getpid());
};

TEST_P(HostileProgram, DoesNoHarmAndDoesNotPass) {
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  setenv("MEVAL_TEST_SECRET", "a key", 1);
  const ProgramOutcome result = sandbox.Run(Text(), {.wall_seconds = 2});
  unsetenv("MEVAL_TEST_SECRET");
  EXPECT_NE(result.verdict, ProgramVerdict::kPassed) << result.output;
  EXPECT_NE(result.detail, "");
  ExpectUnharmed();
  // And the next program does not notice.
  EXPECT_EQ(sandbox.Run("assert True", {.wall_seconds = 30}).verdict, ProgramVerdict::kPassed);
}

INSTANTIATE_TEST_SUITE_P(Sandbox, HostileProgram, ::testing::ValuesIn(ProgramNames()),
                         [](const auto& param) { return param.param; });

TEST(HostilePrograms, EndAsTheirLimitsSay) {
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  const std::map<std::string, ProgramVerdict> expected = {
      {"sleep_for_ever", ProgramVerdict::kTimedOut},
      {"stubborn_loop", ProgramVerdict::kTimedOut},
      {"wait_on_a_pipe", ProgramVerdict::kTimedOut},
      {"endless_output", ProgramVerdict::kKilled},
      {"memory_hog", ProgramVerdict::kKilled},
      {"memory_hog_in_children", ProgramVerdict::kKilled},
      {"leave_with_success", ProgramVerdict::kFailed},
      {"leave_at_once", ProgramVerdict::kFailed},
      {"read_environment", ProgramVerdict::kFailed},
      {"kill_others", ProgramVerdict::kFailed},
      {"temporary_files_hog", ProgramVerdict::kFailed},
      {"become_another_program", ProgramVerdict::kFailed},
  };
  for (const auto& [name, verdict] : expected) {
    const SandboxLimits limits = {.wall_seconds =
                                      verdict == ProgramVerdict::kTimedOut ? 2.0 : 60.0};
    const ProgramOutcome result = sandbox.Run(ReadWholeFile(kPrograms / (name + ".py")), limits);
    EXPECT_EQ(result.verdict, verdict) << name << ": " << result.detail;
  }
}

// The check for processes that are left behind can fail: while the program runs they are there.
TEST(HostilePrograms, AreSeenWhileTheyRun) {
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  const std::string mark = "seen" + std::to_string(getpid());
  std::string program = ReadWholeFile(kPrograms / "daemonise.py");
  Replace(program, "@MARK@", mark);
  Replace(program, "time.sleep(0.5)", "time.sleep(60)");
  std::thread run([&] { sandbox.Run(program, {.wall_seconds = 5}); });
  bool was_seen = false;
  for (int i = 0; i < 400 && !was_seen; ++i) {
    was_seen = ProcessNames().count(mark) > 0;
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
  }
  run.join();
  EXPECT_TRUE(was_seen);
  EXPECT_EQ(ProcessNames().count(mark), 0U);
}

}  // namespace
}  // namespace meval
