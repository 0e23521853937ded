#ifndef MEVAL_KERNELS_CUDA_NVML_METER_H_
#define MEVAL_KERNELS_CUDA_NVML_METER_H_

#include <memory>
#include <string>

#include "kernels/energy_meter.h"

namespace meval::cuda {

// The meter of the card at a PCI address ("0000:17:00.0") through NVML. The library is loaded here
// and given back with the meter: the program neither links it nor needs it. Null where it does not
// load, lacks the functions that open a device, or does not know the card. With MIG the figures
// are those of the whole card, as far as it gives them.
std::unique_ptr<EnergyMeter> OpenNvmlMeter(const std::string& library,
                                           const std::string& pci_bus_id);

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_NVML_METER_H_
