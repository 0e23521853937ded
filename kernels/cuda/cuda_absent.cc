// Stands in for device_info.cu in a build without CUDA.

#include "kernels/cuda/cuda_devices.h"

namespace meval::cuda {

CudaDevices FindDevices() { return {.devices = {}, .why_none = "this build has no CUDA code"}; }

}  // namespace meval::cuda
