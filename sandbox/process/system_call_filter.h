#ifndef MEVAL_SANDBOX_PROCESS_SYSTEM_CALL_FILTER_H_
#define MEVAL_SANDBOX_PROCESS_SYSTEM_CALL_FILTER_H_

#include <string>

namespace meval::sandbox {

// The seccomp filter of a program, as the BPF instructions that `bwrap --seccomp` reads.
//
// Namespaces, capabilities that are gone and limits already bound what a program can do; the filter
// takes away parts of the kernel that no test of a small Python program needs and through which the
// others have been broken before: namespaces and mounts anew, tracing, BPF, io_uring, keys, all
// sockets but AF_UNIX, input into terminals, and memory that no limit counts (memfd, System V).
// Refused calls give EPERM; clone3, whose flags a filter cannot see, ENOSYS, upon which libraries
// take clone. Calls of another architecture kill. Throws SandboxError if libseccomp fails.
std::string SystemCallFilter();

}  // namespace meval::sandbox

#endif  // MEVAL_SANDBOX_PROCESS_SYSTEM_CALL_FILTER_H_
