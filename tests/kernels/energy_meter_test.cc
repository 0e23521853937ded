#include "kernels/energy_meter.h"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernels/cpu/powercap_meter.h"
#include "kernels/cuda/nvml_meter.h"
#include "tests/support/nvml/nvml_script.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

using cpu::OpenPowercapMeter;
using cuda::OpenNvmlMeter;
using testing::ScriptedNvml;
using testing::TempDirectory;

constexpr char kAddress[] = "0000:1a:00.0";

TEST(NvmlMeter, ReadsEnergyPowerTemperatureAndClocks) {
  ScriptedNvml nvml(MEVAL_NVML);
  nvml.script() = {.driver_version = "580.65.06",
                   .pci_bus_id = kAddress,
                   .millijoules = {7'000'000'000'500, 7'000'000'002'750},
                   .milliwatts = 121'500,
                   .temperature = 41,
                   .sm_clock = 1980,
                   .memory_clock = 3201};
  const auto meter = OpenNvmlMeter(MEVAL_NVML, kAddress);
  ASSERT_NE(meter, nullptr);
  EXPECT_EQ(meter->source(), "NVML, driver 580.65.06");
  const std::optional<double> before = meter->Joules();
  EXPECT_EQ(JoulesBetween(before, meter->Joules()), 2.25);
  const DeviceReadings readings = meter->Read();
  EXPECT_EQ(readings.watts, 121.5);
  EXPECT_EQ(readings.temperature_c, 41);
  EXPECT_EQ(readings.sm_clock_mhz, 1980);
  EXPECT_EQ(readings.memory_clock_mhz, 3201);
}

TEST(NvmlMeter, SaysNothingOfWhatACardDoesNotSupport) {
  ScriptedNvml nvml(MEVAL_NVML);
  nvml.script() = {.pci_bus_id = kAddress, .temperature = 41};
  const auto meter = OpenNvmlMeter(MEVAL_NVML, kAddress);
  ASSERT_NE(meter, nullptr);
  EXPECT_EQ(meter->source(), "NVML");
  EXPECT_FALSE(meter->Joules().has_value());
  const DeviceReadings readings = meter->Read();
  EXPECT_FALSE(readings.watts.has_value());
  EXPECT_EQ(readings.temperature_c, 41);
  EXPECT_FALSE(readings.sm_clock_mhz.has_value());
  EXPECT_FALSE(readings.memory_clock_mhz.has_value());
}

