// The CUDA devices of the machine. The runtime is linked statically and loads the driver's libcuda
// at the first call, so a machine without one runs this program and learns the reason here.

#include <cuda_runtime.h>

#include "kernels/cuda/cuda_devices.h"

namespace meval::cuda {
namespace {

// 13000 is "13.0".
std::string VersionText(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

// 0 without a driver.
int DriverVersion() {
  int version = 0;
  return cudaDriverGetVersion(&version) == cudaSuccess ? version : 0;
}

std::string Reason(cudaError_t error) {
  const int driver = DriverVersion();
  if (driver == 0) {
    return "no NVIDIA driver answers (libcuda.so.1 is absent or does not load); install the driver";
  }
  if (error == cudaErrorInsufficientDriver) {
    return "the NVIDIA driver supports CUDA " + VersionText(driver) + ", and this build needs " +
           VersionText(CUDART_VERSION) + "; update the driver";
  }
  if (error == cudaErrorNoDevice) {
    return "the NVIDIA driver sees no device; check nvidia-smi and CUDA_VISIBLE_DEVICES";
  }
  return std::string("cudaGetDeviceCount: ") + cudaGetErrorName(error) + ": " +
         cudaGetErrorString(error);
}

}  // namespace

CudaDevices FindDevices() {
  CudaDevices found;
  int count = 0;
  cudaError_t error = cudaGetDeviceCount(&count);
  for (int i = 0; error == cudaSuccess && i < count; ++i) {
    cudaDeviceProp properties{};
    error = cudaGetDeviceProperties(&properties, i);
    if (error != cudaSuccess) break;
    DeviceInfo info;
    info.kind = Device::kCuda;
    info.index = i;
    info.name = properties.name;
    info.total_bytes = static_cast<std::int64_t>(properties.totalGlobalMem);
    info.compute_capability =
        std::to_string(properties.major) + "." + std::to_string(properties.minor);
    info.driver_version = VersionText(DriverVersion());
    info.runtime_version = VersionText(CUDART_VERSION);
    found.devices.push_back(info);
  }
  if (found.devices.empty()) {
    found.why_none = Reason(error == cudaSuccess ? cudaErrorNoDevice : error);
  }
  return found;
}

}  // namespace meval::cuda
