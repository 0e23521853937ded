#ifndef MEVAL_KERNELS_DEVICE_CEILING_H_
#define MEVAL_KERNELS_DEVICE_CEILING_H_

// The ceilings of a device other than the CPU (kernels/ceiling.h has those of both). Private to
// kernels/.

#include <cstdint>
#include <functional>

#include "kernels/buffer.h"
#include "kernels/context.h"

namespace meval {

// What is measured. Work is handed to the device `launches` times before its end is waited for, so
// that a wait, some microseconds, does not count.
struct DeviceCeilingSizes {
  std::int64_t bytes = 0;  // of memory to read, or to copy half of; a multiple of 32
  std::int64_t rows = 0;   // of the activations of a product [rows, k] x [n, k]^T in bf16
  std::int64_t n = 0;
  std::int64_t k = 0;
  int launches = 1;
};

// A GiB where it is free, else an eighth of what is, and the largest product of a step of the 7B
// shape (gate or up), or of a smaller one whose weight takes no more memory than that.
DeviceCeilingSizes CeilingSizesFor(const DeviceTraits& traits);

// As MeasureReadBandwidth, MeasureCopyBandwidth and MeasureMatmulRate of kernels/ceiling.h.
double MeasureDeviceRead(Context& ctx, const DeviceCeilingSizes& sizes);
double MeasureDeviceCopy(Context& ctx, const DeviceCeilingSizes& sizes);
double MeasureDeviceMatmul(Context& ctx, const DeviceCeilingSizes& sizes);

// Memory on the device that holds arbitrary bf16 numbers.
Buffer ArbitraryOnDevice(Context& ctx, std::int64_t num_elements);

// Seconds of one of `launches` calls of `work`, whose results lie at `on_device`.
double SecondsEach(Context& ctx, const void* on_device, int launches,
                   const std::function<void()>& work);

}  // namespace meval

#endif  // MEVAL_KERNELS_DEVICE_CEILING_H_
