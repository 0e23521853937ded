#ifndef MEVAL_KERNELS_CUDA_CUDA_DEVICES_H_
#define MEVAL_KERNELS_CUDA_CUDA_DEVICES_H_

#include <string>
#include <vector>

#include "kernels/device_info.h"

namespace meval::cuda {

struct CudaDevices {
  std::vector<DeviceInfo> devices;
  std::string why_none;         // empty if there is a device
  bool has_device_code = true;  // whether this build could run on one
};

// Implemented by device_info.cu, or by cuda_absent.cc in a build without CUDA.
CudaDevices FindDevices();

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_CUDA_DEVICES_H_
