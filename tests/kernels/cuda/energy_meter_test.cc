#include "kernels/energy_meter.h"

#include <gtest/gtest.h>

#include "kernels/device_ops.h"
#include "tests/support/nvml/nvml_script.h"

namespace meval::testing {
namespace {

TEST(EnergyMeterOfACard, IsFoundByTheAddressOfTheContextsDevice) {
  const Context ctx({.device = Device::kCuda, .num_threads = 1});
  EXPECT_EQ(ctx.device_ops()->PciBusId(), "0000:1a:00.0");
  ScriptedNvml nvml(MEVAL_NVML);
  nvml.script() = {.driver_version = "580.65.06",
                   .pci_bus_id = ctx.device_ops()->PciBusId(),
                   .millijoules = {1000, 3500}};
  const auto meter = OpenEnergyMeter(ctx, {.nvml = MEVAL_NVML, .powercap = "/nowhere"});
  ASSERT_NE(meter, nullptr);
  EXPECT_EQ(meter->source(), "NVML, driver 580.65.06");
  const std::optional<double> before = meter->Joules();
  EXPECT_EQ(JoulesBetween(before, meter->Joules()), 2.5);
}

TEST(EnergyMeterOfACard, IsNotThereOfAnother) {
  const Context ctx({.device = Device::kCuda, .num_threads = 1});
  ScriptedNvml nvml(MEVAL_NVML);
  nvml.script().pci_bus_id = "0000:1b:00.0";
  EXPECT_EQ(OpenEnergyMeter(ctx, {.nvml = MEVAL_NVML, .powercap = "/nowhere"}), nullptr);
}

}  // namespace
}  // namespace meval::testing
