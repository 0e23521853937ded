#ifndef MEVAL_KERNELS_SETTING_ERROR_H_
#define MEVAL_KERNELS_SETTING_ERROR_H_

#include "kernels/check.h"

namespace meval {

// Thrown where a variable of the environment that chooses how a device computes (MEVAL_GEMM,
// MEVAL_CUDA_MODE) holds none of its words. Not the device's fault but the user's typo: no other
// device is a way out of it.
class SettingError : public DeviceError {
 public:
  using DeviceError::DeviceError;
};

}  // namespace meval

#endif  // MEVAL_KERNELS_SETTING_ERROR_H_
