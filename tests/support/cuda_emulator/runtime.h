#ifndef MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_RUNTIME_H_
#define MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_RUNTIME_H_

// How the host stand-in for the CUDA runtime behaves, and what tests can ask of it.
//
// Device memory is host memory with three properties of the real one. It is poisoned (0xff: NaN in
// every format) when it is allocated. Host code cannot touch it: outside of kernels and copies its
// pages are closed, and each allocation ends at a page that is never open, so a stray access
// faults. There is only so much of it.
//
// Streams are lazy: what is enqueued runs when something waits for it, in order, so that a
// forgotten synchronisation shows as poison or stale data. Copies from or to pageable host memory
// behave as documented: the source is read at once, a destination is written before the call
// returns. The destination of a copy to pinned memory is poisoned when the copy is enqueued. The
// null stream waits for all others.
//
// An error inside an emulated kernel is thrown as EmulatorError by the call that waits.

#include <cstddef>
#include <cstdint>

namespace meval::cuda_emulator {

inline constexpr std::int64_t kNever = INT64_MAX;

// The device the stand-in presents.
struct DeviceModel {
  int num_devices = 1;
  int major = 9;
  int minor = 0;
  int multiprocessors = 4;
  std::size_t memory_bytes = std::size_t{128} << 20;
  int driver_version = 13000;  // less than CUDART_VERSION: too old; 0: no driver
};

// What goes wrong, counted from SetFaults on.
struct Faults {
  std::int64_t allocation_bytes = kNever;  // an allocation that takes the total beyond this fails
  std::int64_t allocations = kNever;       // the allocations after this many fail
  std::int64_t launches = kNever;          // the launches after this many are refused
  std::int64_t launch_memory = kNever;     // after this many calls launches find no memory
  std::int64_t calls = kNever;             // after this many calls the device is lost, for good
  bool busy = false;                       // another process holds the device
};

void SetDeviceModel(const DeviceModel& model);
// Also finds a lost device again.
void SetFaults(const Faults& faults);

struct RuntimeCounts {
  std::int64_t allocated_bytes = 0;  // now
  std::int64_t allocations = 0;      // since the program began
  std::int64_t launches = 0;         // kernels run
  std::int64_t graph_launches = 0;
  std::int64_t calls = 0;  // since SetFaults
};
RuntimeCounts Counts();

}  // namespace meval::cuda_emulator

#endif  // MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_RUNTIME_H_
