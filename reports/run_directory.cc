#include "reports/run_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <fstream>
#include <map>
#include <set>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "reports/error.h"
#include "reports/json_report.h"
#include "reports/read_report.h"

namespace meval {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRunJson = "run.json";

[[noreturn]] void ThrowUnusable(const fs::path& path, const std::string& why) {
  throw ReportError(path.string() + ": " + why + "; choose another --out");
}

fs::path TemporaryPath(const fs::path& directory, const std::string& name) {
  return directory / ("." + name + ".tmp");
}

// fsync by path. A directory's entries need it as much as a file's bytes.
void SyncPath(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) ThrowSystemError(path, "cannot be opened for syncing");
  const int result = ::fsync(file);
  const int code = errno;
  ::close(file);
  // Some file systems cannot sync a directory and say EINVAL; a file they can.
  if (result != 0 && code != EINVAL) {
    errno = code;
    ThrowSystemError(path, "cannot be synced");
  }
}

// "key=value" lines -> key -> value.
std::map<std::string, std::string> Lines(const RunIdentity& identity) {
  std::map<std::string, std::string> lines;
  const std::string text = ToText(identity);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    const std::string line = text.substr(begin, end - begin);
    std::size_t equals = line.find('=');
    while (line[equals - 1] == '\\') equals = line.find('=', equals + 1);
    lines[line.substr(0, equals)] = line.substr(equals + 1);
    begin = end + 1;
  }
  return lines;
}

// "\n  seed: 1234 in run.json, 99 in this run" for each key that differs; "" for equal identities.
std::string Differences(const RunIdentity& recorded, const RunIdentity& ours) {
  const std::map<std::string, std::string> old_lines = Lines(recorded);
  const std::map<std::string, std::string> new_lines = Lines(ours);
  std::set<std::string> keys;
  for (const auto& [key, value] : old_lines) keys.insert(key);
  for (const auto& [key, value] : new_lines) keys.insert(key);
  const auto show = [](const std::map<std::string, std::string>& lines, const std::string& key) {
    const auto found = lines.find(key);
    return found == lines.end() ? std::string("absent") : "\"" + found->second + "\"";
  };
  std::string text;
  for (const std::string& key : keys) {
    const std::string was = show(old_lines, key);
    const std::string is = show(new_lines, key);
    if (was != is) text += "\n  " + key + ": " + was + " in run.json, " + is + " in this run";
  }
  return text;
}

void CheckIdentity(const fs::path& path, const RunIdentity& ours) {
  std::ifstream in(path / kRunJson, std::ios::binary);
  const std::string differences =
      Differences(ReadRunIdentity(in, (path / kRunJson).string()), ours);
  if (!differences.empty()) {
    throw ReportError(path.string() +
                      ": holds another run, which this one cannot continue:" + differences +
                      "\nRepeat that run's flags to continue it, or choose another "
                      "--out");
  }
}

void CheckEmpty(const fs::path& path) {
  std::error_code error;
  for (fs::directory_iterator entry(path, error), end; entry != end; entry.increment(error)) {
    // A run that was killed while it wrote its first file leaves only this.
    if (entry->path().filename() == TemporaryPath(path, kRunJson).filename()) continue;
    ThrowUnusable(path, "is not a run directory: it holds " + entry->path().filename().string() +
                            " and no run.json");
  }
  if (error) ThrowUnusable(path, "cannot be read: " + error.message());
}

}  // namespace

std::string TaskFileName(std::string_view kind, std::string_view task, std::string_view extension) {
  std::string name(task);
  for (char& c : name) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    if (!is_plain) c = '_';
  }
  return std::string(kind) + "_" + name + std::string(extension);
}

std::string SamplesFileName(std::string_view task) {
  return TaskFileName("samples", task, ".jsonl");
}

RunDirectory::RunDirectory(std::filesystem::path path) : path_(std::move(path)) {
  lock_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock_ < 0) ThrowSystemError(path_, "cannot be opened");
  // File systems without locks on directories answer with other codes; there the journal's own lock
  // is what keeps two runs apart.
  if (::flock(lock_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
  ::close(lock_);
  throw ReportError(path_.string() +
                    ": another process is working in it; wait for that run to end, or choose "
                    "another --out");
}

RunDirectory::RunDirectory(RunDirectory&& other) noexcept
    : path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)),
      is_continued_(other.is_continued_) {}

RunDirectory::~RunDirectory() {
  if (lock_ >= 0) ::close(lock_);
}

RunDirectory RunDirectory::Open(const std::filesystem::path& path, const RunReport& run) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::exists(status) && !fs::is_directory(status)) {
    ThrowUnusable(path, "is a file, expected a directory");
  }
  fs::create_directories(path, error);
  if (error) ThrowUnusable(path, "cannot be created: " + error.message());
  RunDirectory directory(path);
  directory.is_continued_ = fs::exists(path / kRunJson, error);
  if (error) ThrowUnusable(path, "cannot be read: " + error.message());
  if (directory.is_continued_) {
    CheckIdentity(path, run.identity);
    if (::faccessat(AT_FDCWD, path.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
      ThrowSystemError(path, "cannot be written");
    }
  } else {
    CheckEmpty(path);
    directory.Write(kRunJson, [&](std::ostream& out) { WriteRunJson(run, out); });
  }
  return directory;
}

void RunDirectory::Write(const std::string& name,
                         const std::function<void(std::ostream&)>& writer) const {
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos) {
    throw std::invalid_argument("RunDirectory::Write: expected a plain file name, found \"" + name +
                                "\"");
  }
  const fs::path temporary = TemporaryPath(path_, name);
  std::error_code error;
  try {
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    if (!out) ThrowSystemError(temporary, "cannot be written");
    writer(out);
    out.flush();
    if (!out) ThrowSystemError(temporary, "cannot be written");
    out.close();
    SyncPath(temporary);
    fs::rename(temporary, path_ / name, error);
    if (error) {
      throw ReportError((path_ / name).string() + ": cannot be replaced: " + error.message());
    }
  } catch (...) {
    fs::remove(temporary, error);
    throw;
  }
  SyncPath(path_);
}

}  // namespace meval
