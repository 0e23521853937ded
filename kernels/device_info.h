#ifndef MEVAL_KERNELS_DEVICE_INFO_H_
#define MEVAL_KERNELS_DEVICE_INFO_H_

// What this machine and this build offer to run on.

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/tensor.h"

namespace meval {

struct DeviceInfo {
  Device kind = Device::kCpu;
  int index = 0;                   // among the devices of its kind
  std::string name;                // "AMD EPYC 9B14", "NVIDIA H200"
  std::int64_t total_bytes = 0;    // memory; 0 where the system does not say
  std::string compute_capability;  // cuda: "9.0"; cpu: the fastest path, "avx512"
  std::string driver_version;      // cuda: the CUDA version the driver supports, "13.0"; cpu: ""
  std::string runtime_version;     // cuda: the CUDA version of this build, "13.0"; cpu: ""
};

// The CPU, then every CUDA device that answers. Never throws for want of a device, a driver or CUDA
// code: WhyNoCuda says which.
std::vector<DeviceInfo> ListDevices();

// Why ListDevices has no CUDA device, in words for the user; empty if it has one.
std::string WhyNoCuda();

// Whether this build has CUDA code, so that a device there might be could be used.
bool HasCudaCode();

}  // namespace meval

#endif  // MEVAL_KERNELS_DEVICE_INFO_H_
