#ifndef MEVAL_SANDBOX_PROCESS_PROCESS_FIGURES_H_
#define MEVAL_SANDBOX_PROCESS_PROCESS_FIGURES_H_

#include <sys/types.h>

#include <chrono>
#include <cstdint>

// What the kernel says of processes that are not ours, in /proc.

namespace meval::sandbox {

// Bytes of memory that a process and all its descendants hold now, shared pages once for each of
// them; 0 for a process that has ended. Processes that come or go meanwhile may be missed.
std::int64_t ResidentBytes(pid_t root);

// How long the first child of a process has waited, ready to run, for a processor that others had;
// 0 where the kernel does not say, and where there is no such child.
std::chrono::nanoseconds WaitOfFirstChild(pid_t parent);

}  // namespace meval::sandbox

#endif  // MEVAL_SANDBOX_PROCESS_PROCESS_FIGURES_H_
