#include "tests/support/cuda_emulator/runtime.h"

#include <mutex>
#include <utility>

#include <cuda_runtime.h>

#include "tests/support/cuda_emulator/runtime_state.h"

namespace meval::cuda_emulator {
namespace {

// Launches may use this much dynamic shared memory unasked.
constexpr int kDefaultSharedBytes = 48 << 10;
constexpr std::uint32_t kMaxGridY = 65535;

}  // namespace

void SetDeviceModel(const DeviceModel& model) {
  Runtime& runtime = Runtime::Get();
  std::lock_guard lock(runtime.mutex);
  runtime.model = model;
}

void SetFaults(const Faults& faults) {
  Runtime& runtime = Runtime::Get();
  std::lock_guard lock(runtime.mutex);
  runtime.ResetFaults(faults);
}

RuntimeCounts Counts() {
  Runtime& runtime = Runtime::Get();
  std::lock_guard lock(runtime.mutex);
  RuntimeCounts counts = runtime.counts;
  counts.allocated_bytes = static_cast<std::int64_t>(runtime.memory.allocated_bytes());
  counts.calls = runtime.calls();
  return counts;
}

cudaError_t EnqueueOperation(cudaStream_t stream, std::function<void()> operation) {
  return Call([&](Runtime& runtime) -> cudaError_t {
    const cudaError_t error = runtime.CountLaunch();
    return error != cudaSuccess ? error : runtime.Enqueue(stream, std::move(operation));
  });
}

cudaError_t EnqueueLaunch(const void* kernel, const cudaLaunchConfig_t& config,
                          std::function<void()> call) {
  return Call([&](Runtime& runtime) -> cudaError_t {
    const auto found = runtime.max_shared.find(kernel);
    const int max_shared = found == runtime.max_shared.end() ? kDefaultSharedBytes : found->second;
    const dim3& grid = config.gridDim;
    const dim3& block = config.blockDim;
    if (config.dynamicSmemBytes > static_cast<std::size_t>(max_shared))
      return cudaErrorInvalidValue;
    if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.x > INT32_MAX || grid.y > kMaxGridY ||
        grid.z > kMaxGridY || block.x * block.y * block.z == 0 ||
        block.x * block.y * block.z > kMaxBlockThreads) {
      return cudaErrorInvalidConfiguration;
    }
    const cudaError_t error = runtime.CountLaunch();
    if (error != cudaSuccess) return error;
    return runtime.Enqueue(config.stream, [&runtime, grid, block, bytes = config.dynamicSmemBytes,
                                           run = std::move(call)] {
      ++runtime.counts.launches;
      RunGrid({grid.x, grid.y, grid.z}, {block.x, block.y, block.z}, bytes, run);
    });
  });
}

cudaError_t SetMaxDynamicShared(const void* kernel, int bytes) {
  return Call([&](Runtime& runtime) -> cudaError_t {
    if (bytes < 0 || bytes > kMaxSharedBytes) return cudaErrorInvalidValue;
    runtime.max_shared[kernel] = bytes;
    return cudaSuccess;
  });
}

}  // namespace meval::cuda_emulator
