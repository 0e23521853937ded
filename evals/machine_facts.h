#ifndef MEVAL_EVALS_MACHINE_FACTS_H_
#define MEVAL_EVALS_MACHINE_FACTS_H_

// What the system says of the processor at a moment: its clock, its governor, how hot it is and
// what else runs. Virtual machines hide most of it; what cannot be read is absent.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace meval {

struct MachineState {
  std::string governor;                 // of the first core: "performance"
  std::optional<double> clock_mhz;      // mean over the cores
  std::optional<double> max_clock_mhz;  // of the first core
  std::optional<double> temperature_c;  // the hottest sensor
  std::optional<double> load;           // average of the last minute
};

// `root` is where /proc and /sys are found.
MachineState ReadMachineState(const std::filesystem::path& root = "/");
// Only the clock: cheap enough to be read between measurements.
std::optional<double> ReadClockMhz(const std::filesystem::path& root = "/");
// The most memory this process has had so far, in bytes; 0 where the system does not say.
std::int64_t ReadPeakMemoryBytes(const std::filesystem::path& root = "/");

}  // namespace meval

#endif  // MEVAL_EVALS_MACHINE_FACTS_H_
