#include "kernels/device_info.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "kernels/context.h"

namespace meval {
namespace {

TEST(ListDevices, BeginsWithTheCpu) {
  const std::vector<DeviceInfo> devices = ListDevices();
  ASSERT_FALSE(devices.empty());
  EXPECT_EQ(devices[0].kind, Device::kCpu);
  EXPECT_EQ(devices[0].name, DetectCpuFeatures().brand);
  EXPECT_GT(devices[0].total_bytes, std::int64_t{64} << 20);
  EXPECT_EQ(devices[0].compute_capability, Name(AvailableCpuPaths().back()));
}

TEST(ListDevices, HasCudaDevicesOrAReason) {
  const std::vector<DeviceInfo> devices = ListDevices();
  const std::string reason = WhyNoCuda();
  EXPECT_EQ(devices.size() == 1, !reason.empty()) << reason;
  for (std::size_t i = 1; i < devices.size(); ++i) {
    EXPECT_EQ(devices[i].kind, Device::kCuda);
    EXPECT_EQ(devices[i].index, static_cast<int>(i) - 1);
    EXPECT_FALSE(devices[i].name.empty());
    EXPECT_GT(devices[i].total_bytes, 0);
    EXPECT_NE(devices[i].compute_capability.find('.'), std::string::npos);
    EXPECT_NE(devices[i].driver_version.find('.'), std::string::npos);
    EXPECT_NE(devices[i].runtime_version.find('.'), std::string::npos);
  }
}

}  // namespace
}  // namespace meval
