#include "kernels/device_info.h"

#ifdef __linux__
#include <unistd.h>
#endif

#include "kernels/context.h"
#include "kernels/cuda/cuda_devices.h"

namespace meval {
namespace {

std::int64_t PhysicalMemory() {
#ifdef __linux__
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page_bytes = sysconf(_SC_PAGESIZE);
  if (pages > 0 && page_bytes > 0) return std::int64_t{pages} * page_bytes;
#endif
  return 0;
}

DeviceInfo CpuInfo() {
  DeviceInfo info;
  info.kind = Device::kCpu;
  info.name = DetectCpuFeatures().brand;
  info.total_bytes = PhysicalMemory();
  info.compute_capability = Name(AvailableCpuPaths().back());
  return info;
}

}  // namespace

std::vector<DeviceInfo> ListDevices() {
  std::vector<DeviceInfo> devices = {CpuInfo()};
  const cuda::CudaDevices found = cuda::FindDevices();
  devices.insert(devices.end(), found.devices.begin(), found.devices.end());
  return devices;
}

std::string WhyNoCuda() { return cuda::FindDevices().why_none; }

bool HasCudaCode() { return cuda::FindDevices().has_device_code; }

}  // namespace meval
