#ifndef MEVAL_KERNELS_CUDA_CHECK_CUDA_H_
#define MEVAL_KERNELS_CUDA_CHECK_CUDA_H_

// How a call of the CUDA runtime that fails becomes a DeviceError.

#include <string>

#include <cuda_runtime.h>

#include "kernels/check.h"

namespace meval::cuda {

// " on CUDA device 0": what an error says behind the call that failed.
inline std::string OnThisDevice() {
  int device = 0;
  (void)cudaGetDevice(&device);
  return " on CUDA device " + std::to_string(device);
}

// Throws DeviceError "RmsNorm on CUDA device 0: cudaErrorLaunchFailure (719): unspecified launch
// failure" unless `error` is cudaSuccess. `what` names the call or kernel and what it was asked
// for.
inline void CheckCuda(cudaError_t error, const char* what) {
  if (error == cudaSuccess) return;
  const std::string where = OnThisDevice();
  (void)cudaGetLastError();  // reported here, and not by the next launch once more
  throw DeviceError(what + where + ": " + cudaGetErrorName(error) + " (" +
                    std::to_string(static_cast<int>(error)) + "): " + cudaGetErrorString(error));
}
inline void CheckCuda(cudaError_t error, const std::string& what) {
  CheckCuda(error, what.c_str());
}

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_CHECK_CUDA_H_
