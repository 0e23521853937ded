// Stands in for libnvidia-ml.so.1, with names, values and meanings of the NVML API Reference as far
// as kernels/cuda/nvml_meter.cc needs them. MEVAL_NVML_COUNTS_NO_ENERGY: of a driver that counts no
// energy yet. MEVAL_NVML_FINDS_NO_CARD: one that cannot open a device.

#include <cstring>

#include "tests/support/nvml/nvml_script.h"

namespace {

enum Result {
  kSuccess = 0,
  kUninitialized = 1,
  kInvalidArgument = 2,
  kNotSupported = 3,
  kNotFound = 6
};

// Any pointer that is not null.
char card = 0;

}  // namespace

extern "C" {

meval::testing::NvmlScript nvml_script;

int nvmlInit_v2();
int nvmlShutdown();
int nvmlSystemGetDriverVersion(char* text, unsigned length);
int nvmlDeviceGetHandleByPciBusId_v2(const char* pci_bus_id, void** device);
int nvmlDeviceGetTotalEnergyConsumption(void* device, unsigned long long* millijoules);
int nvmlDeviceGetPowerUsage(void* device, unsigned* milliwatts);
int nvmlDeviceGetTemperature(void* device, int sensor, unsigned* temperature);
int nvmlDeviceGetClockInfo(void* device, int clock, unsigned* mhz);
}

namespace {

int Say(const void* device, int value, unsigned* number) {
  if (nvml_script.num_users == 0) return kUninitialized;
  if (device != &card) return kInvalidArgument;
  if (value < 0) return kNotSupported;
  *number = static_cast<unsigned>(value);
  return kSuccess;
}

}  // namespace

int nvmlInit_v2() {
  if (!nvml_script.starts) return kNotFound;
  ++nvml_script.num_users;
  return kSuccess;
}

int nvmlShutdown() {
  if (nvml_script.num_users == 0) return kUninitialized;
  --nvml_script.num_users;
  return kSuccess;
}

int nvmlSystemGetDriverVersion(char* text, unsigned length) {
  if (nvml_script.driver_version.empty()) return kNotSupported;
  std::strncpy(text, nvml_script.driver_version.c_str(), length);
  return kSuccess;
}

#ifndef MEVAL_NVML_FINDS_NO_CARD
int nvmlDeviceGetHandleByPciBusId_v2(const char* pci_bus_id, void** device) {
  if (nvml_script.num_users == 0) return kUninitialized;
  if (nvml_script.pci_bus_id != pci_bus_id) return kNotFound;
  *device = &card;
  return kSuccess;
}
#endif

#ifndef MEVAL_NVML_COUNTS_NO_ENERGY
int nvmlDeviceGetTotalEnergyConsumption(void* device, unsigned long long* millijoules) {
  if (nvml_script.num_users == 0) return kUninitialized;
  if (device != &card) return kInvalidArgument;
  const auto& readings = nvml_script.millijoules;
  if (readings.empty()) return kNotSupported;
  const std::size_t reading = nvml_script.num_energy_readings++;
  *millijoules = readings[reading < readings.size() ? reading : readings.size() - 1];
  return kSuccess;
}
#endif

int nvmlDeviceGetPowerUsage(void* device, unsigned* milliwatts) {
  return Say(device, nvml_script.milliwatts, milliwatts);
}

int nvmlDeviceGetTemperature(void* device, int sensor, unsigned* temperature) {
  return sensor == 0 ? Say(device, nvml_script.temperature, temperature) : kInvalidArgument;
}

int nvmlDeviceGetClockInfo(void* device, int clock, unsigned* mhz) {
  if (clock != 1 && clock != 2) return kInvalidArgument;
  return Say(device, clock == 1 ? nvml_script.sm_clock : nvml_script.memory_clock, mhz);
}
