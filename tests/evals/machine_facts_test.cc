#include "evals/machine_facts.h"

#include <gtest/gtest.h>

#include "tests/support/temp_directory.h"

namespace meval {
namespace {

using testing::TempDirectory;

TEST(ReadMachineState, ReadsGovernorClocksSensorsAndLoad) {
  const TempDirectory root;
  root.Write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
  root.Write("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "3000000\n");
  root.Write("sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq", "3500000\n");
  root.Write("sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", "4100000\n");
  root.Write("sys/class/thermal/thermal_zone0/temp", "41000\n");
  root.Write("sys/class/hwmon/hwmon0/temp1_input", "57250\n");
  root.Write("sys/class/hwmon/hwmon0/temp1_crit", "99000\n");
  root.Write("proc/loadavg", "0.75 0.50 0.25 1/200 4242\n");
  const MachineState state = ReadMachineState(root.path());
  EXPECT_EQ(state.governor, "performance");
  EXPECT_EQ(state.clock_mhz, 3250);
  EXPECT_EQ(state.max_clock_mhz, 4100);
  EXPECT_EQ(state.temperature_c, 57.25);
  EXPECT_EQ(state.load, 0.75);
}

TEST(ReadMachineState, TakesTheClockOfCpuinfoWhereThereIsNoOther) {
  const TempDirectory root;
  root.Write("proc/cpuinfo",
             "processor\t: 0\ncpu MHz\t\t: 2600.5\n\nprocessor\t: 1\ncpu MHz\t\t: 2599.5\n");
  EXPECT_EQ(ReadClockMhz(root.path()), 2600);
}

TEST(ReadMachineState, SaysNothingOfWhatIsNotThere) {
  const TempDirectory root;
  const MachineState state = ReadMachineState(root.path());
  EXPECT_EQ(state.governor, "");
  EXPECT_FALSE(state.clock_mhz.has_value());
  EXPECT_FALSE(state.max_clock_mhz.has_value());
  EXPECT_FALSE(state.temperature_c.has_value());
  EXPECT_FALSE(state.load.has_value());
  EXPECT_EQ(ReadPeakMemoryBytes(root.path()), 0);
}

TEST(ReadPeakMemoryBytes, ReadsTheHighWaterMark) {
  const TempDirectory root;
  root.Write("proc/self/status", "Name:\tx\nVmPeak:\t  9000 kB\nVmHWM:\t    1234 kB\n");
  EXPECT_EQ(ReadPeakMemoryBytes(root.path()), 1234 * 1024);
}

}  // namespace
}  // namespace meval
