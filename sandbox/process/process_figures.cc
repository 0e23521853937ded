#include "sandbox/process/process_figures.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace meval::sandbox {
namespace {

namespace fs = std::filesystem;

std::int64_t ResidentPages(const fs::path& process) {
  std::ifstream in(process / "statm");
  std::int64_t size = 0;
  std::int64_t resident = 0;
  in >> size >> resident;
  return in ? resident : 0;
}

// Each thread has its own list.
void AddChildren(const fs::path& process, std::vector<pid_t>& open) {
  std::error_code gone;
  for (fs::directory_iterator thread(process / "task", gone), end; !gone && thread != end;
       thread.increment(gone)) {
    std::ifstream in(thread->path() / "children");
    for (pid_t child = 0; in >> child;) open.push_back(child);
  }
}

}  // namespace

std::int64_t ResidentBytes(pid_t root) {
  std::int64_t pages = 0;
  std::vector<pid_t> open = {root};
  while (!open.empty()) {
    const fs::path process = "/proc/" + std::to_string(open.back());
    open.pop_back();
    pages += ResidentPages(process);
    AddChildren(process, open);
  }
  return pages * sysconf(_SC_PAGESIZE);
}

std::chrono::nanoseconds WaitOfFirstChild(pid_t parent) {
  std::vector<pid_t> children;
  AddChildren("/proc/" + std::to_string(parent), children);
  if (children.empty()) return {};
  std::ifstream in("/proc/" + std::to_string(children.front()) + "/schedstat");
  std::int64_t running = 0;  // nanoseconds, as the next
  std::int64_t waiting = 0;
  in >> running >> waiting;
  return std::chrono::nanoseconds(in ? waiting : 0);
}

}  // namespace meval::sandbox
