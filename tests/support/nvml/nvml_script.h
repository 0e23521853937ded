#ifndef MEVAL_TESTS_SUPPORT_NVML_NVML_SCRIPT_H_
#define MEVAL_TESTS_SUPPORT_NVML_NVML_SCRIPT_H_

// What the stand-in for NVML (nvml_stand_in.cc) says. A test loads the same file as the program,
// and so finds the script that the program's copy reads.

#include <dlfcn.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace meval::testing {

// Functions without a reading answer as on a card that does not support them.
struct NvmlScript {
  bool starts = true;                                // nvmlInit_v2
  std::string driver_version = {};                   // "": not supported
  std::string pci_bus_id = {};                       // of the only card
  std::vector<unsigned long long> millijoules = {};  // one reading a call; the last one is repeated
  std::size_t num_energy_readings = 0;               // so far
  int milliwatts = -1;                               // below 0: not supported, likewise below
  int temperature = -1;                              // degrees Celsius
  int sm_clock = -1;                                 // MHz
  int memory_clock = -1;
  int num_users = 0;  // initialisations without a shutdown
};

// The script of a stand-in, as it was made, until the end of the scope.
class ScriptedNvml {
 public:
  explicit ScriptedNvml(const char* library) : library_(dlopen(library, RTLD_NOW | RTLD_LOCAL)) {
    if (library_ == nullptr) throw std::runtime_error(dlerror());
    script_ = static_cast<NvmlScript*>(dlsym(library_, "nvml_script"));
    if (script_ == nullptr) throw std::runtime_error("not a stand-in for NVML");
    *script_ = {};
  }
  ~ScriptedNvml() {
    *script_ = {};
    dlclose(library_);
  }
  ScriptedNvml(const ScriptedNvml&) = delete;
  ScriptedNvml& operator=(const ScriptedNvml&) = delete;

  NvmlScript& script() { return *script_; }

 private:
  void* library_;
  NvmlScript* script_;
};

}  // namespace meval::testing

#endif  // MEVAL_TESTS_SUPPORT_NVML_NVML_SCRIPT_H_
