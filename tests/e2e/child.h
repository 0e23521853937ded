#ifndef MEVAL_TESTS_E2E_CHILD_H_
#define MEVAL_TESTS_E2E_CHILD_H_

// The program in a process of its own, which a test may signal, limit and wait for.

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace meval::testing {

struct ChildOptions {
  std::optional<rlim_t> file_size;  // bytes a file may grow to: a disk that is full
};

class Child {
 public:
  // Runs the program with these arguments; what it prints goes to `log`.
  Child(std::vector<std::string> arguments, const std::filesystem::path& log,
        const ChildOptions& options = {}) {
    arguments.insert(arguments.begin(), MEVAL_BINARY);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
      ::dup2(file, STDOUT_FILENO);
      ::dup2(file, STDERR_FILENO);
      if (options.file_size) {
        // A write beyond the limit then fails as one on a full disk does, rather than killing.
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit = {*options.file_size, *options.file_size};
        ::setrlimit(RLIMIT_FSIZE, &limit);
      }
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
  }
  ~Child() {
    if (!exited_) {
      ::kill(pid_, SIGKILL);
      Wait();
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  bool IsRunning() {
    if (!exited_) exited_ = ::waitpid(pid_, &status_, WNOHANG) == pid_;
    return !exited_;
  }
  void Signal(int signal) const { ::kill(pid_, signal); }
  // The exit status as waitpid gives it.
  int Wait() {
    if (!exited_) exited_ = ::waitpid(pid_, &status_, 0) == pid_;
    return status_;
  }

 private:
  pid_t pid_ = -1;
  int status_ = 0;
  bool exited_ = false;
};

}  // namespace meval::testing

#endif  // MEVAL_TESTS_E2E_CHILD_H_
