#include "kernels/cuda/nvml_meter.h"

#include <dlfcn.h>

#include <array>
#include <utility>

namespace meval::cuda {
namespace {

// NVML's C interface as its API reference describes it ("NVML API Reference", chapters
// "Initialization and Cleanup", "System Queries" and "Device Queries"): a device is an opaque
// pointer, and a function returns 0 if it did what was asked for.
using NvmlDevice = void*;
constexpr int kSuccess = 0;
constexpr int kGpuSensor = 0;  // of nvmlDeviceGetTemperature
constexpr int kSmClock = 1;    // of nvmlDeviceGetClockInfo
constexpr int kMemoryClock = 2;

using Plain = int();
using GetDriverVersion = int(char* text, unsigned length);
using GetHandle = int(const char* pci_bus_id, NvmlDevice* device);
using GetEnergy = int(NvmlDevice device, unsigned long long* millijoules);
using GetPower = int(NvmlDevice device, unsigned* milliwatts);
using GetNumber = int(NvmlDevice device, int which, unsigned* number);

// A library that dlopen found; closed at the end of its life.
class Library {
 public:
  explicit Library(const std::string& name)
      : handle_(dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL)) {}
  ~Library() {
    if (handle_ != nullptr) dlclose(handle_);
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  bool is_open() const { return handle_ != nullptr; }
  // Null where the library, of an older driver perhaps, has no function of this name.
  template <typename Function>
  Function* Find(const char* name) const {
    return reinterpret_cast<Function*>(dlsym(handle_, name));
  }

 private:
  void* handle_;
};

// NVML between its initialisation and its shutdown, which it counts for all users of a process.
class Nvml {
 public:
  explicit Nvml(const std::string& name) : library_(name) {
    if (!library_.is_open()) return;
    auto* const init = library_.Find<Plain>("nvmlInit_v2");
    shutdown_ = library_.Find<Plain>("nvmlShutdown");
    is_ready_ = init != nullptr && shutdown_ != nullptr && init() == kSuccess;
  }
  ~Nvml() {
    if (is_ready_) shutdown_();
  }
  Nvml(const Nvml&) = delete;
  Nvml& operator=(const Nvml&) = delete;

  bool is_ready() const { return is_ready_; }
  const Library& library() const { return library_; }

  // "580.65.06"; "" where it does not say.
  std::string DriverVersion() const {
    std::array<char, 80> text{};  // the length that the reference names
    auto* const get = library_.Find<GetDriverVersion>("nvmlSystemGetDriverVersion");
    if (get == nullptr || get(text.data(), text.size() - 1) != kSuccess) return "";
    return text.data();
  }
  // Null where no card has that address.
  NvmlDevice FindDevice(const std::string& pci_bus_id) const {
    NvmlDevice device = nullptr;
    auto* const find = library_.Find<GetHandle>("nvmlDeviceGetHandleByPciBusId_v2");
    if (find == nullptr || find(pci_bus_id.c_str(), &device) != kSuccess) return nullptr;
    return device;
  }

 private:
  Library library_;
  Plain* shutdown_ = nullptr;
  bool is_ready_ = false;
};

class NvmlMeter : public EnergyMeter {
 public:
  NvmlMeter(std::unique_ptr<Nvml> nvml, NvmlDevice device)
      : nvml_(std::move(nvml)), device_(device) {
    const Library& library = nvml_->library();
    get_energy_ = library.Find<GetEnergy>("nvmlDeviceGetTotalEnergyConsumption");
    get_power_ = library.Find<GetPower>("nvmlDeviceGetPowerUsage");
    get_temperature_ = library.Find<GetNumber>("nvmlDeviceGetTemperature");
    get_clock_ = library.Find<GetNumber>("nvmlDeviceGetClockInfo");
  }

  std::string source() const override {
    const std::string version = nvml_->DriverVersion();
    return version.empty() ? "NVML" : "NVML, driver " + version;
  }

  std::optional<double> Joules() override {
    unsigned long long millijoules = 0;
    if (get_energy_ == nullptr || get_energy_(device_, &millijoules) != kSuccess) {
      return std::nullopt;
    }
    return static_cast<double>(millijoules) / 1000;
  }

  DeviceReadings Read() override {
    DeviceReadings readings;
    unsigned milliwatts = 0;
    if (get_power_ != nullptr && get_power_(device_, &milliwatts) == kSuccess) {
      readings.watts = static_cast<double>(milliwatts) / 1000;
    }
    readings.temperature_c = Number(get_temperature_, kGpuSensor);
    readings.sm_clock_mhz = Number(get_clock_, kSmClock);
    readings.memory_clock_mhz = Number(get_clock_, kMemoryClock);
    return readings;
  }

 private:
  std::optional<double> Number(GetNumber* get, int which) const {
    unsigned number = 0;
    if (get == nullptr || get(device_, which, &number) != kSuccess) return std::nullopt;
    return number;
  }

  std::unique_ptr<Nvml> nvml_;
  NvmlDevice device_;
  GetEnergy* get_energy_ = nullptr;
  GetPower* get_power_ = nullptr;
  GetNumber* get_temperature_ = nullptr;
  GetNumber* get_clock_ = nullptr;
};

}  // namespace

std::unique_ptr<EnergyMeter> OpenNvmlMeter(const std::string& library,
                                           const std::string& pci_bus_id) {
  auto nvml = std::make_unique<Nvml>(library);
  if (!nvml->is_ready()) return nullptr;
  const NvmlDevice device = nvml->FindDevice(pci_bus_id);
  if (device == nullptr) return nullptr;
  return std::make_unique<NvmlMeter>(std::move(nvml), device);
}

}  // namespace meval::cuda
