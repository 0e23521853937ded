#ifndef MEVAL_SANDBOX_PROCESS_CHILD_PROCESS_H_
#define MEVAL_SANDBOX_PROCESS_CHILD_PROCESS_H_

#include <sys/types.h>

#include <span>
#include <string>
#include <vector>

#include "sandbox/process/file_descriptor.h"

namespace meval::sandbox {

// A program of ours that runs beside us. Its environment is empty, its directory is /, its signals
// are as for a new program, and it has no open file of ours but those it is given. It is a process
// group of its own, so that Ctrl-C reaches us alone: a program that it ended would seem to fail.
class ChildProcess {
 public:
  // files[i] becomes the child's file i. `arguments[0]` is the program's path. Throws SandboxError
  // if it cannot be started.
  ChildProcess(const std::vector<std::string>& arguments, std::span<const int> files);
  ~ChildProcess();  // kills it if it still runs
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Becomes readable when the child has ended.
  const FileDescriptor& handle() const { return handle_; }
  // Waits for its end: the exit code, or 128 + the number of the signal it died of.
  int Wait();

 private:
  pid_t pid_ = -1;
  FileDescriptor handle_;
};

// A handle on a process that is not our child, or one that is: readable when it has ended. Throws
// SandboxError if there is no such process.
FileDescriptor OpenProcess(pid_t pid);
// Kills it. Nothing happens where it has ended.
void Kill(const FileDescriptor& process);
// What orphans of our children become: children of ours, which we can wait for, instead of the
// system's. It holds for the whole of this process.
void AdoptOrphans();
// Takes an adopted process that has ended off the list of processes. Nothing happens where its own
// parent has done so.
void Reap(const FileDescriptor& process);

}  // namespace meval::sandbox

#endif  // MEVAL_SANDBOX_PROCESS_CHILD_PROCESS_H_
