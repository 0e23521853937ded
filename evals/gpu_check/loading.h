#ifndef MEVAL_EVALS_GPU_CHECK_LOADING_H_
#define MEVAL_EVALS_GPU_CHECK_LOADING_H_

// How long a device takes to load weights that lie in the page cache.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "evals/run_options.h"
#include "kernels/context.h"

namespace meval::gpu_check {

struct LoadTime {
  std::string checkpoint;  // "2 of 32 layers of random:mistral-7b-v0.1"
  std::string directory;   // where it lay
  std::int64_t bytes = 0;  // of its files
  double seconds = 0;      // from opening the files until the device has the last byte

  double BytesPerSecond() const { return seconds > 0 ? static_cast<double>(bytes) / seconds : 0; }
  // What the weights of Mistral 7B in 16 bits would take at this rate.
  double SecondsOf7B() const;
};

// Layers of the checkpoint that is written for it: enough that its bytes take most of the time, few
// enough to be made in seconds.
inline constexpr std::int64_t kLoadedLayers = 2;

// The first of `places` with room for twice `bytes`; "" where there is none.
std::filesystem::path PlaceFor(std::int64_t bytes, std::span<const std::filesystem::path> places);

// Writes a checkpoint of the shape of `model`, which is random, to one of `places`, loads it, and
// takes it away again. Throws ModelError where no place has room for it, and DeviceError.
LoadTime MeasureLoading(Context& ctx, const ModelOptions& model,
                        std::span<const std::filesystem::path> places);

}  // namespace meval::gpu_check

#endif  // MEVAL_EVALS_GPU_CHECK_LOADING_H_
