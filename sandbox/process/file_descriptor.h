#ifndef MEVAL_SANDBOX_PROCESS_FILE_DESCRIPTOR_H_
#define MEVAL_SANDBOX_PROCESS_FILE_DESCRIPTOR_H_

#include <string>
#include <string_view>
#include <utility>

namespace meval::sandbox {

// Owns an open file. Closed on exec, and numbered above those that a child gets (child_process.h).
class FileDescriptor {
 public:
  FileDescriptor() = default;
  // Takes over `number`, which becomes another one above kLowest. Throws SandboxError for -1, which
  // system calls give where they fail; `what` is what failed.
  FileDescriptor(int number, const char* what);
  ~FileDescriptor() { Close(); }
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  static constexpr int kLowest = 16;

  int number() const { return number_; }
  void Close();

 private:
  int number_ = -1;
};

// "what: No such file or directory", from errno.
[[noreturn]] void ThrowSystemError(const std::string& what);

struct Pipe {
  FileDescriptor read;  // never waits
  FileDescriptor write;
};
Pipe OpenPipe();

// Two ends of a connection; ours never waits.
struct Channel {
  FileDescriptor ours;
  FileDescriptor theirs;
};
Channel OpenChannel();

// A file in memory that holds `bytes`, to be read from its beginning.
FileDescriptor FileOf(std::string_view bytes);

// Appends what can be read now, but no more than makes `bytes` as long as `longest`; the rest is
// dropped. False at the end of the file.
bool ReadAvailable(const FileDescriptor& file, std::size_t longest, std::string& bytes);

}  // namespace meval::sandbox

#endif  // MEVAL_SANDBOX_PROCESS_FILE_DESCRIPTOR_H_
