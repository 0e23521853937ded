// Stands in for the CUDA backend in a build without it.

#include "kernels/check.h"
#include "kernels/cuda/cuda_devices.h"
#include "kernels/cuda/open_device.h"

namespace meval::cuda {

CudaDevices FindDevices() {
  return {.devices = {}, .why_none = "this build has no CUDA code", .has_device_code = false};
}

std::unique_ptr<DeviceOps> OpenDevice(CudaMode /*mode*/) {
  throw DeviceError(
      "cuda: this build has no CUDA code; build on a machine with nvcc (CUDA Toolkit)");
}

}  // namespace meval::cuda
