#ifndef MEVAL_EVALS_GPU_CHECK_CEILINGS_H_
#define MEVAL_EVALS_GPU_CHECK_CEILINGS_H_

// What a device can do at most, for the head of a report.

#include <functional>
#include <string>
#include <vector>

#include "kernels/context.h"

namespace meval::gpu_check {

struct CeilingMeasurement {
  std::string name;                      // "read"
  std::function<std::string()> measure;  // "4.31 TB/s"; throws DeviceError
};

// Reading, copying, bf16 products, and attention by each form the device has. Borrows the context.
std::vector<CeilingMeasurement> CeilingsOf(Context& device);

}  // namespace meval::gpu_check

#endif  // MEVAL_EVALS_GPU_CHECK_CEILINGS_H_
