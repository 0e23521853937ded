#ifndef MEVAL_KERNELS_CUDA_OPEN_DEVICE_H_
#define MEVAL_KERNELS_CUDA_OPEN_DEVICE_H_

#include <memory>

#include "kernels/device_ops.h"

namespace meval::cuda {

// The ops on CUDA device 0 (CUDA_VISIBLE_DEVICES says which that is). Throws DeviceError where
// there is no device, driver, library or CUDA code that could run them, and says which and what to
// do.
//
// Three variables of the environment choose how: MEVAL_CUDA_MODE=invariant (default: one algorithm
// a weight for any number of rows, no split sums) | fast (an algorithm for each magnitude of rows,
// and a kernel of our own for very few), unless `mode` says which; MEVAL_CUDA_GRAPHS=on (default:
// small steps are recorded and repeated) | off; MEVAL_CUDA_ATTENTION=auto (default) | mma | wgmma,
// the instructions of attention over many rows (docs/cuda.md, "Hopper").
std::unique_ptr<DeviceOps> OpenDevice(CudaMode mode);

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_OPEN_DEVICE_H_
