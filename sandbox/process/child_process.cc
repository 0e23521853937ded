#include "sandbox/process/child_process.h"

#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace meval::sandbox {
namespace {

// What the child does between fork and exec. posix_spawn lends it our memory instead of copying
// page tables, which may describe tens of gigabytes of weights.
class SpawnActions {
 public:
  explicit SpawnActions(std::span<const int> files) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
    for (std::size_t i = 0; i < files.size(); ++i) {
      posix_spawn_file_actions_adddup2(&actions_, files[i], static_cast<int>(i));
    }
    posix_spawn_file_actions_addclosefrom_np(&actions_, static_cast<int>(files.size()));
    posix_spawn_file_actions_addchdir_np(&actions_, "/");
    sigset_t all;
    sigset_t none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnActions() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;

  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

}  // namespace

FileDescriptor OpenProcess(pid_t pid) {
  return {static_cast<int>(syscall(SYS_pidfd_open, pid, 0)), "a process cannot be watched"};
}

void Kill(const FileDescriptor& process) {
  syscall(SYS_pidfd_send_signal, process.number(), SIGKILL, nullptr, 0);
}

void AdoptOrphans() {
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) ThrowSystemError("orphans cannot be adopted");
}

void Reap(const FileDescriptor& process) {
  siginfo_t ignored;
  while (waitid(P_PIDFD, static_cast<id_t>(process.number()), &ignored, WEXITED) < 0 &&
         errno == EINTR) {
  }
}

ChildProcess::ChildProcess(const std::vector<std::string>& arguments, std::span<const int> files) {
  std::vector<char*> argv;
  std::vector<std::string> texts = arguments;
  for (std::string& text : texts) argv.push_back(text.data());
  argv.push_back(nullptr);
  char* no_environment[] = {nullptr};
  const SpawnActions spawn(files);
  errno =
      posix_spawn(&pid_, argv[0], spawn.actions(), spawn.attributes(), argv.data(), no_environment);
  if (errno != 0) ThrowSystemError(arguments[0] + " cannot be started");
  handle_ = OpenProcess(pid_);
}

ChildProcess::~ChildProcess() {
  if (pid_ < 0) return;
  Kill(handle_);
  Wait();
}

int ChildProcess::Wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace meval::sandbox
