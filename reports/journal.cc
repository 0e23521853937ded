#include "reports/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <fstream>
#include <system_error>

#include "reports/error.h"
#include "reports/json/journal_line.h"
#include "reports/json/strict_json.h"

namespace meval {
namespace {

constexpr std::int64_t kLinesPerSync = 512;
constexpr std::chrono::seconds kSyncInterval{2};

// Without its first line a journal is of no known run; any other line is one request's.
[[noreturn]] void ThrowDamaged(const std::filesystem::path& path, std::int64_t line,
                               const std::string& problem) {
  throw ReportError(path.string() + ":" + std::to_string(line) + ": " + problem +
                    (line == 1 ? "; delete the journal to begin again"
                               : "; delete the line to have its request asked again") +
                    ", or choose another --out");
}

// A journal of another format or another run is whole, and not this run's to cut or to continue.
void CheckBelongs(const std::filesystem::path& path, const JournalHeader& header,
                  std::string_view run) {
  if (header.format != 0 && header.format != kJournalFormat) {
    throw ReportError(path.string() + ":1: expected a journal of format " +
                      std::to_string(kJournalFormat) + ", found one of format " +
                      std::to_string(header.format) +
                      "; finish that run with the version of mistral-eval that began it, or choose "
                      "another --out");
  }
  if (header.problem.empty() && header.run != run) {
    throw ReportError(path.string() +
                      ":1: expected the journal of the run whose record is beside it (" +
                      std::string(run) + "), found that of another run (" + header.run +
                      "); put the right one back, or choose another --out");
  }
}

}  // namespace

JournalContents ReadJournal(const std::filesystem::path& path, std::string_view run) {
  JournalContents contents;
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) return contents;
  if (!std::filesystem::is_regular_file(status)) {
    throw ReportError(path.string() + ": is not a regular file");
  }
  std::ifstream in(path, std::ios::binary);
  const std::string text = ReadText(in, path.string());
  std::size_t begin = 0;
  for (std::int64_t number = 1; begin < text.size(); ++number) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string::npos) break;
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    std::string problem;
    if (number == 1) {
      const JournalHeader header = ParseHeader(line);
      CheckBelongs(path, header, run);
      problem = header.problem;
    } else {
      problem = ParseLine(line, contents);
    }
    if (!problem.empty()) {
      if (end + 1 == text.size()) break;
      ThrowDamaged(path, number, problem);
    }
    begin = end + 1;
  }
  contents.dropped_bytes = static_cast<std::int64_t>(text.size() - begin);
  return contents;
}

JournalWriter::JournalWriter(const std::filesystem::path& path, std::string_view run)
    : path_(path), last_sync_(std::chrono::steady_clock::now()) {
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (file_ < 0) ThrowSystemError(path_, "cannot be opened for appending");
  try {
    Open(run);
  } catch (...) {
    ::close(file_);
    throw;
  }
}

void JournalWriter::Open(std::string_view run) {
  // File systems without locks answer with other codes; there the promise is the user's.
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    throw ReportError(path_.string() +
                      ": another process is writing it; wait for that run to end, or choose "
                      "another --out");
  }
  struct stat status {};
  if (::fstat(file_, &status) != 0) ThrowSystemError(path_, "cannot be examined");
  if (!S_ISREG(status.st_mode)) throw ReportError(path_.string() + ": is not a regular file");
  finished_ = ReadJournal(path_, run);
  const off_t intact = status.st_size - static_cast<off_t>(finished_.dropped_bytes);
  if (::ftruncate(file_, intact) != 0) ThrowSystemError(path_, "cannot be cut");
  if (intact > 0) return;
  Append(HeaderLine(run));
  Sync();
}

JournalWriter::~JournalWriter() {
  try {
    Sync();
  } catch (const std::exception&) {
    // The rest of the journal is lost; the next run asks those requests again.
  }
  ::close(file_);
}

void JournalWriter::Add(std::string_view key, const JournalScore& score) {
  Append(ScoreLine(key, score));
}

void JournalWriter::Add(std::string_view key, std::int64_t sample,
                        const JournalGeneration& generation) {
  Append(GenerationLine(key, sample, generation));
}

void JournalWriter::Write() {
  std::size_t written = 0;
  while (written < buffer_.size()) {
    const ssize_t count = ::write(file_, buffer_.data() + written, buffer_.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      const int code = errno;  // before anything below can change it
      buffer_.erase(0, written);
      errno = code;
      ThrowSystemError(path_, "cannot be written");
    }
    written += static_cast<std::size_t>(count);
  }
  buffer_.clear();
}

void JournalWriter::Flush() {
  Write();
  if (unsynced_lines_ > 0 && std::chrono::steady_clock::now() - last_sync_ >= kSyncInterval) Sync();
}

void JournalWriter::Sync() {
  last_sync_ = std::chrono::steady_clock::now();
  if (unsynced_lines_ == 0) return;
  Write();
  if (::fsync(file_) != 0) ThrowSystemError(path_, "cannot be synced");
  unsynced_lines_ = 0;
}

void JournalWriter::Append(const std::string& line) {
  buffer_ += line;
  buffer_ += '\n';
  ++unsynced_lines_;
  if (unsynced_lines_ >= kLinesPerSync ||
      std::chrono::steady_clock::now() - last_sync_ >= kSyncInterval) {
    Sync();
  }
}

}  // namespace meval
