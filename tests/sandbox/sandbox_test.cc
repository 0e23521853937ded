#include "sandbox/sandbox.h"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sandbox_or_skip.h"

namespace meval {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

// Generous, since machines that test are busy.
constexpr SandboxLimits kLimits = {.wall_seconds = 30};

TEST(Sandbox, RunsAProgramToItsEnd) {
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  const ProgramOutcome result = sandbox.Run("print(6 * 7)\nassert True\n", kLimits);
  EXPECT_EQ(result.verdict, ProgramVerdict::kPassed) << result.detail;
  EXPECT_EQ(result.detail, "");
  EXPECT_EQ(result.output, "42\n");
}

TEST(Sandbox, NamesWhatRunsPrograms) {
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  EXPECT_THAT(sandbox.description(), MatchesRegex("bubblewrap [0-9.]+, Python 3\\.[0-9.]+.*"));
}

TEST(Sandbox, SaysWhyAProgramFailed) {
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  const struct {
    const char* program;
    const char* detail;
  } cases[] = {
      {"assert 1 == 2", "AssertionError: "},
      {"assert 1 == 2, 'one is\\ntwo \\u00e9'", "AssertionError: one is two \\xe9"},
      {"x = [", "SyntaxError: '[' was never closed (<program>, line 1)"},
      {"raise ValueError(object())", "ValueError: <object object at 0x...>"},
      {"import sys; sys.exit(0)", "SystemExit: 0"},
      {"import os; os._exit(0)", "exit code 0 before its end"},
      {"import os; os._exit(7)", "exit code 7 before its end"},
      {"import os; os.kill(os.getpid(), 11)", "signal 11 before its end"},
      {"class E(Exception):\n  def __str__(self): raise E\nraise E", "E"},
  };
  for (const auto& c : cases) {
    const ProgramOutcome result = sandbox.Run(c.program, kLimits);
    EXPECT_EQ(result.verdict, ProgramVerdict::kFailed) << c.program;
    EXPECT_EQ(result.detail, c.detail) << c.program;
  }
}

TEST(Sandbox, KillsWhatRunsTooLong) {
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  const ProgramOutcome result =
      sandbox.Run("print('on', flush=True)\nimport time\ntime.sleep(600)", {.wall_seconds = 0.5});
  EXPECT_EQ(result.verdict, ProgramVerdict::kTimedOut);
  EXPECT_EQ(result.output, "on\n");
}

TEST(Sandbox, CountsTheTimeOfTheProgramAlone) {
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  // Less than an interpreter needs to start.
  EXPECT_EQ(sandbox.Run("while True: pass", {.wall_seconds = 0.001}).verdict,
            ProgramVerdict::kTimedOut);
}

TEST(Sandbox, NamesTheLimitThatKilled) {
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  SandboxLimits limits = kLimits;
  limits.memory_bytes = std::int64_t{256} << 20;
  const ProgramOutcome memory = sandbox.Run("x = bytearray(1 << 30)", limits);
  EXPECT_EQ(memory.verdict, ProgramVerdict::kKilled);
  EXPECT_EQ(memory.detail, "memory: more than 256 MiB");
  limits.output_bytes = 4096;
  const ProgramOutcome output = sandbox.Run("print('x' * 10000)", limits);
  EXPECT_EQ(output.verdict, ProgramVerdict::kKilled);
  EXPECT_EQ(output.detail, "output: more than 4 KiB");
  EXPECT_EQ(output.output, std::string(4096, 'x'));
  EXPECT_EQ(sandbox.Run("print('x' * 4095)", limits).verdict, ProgramVerdict::kPassed);
}

TEST(Sandbox, LimitsTheTimeOfAllProcessorsTogether) {
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  // The signal that the kernel sends a process which has used up its time.
  const ProgramOutcome result = sandbox.Run(
      "import os, signal\nsignal.signal(signal.SIGXCPU, signal.SIG_DFL)\nos.kill(os.getpid(), "
      "signal.SIGXCPU)",
      kLimits);
  EXPECT_EQ(result.verdict, ProgramVerdict::kKilled);
  EXPECT_EQ(result.detail, "CPU time");
}

TEST(Sandbox, GivesAPrivateTemporaryDirectory) {
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  const std::string program =
      "import os, tempfile\n"
      "assert os.getcwd() == '/tmp' and os.listdir('/tmp') == [], os.listdir('/tmp')\n"
      "with tempfile.NamedTemporaryFile(delete=False) as file: file.write(b'x' * 100000)\n"
      "open('left behind', 'w').close()\n"
      "assert len(os.listdir('/tmp')) == 2\n";
  for (int i = 0; i < 2; ++i) {
    const ProgramOutcome result = sandbox.Run(program, kLimits);
    EXPECT_EQ(result.verdict, ProgramVerdict::kPassed) << result.detail;
  }
}

TEST(Sandbox, GivesWhatProgramsNeed) {
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  const ProgramOutcome result = sandbox.Run(
      "import collections, datetime, hashlib, heapq, itertools, json, math, re, sqlite3, "
      "threading\n"
      "import multiprocessing, random, socket, subprocess, time, urllib.request, os\n"
      "threads = [threading.Thread(target=print, args=(i,)) for i in range(4)]\n"
      "[t.start() for t in threads]; [t.join() for t in threads]\n"
      "assert subprocess.run(['true']).returncode == 0\n"
      "assert hashlib.md5(b'x').hexdigest() == '9dd4e461268c8034f5c8564e155c67a6'\n"
      "a, b = socket.socketpair(); a.send(b'x'); assert b.recv(1) == b'x'\n"
      "assert random.SystemRandom().random() < 1 and len(os.urandom(4)) == 4\n"
      "assert open('/dev/null').read() == ''\n",
      kLimits);
  EXPECT_EQ(result.verdict, ProgramVerdict::kPassed) << result.detail;
}

TEST(Sandbox, TakesAProgramThatClosesItsOutput) {
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  EXPECT_EQ(sandbox.Run("import os, sys\nsys.stdout.close()\nos.close(2)\n", kLimits).verdict,
            ProgramVerdict::kPassed);
}

TEST(Sandbox, TakesProgramsOfAnySizeAndText) {
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  std::string large = "x = '\u00e9\U0001F648'\r\nassert len(x) == 2\r\n";
  for (int i = 0; i < 40'000; ++i) large += "x = " + std::to_string(i) + "\n";
  EXPECT_EQ(sandbox.Run(large + "assert x == 39999\n", kLimits).verdict, ProgramVerdict::kPassed);
  EXPECT_EQ(sandbox.Run("", kLimits).verdict, ProgramVerdict::kPassed);
  EXPECT_THAT(sandbox.Run(std::string("x = 1\0", 6), kLimits).detail, HasSubstr("null bytes"));
}

// As in the published harnesses: in no module's name, so that a main block is not run.
TEST(Sandbox, RunsAProgramAsNoModuleOfItsOwn) {
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  const ProgramOutcome result = sandbox.Run(
      "assert __name__ == 'builtins', __name__\nif __name__ == '__main__': input()", kLimits);
  EXPECT_EQ(result.verdict, ProgramVerdict::kPassed) << result.detail;
}

TEST(Sandbox, GivesTheSameResultEachTime) {
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  const std::string program = "print(list({'a', 'b', 'c', 'd', 'e', 'f'}), hash('x'))";
  EXPECT_EQ(sandbox.Run(program, kLimits).output, sandbox.Run(program, kLimits).output);
}

TEST(Sandbox, RunsProgramsBesideEachOther) {
  MEVAL_SANDBOX_OR_SKIP(sandbox);
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5; ++i) {
        const std::string number = std::to_string(100 * t + i);
        const bool fails = i % 2 == 1;
        const ProgramOutcome result =
            sandbox.Run("print(" + number + ")\nassert " + (fails ? "False" : "True"), kLimits);
        const ProgramVerdict expected = fails ? ProgramVerdict::kFailed : ProgramVerdict::kPassed;
        if (result.verdict == expected && result.output == number + "\n") ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 20);
}

// A machine without bubblewrap: nothing of it is on the path that is searched, and /usr/bin has it
// only if this machine has it.
TEST(Sandbox, SaysWhatToInstallWhereThereIsNone) {
  std::string reason;
  if (testing::FindSandbox(reason) != nullptr) {
    EXPECT_EQ(reason, "");
    return;
  }
  EXPECT_THAT(reason, ::testing::AnyOf(HasSubstr("apt-get install"), HasSubstr("user namespaces")));
}

}  // namespace
}  // namespace meval
