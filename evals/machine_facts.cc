#include "evals/machine_facts.h"

#include <algorithm>
#include <fstream>
#include <string_view>
#include <system_error>
#include <vector>

namespace meval {
namespace {

namespace fs = std::filesystem;

std::optional<double> ReadNumber(const fs::path& path) {
  std::ifstream in(path);
  double number = 0;
  if (!(in >> number)) return std::nullopt;
  return number;
}

// The number behind "KEY ...: " of each line that begins with the key.
std::vector<double> ReadNumbersOf(const fs::path& path, std::string_view key) {
  std::vector<double> numbers;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    const std::size_t colon = line.find(':');
    if (!line.starts_with(key) || colon == std::string::npos) continue;
    char* end = nullptr;
    const char* begin = line.c_str() + colon + 1;
    const double number = std::strtod(begin, &end);
    if (end != begin) numbers.push_back(number);
  }
  return numbers;
}

std::optional<double> MeanOf(const std::vector<double>& numbers) {
  if (numbers.empty()) return std::nullopt;
  double sum = 0;
  for (const double number : numbers) sum += number;
  return sum / static_cast<double>(numbers.size());
}

// Entries of a directory whose names begin with `prefix`; none if it cannot be read.
std::vector<fs::path> Entries(const fs::path& directory, std::string_view prefix) {
  std::vector<fs::path> entries;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    if (entry.path().filename().string().starts_with(prefix)) entries.push_back(entry.path());
  }
  return entries;
}

// Sensors say thousandths of a degree.
std::optional<double> HottestSensor(const fs::path& root) {
  std::vector<fs::path> sensors;
  for (const fs::path& zone : Entries(root / "sys/class/thermal", "thermal_zone")) {
    sensors.push_back(zone / "temp");
  }
  for (const fs::path& chip : Entries(root / "sys/class/hwmon", "hwmon")) {
    for (const fs::path& input : Entries(chip, "temp")) {
      if (input.filename().string().ends_with("_input")) sensors.push_back(input);
    }
  }
  std::optional<double> hottest;
  for (const fs::path& sensor : sensors) {
    const std::optional<double> thousandths = ReadNumber(sensor);
    if (thousandths) hottest = std::max(hottest.value_or(-1000), *thousandths / 1000);
  }
  return hottest;
}

}  // namespace

std::optional<double> ReadClockMhz(const fs::path& root) {
  std::vector<double> clocks;
  for (const fs::path& core : Entries(root / "sys/devices/system/cpu", "cpu")) {
    if (const auto khz = ReadNumber(core / "cpufreq/scaling_cur_freq")) {
      clocks.push_back(*khz / 1000);
    }
  }
  if (clocks.empty()) clocks = ReadNumbersOf(root / "proc/cpuinfo", "cpu MHz");
  return MeanOf(clocks);
}

MachineState ReadMachineState(const fs::path& root) {
  MachineState state;
  const fs::path frequency = root / "sys/devices/system/cpu/cpu0/cpufreq";
  std::ifstream governor(frequency / "scaling_governor");
  std::getline(governor, state.governor);
  state.clock_mhz = ReadClockMhz(root);
  if (const auto khz = ReadNumber(frequency / "cpuinfo_max_freq")) {
    state.max_clock_mhz = *khz / 1000;
  }
  state.temperature_c = HottestSensor(root);
  state.load = ReadNumber(root / "proc/loadavg");
  return state;
}

std::int64_t ReadPeakMemoryBytes(const fs::path& root) {
  constexpr double kKibibyte = 1024;
  const std::vector<double> peaks = ReadNumbersOf(root / "proc/self/status", "VmHWM");
  return peaks.empty() ? 0 : static_cast<std::int64_t>(peaks.front() * kKibibyte);
}

}  // namespace meval
