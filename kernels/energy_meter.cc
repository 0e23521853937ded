#include "kernels/energy_meter.h"

#include "kernels/cpu/powercap_meter.h"
#include "kernels/cuda/nvml_meter.h"
#include "kernels/device_ops.h"

namespace meval {

std::unique_ptr<EnergyMeter> OpenEnergyMeter(const Context& ctx, const EnergySources& sources) {
  const DeviceOps* const device = ctx.device_ops();
  return device == nullptr ? cpu::OpenPowercapMeter(sources.powercap)
                           : cuda::OpenNvmlMeter(sources.nvml, device->PciBusId());
}

std::optional<double> JoulesBetween(std::optional<double> before, std::optional<double> after) {
  if (!before || !after || *after <= *before) return std::nullopt;
  return *after - *before;
}

}  // namespace meval
