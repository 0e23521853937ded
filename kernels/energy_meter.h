#ifndef MEVAL_KERNELS_ENERGY_METER_H_
#define MEVAL_KERNELS_ENERGY_METER_H_

// The energy that the device of a context uses, and what else that device says of itself.
//
//   cuda  NVML, NVIDIA's management library, which comes with the driver: the energy of the whole
//         card since the driver was loaded, from Volta on
//   cpu   RAPL (Intel SDM volume 3B, "RAPL Interfaces"; AMD since Zen), by Linux's power zones: the
//         energy of all processor packages, without memory
//
//   const std::unique_ptr<EnergyMeter> meter = OpenEnergyMeter(ctx);
//   const std::optional<double> before = meter ? meter->Joules() : std::nullopt;
//
// Both count whatever runs there, other programs too. A machine that lets nothing be read is no
// error: then there is no meter, or a figure is absent.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "kernels/context.h"

namespace meval {

// At one moment. Absent: the device does not say.
struct DeviceReadings {
  std::optional<double> watts;
  std::optional<double> temperature_c;
  std::optional<double> sm_clock_mhz;  // of the streaming multiprocessors
  std::optional<double> memory_clock_mhz;
};

class EnergyMeter {
 public:
  EnergyMeter() = default;
  virtual ~EnergyMeter() = default;
  EnergyMeter(const EnergyMeter&) = delete;
  EnergyMeter& operator=(const EnergyMeter&) = delete;

  // Whose figures these are: "NVML, driver 580.65.06"; "RAPL, package-0 package-1".
  virtual std::string source() const = 0;
  // Used since a moment before the meter was opened: only differences mean anything. Counters move
  // every millisecond (RAPL) to tenth of a second (NVML). May be called from any thread.
  virtual std::optional<double> Joules() = 0;
  virtual DeviceReadings Read() = 0;
};

// Where meters look; tests have others.
struct EnergySources {
  std::string nvml = "libnvidia-ml.so.1";  // as dlopen takes it
  std::filesystem::path powercap = "/sys/class/powercap";
};

// The meter of the context's device; null where nothing can be read.
std::unique_ptr<EnergyMeter> OpenEnergyMeter(const Context& ctx, const EnergySources& sources = {});

// What was used between two readings: nothing where one is absent, or where the counter has not
// moved, since less than a tick is not zero.
std::optional<double> JoulesBetween(std::optional<double> before, std::optional<double> after);

}  // namespace meval

#endif  // MEVAL_KERNELS_ENERGY_METER_H_