TEST(NvmlMeter, DoesWithoutAFunctionThatAnOldDriverLacks) {
  ScriptedNvml nvml(MEVAL_OLD_NVML);
  nvml.script() = {.pci_bus_id = kAddress, .millijoules = {1, 2}, .milliwatts = 50'000};
  const auto meter = OpenNvmlMeter(MEVAL_OLD_NVML, kAddress);
  ASSERT_NE(meter, nullptr);
  EXPECT_FALSE(meter->Joules().has_value());
  EXPECT_EQ(meter->Read().watts, 50);
}

TEST(NvmlMeter, IsNotThereWithoutTheLibraryTheCardOrAFunctionThatFindsIt) {
  EXPECT_EQ(OpenNvmlMeter("libno-such-nvml.so.1", kAddress), nullptr);
  {
    ScriptedNvml nvml(MEVAL_STRANGE_LIBRARY);
    nvml.script().pci_bus_id = kAddress;
    EXPECT_EQ(OpenNvmlMeter(MEVAL_STRANGE_LIBRARY, kAddress), nullptr);
    EXPECT_EQ(nvml.script().num_users, 0);
  }
  ScriptedNvml nvml(MEVAL_NVML);
  nvml.script().pci_bus_id = kAddress;
  EXPECT_EQ(OpenNvmlMeter(MEVAL_NVML, "0000:1b:00.0"), nullptr);
  EXPECT_EQ(nvml.script().num_users, 0);
  nvml.script().starts = false;
  EXPECT_EQ(OpenNvmlMeter(MEVAL_NVML, kAddress), nullptr);
}

TEST(NvmlMeter, ShutsTheLibraryDownOnceForEachMeter) {
  ScriptedNvml nvml(MEVAL_NVML);
  nvml.script().pci_bus_id = kAddress;
  {
    const auto first = OpenNvmlMeter(MEVAL_NVML, kAddress);
    const auto second = OpenNvmlMeter(MEVAL_NVML, kAddress);
    EXPECT_EQ(nvml.script().num_users, 2);
  }
  EXPECT_EQ(nvml.script().num_users, 0);
}

// A machine with two packages, the cores of one of them, and a zone that holds the whole board.
class Powercap : public ::testing::Test {
 protected:
  Powercap() {
    AddZone("intel-rapl:0", "package-0", 1'000'000);
    AddZone("intel-rapl:1", "package-1", 2'000'000);
    AddZone("intel-rapl:0:0", "core", 500'000);
    AddZone("intel-rapl:2", "psys", 9'000'000);
    folder_.Write("intel-rapl/enabled", "1\n");
  }
  void AddZone(const std::string& zone, const std::string& name, int microjoules) {
    folder_.Write(zone + "/name", name + "\n");
    folder_.Write(zone + "/max_energy_range_uj", "262143328850\n");
    Set(zone, std::to_string(microjoules));
  }
  void Set(const std::string& zone, const std::string& microjoules) {
    folder_.Write(zone + "/energy_uj", microjoules + "\n");
  }

  TempDirectory folder_;
};

TEST_F(Powercap, AddsUpThePackagesAlone) {
  const auto meter = OpenPowercapMeter(folder_.path());
  ASSERT_NE(meter, nullptr);
  EXPECT_EQ(meter->source(), "RAPL, package-0 package-1");
  const std::optional<double> before = meter->Joules();
  Set("intel-rapl:0", "1500000");
  Set("intel-rapl:1", "2250000");
  Set("intel-rapl:0:0", "900000");
  Set("intel-rapl:2", "20000000");
  const std::optional<double> after = meter->Joules();
  ASSERT_TRUE(JoulesBetween(before, after).has_value());
  EXPECT_NEAR(*JoulesBetween(before, after), 0.75, 1e-12);
}

TEST_F(Powercap, FollowsACounterThatBeginsAgain) {
  Set("intel-rapl:0", "262143328000");
  const auto meter = OpenPowercapMeter(folder_.path());
  ASSERT_NE(meter, nullptr);
  const double before = meter->Joules().value();
  Set("intel-rapl:0", "499150");  // 850 to the end of the range, and as many more
  EXPECT_NEAR(meter->Joules().value() - before, 0.5, 1e-12);
  Set("intel-rapl:0", "250000000000");
  Set("intel-rapl:0", "262143328850");
  EXPECT_NEAR(meter->Joules().value() - before, 0.5 + 262142.8297, 1e-9);
  Set("intel-rapl:0", "1000000");
  EXPECT_NEAR(meter->Joules().value() - before, 0.5 + 262142.8297 + 1, 1e-9);
}

TEST_F(Powercap, GivesNoPartForTheSum) {
  const auto meter = OpenPowercapMeter(folder_.path());
  ASSERT_NE(meter, nullptr);
  EXPECT_TRUE(meter->Joules().has_value());
  std::filesystem::remove(folder_ / "intel-rapl:1/energy_uj");
  EXPECT_FALSE(meter->Joules().has_value());
  Set("intel-rapl:1", "3000000");
  EXPECT_FALSE(meter->Joules().has_value());
}

TEST_F(Powercap, IsNotThereWhereNoPackageCanBeRead) {
  EXPECT_EQ(OpenPowercapMeter(folder_ / "nothing"), nullptr);
  std::filesystem::remove(folder_ / "intel-rapl:0/energy_uj");
  std::filesystem::remove(folder_ / "intel-rapl:1/max_energy_range_uj");
  EXPECT_EQ(OpenPowercapMeter(folder_.path()), nullptr);
}

TEST_F(Powercap, IsTheMeterOfTheCpu) {
  const Context ctx({.num_threads = 1});
  const EnergySources sources = {.nvml = MEVAL_NVML, .powercap = folder_.path()};
  const auto meter = OpenEnergyMeter(ctx, sources);
  ASSERT_NE(meter, nullptr);
  EXPECT_EQ(meter->source(), "RAPL, package-0 package-1");
  EXPECT_FALSE(meter->Read().watts.has_value());
}

TEST(JoulesBetween, IsNothingWhereACounterIsAbsentOrHasNotMoved) {
  EXPECT_EQ(JoulesBetween(1, 3.5), 2.5);
  EXPECT_FALSE(JoulesBetween(std::nullopt, 1).has_value());
  EXPECT_FALSE(JoulesBetween(1, std::nullopt).has_value());
  EXPECT_FALSE(JoulesBetween(1, 1).has_value());
  EXPECT_FALSE(JoulesBetween(2, 1).has_value());
}

}  // namespace
}  // namespace meval
