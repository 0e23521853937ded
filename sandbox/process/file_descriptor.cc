#include "sandbox/process/file_descriptor.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "sandbox/sandbox.h"

namespace meval::sandbox {

void ThrowSystemError(const std::string& what) {
  throw SandboxError(what + ": " + std::strerror(errno));
}

FileDescriptor::FileDescriptor(int number, const char* what) {
  if (number < 0) ThrowSystemError(what);
  number_ = fcntl(number, F_DUPFD_CLOEXEC, kLowest);
  const int error = errno;
  close(number);
  errno = error;
  if (number_ < 0) ThrowSystemError(what);
}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    Close();
    number_ = std::exchange(other.number_, -1);
  }
  return *this;
}

void FileDescriptor::Close() {
  if (number_ >= 0) close(number_);
  number_ = -1;
}

namespace {

void NeverWait(const FileDescriptor& file) {
  const int flags = fcntl(file.number(), F_GETFL);
  if (flags < 0 || fcntl(file.number(), F_SETFL, flags | O_NONBLOCK) < 0) {
    ThrowSystemError("a pipe cannot be set up");
  }
}

}  // namespace

Pipe OpenPipe() {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) < 0) ThrowSystemError("a pipe cannot be opened");
  Pipe pipe = {{ends[0], "a pipe"}, {ends[1], "a pipe"}};
  NeverWait(pipe.read);
  return pipe;
}

Channel OpenChannel() {
  int ends[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
    ThrowSystemError("a pair of sockets cannot be opened");
  }
  Channel channel = {{ends[0], "a socket"}, {ends[1], "a socket"}};
  NeverWait(channel.ours);
  return channel;
}

FileDescriptor FileOf(std::string_view bytes) {
  FileDescriptor file(memfd_create("program", MFD_CLOEXEC), "a file in memory cannot be made");
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t written = write(file.number(), bytes.data() + done, bytes.size() - done);
    if (written < 0) ThrowSystemError("a file in memory cannot be written");
    done += static_cast<std::size_t>(written);
  }
  if (lseek(file.number(), 0, SEEK_SET) < 0) ThrowSystemError("a file in memory cannot be read");
  return file;
}

bool ReadAvailable(const FileDescriptor& file, std::size_t longest, std::string& bytes) {
  std::array<char, 65536> block;
  while (true) {
    const ssize_t size = read(file.number(), block.data(), block.size());
    if (size == 0) return false;
    if (size < 0 && errno == EINTR) continue;
    // A connection whose other end died with bytes unread is at its end, too.
    if (size < 0) return errno == EAGAIN;
    const std::size_t room = longest - std::min(longest, bytes.size());
    bytes.append(block.data(), std::min(room, static_cast<std::size_t>(size)));
    if (bytes.size() >= longest) return true;
  }
}

}  // namespace meval::sandbox
