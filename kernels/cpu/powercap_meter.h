#ifndef MEVAL_KERNELS_CPU_POWERCAP_METER_H_
#define MEVAL_KERNELS_CPU_POWERCAP_METER_H_

#include <filesystem>
#include <memory>

#include "kernels/energy_meter.h"

namespace meval::cpu {

// The meter over the processor packages among the power zones of a folder, as Linux lays them out
// (Documentation/power/powercap/powercap.rst):
//
//   intel-rapl:0/name                  "package-0"; other zones are parts of one, or the board
//   intel-rapl:0/energy_uj             a counter in microjoules
//   intel-rapl:0/max_energy_range_uj   behind which it begins again at 0
//
// Null where no package can be read, as for most users and in most virtual machines. If a package
// cannot be read later, Joules() is absent from then on: a part is not the sum.
std::unique_ptr<EnergyMeter> OpenPowercapMeter(const std::filesystem::path& folder);

}  // namespace meval::cpu

#endif  // MEVAL_KERNELS_CPU_POWERCAP_METER_H_
