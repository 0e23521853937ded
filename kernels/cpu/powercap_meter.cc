#include "kernels/cpu/powercap_meter.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <fstream>
#include <mutex>
#include <stop_token>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace meval::cpu {
namespace {

namespace fs = std::filesystem;

// A package of 400 W wraps a counter of 2^32 units of 61 microjoules, the usual one, in 11 minutes.
constexpr std::chrono::minutes kBetweenReadings{1};

std::optional<std::uint64_t> ReadCount(const fs::path& path) {
  std::ifstream in(path);
  std::uint64_t count = 0;
  if (!(in >> count)) return std::nullopt;
  return count;
}

struct Zone {
  std::string name;
  fs::path counter;
  std::uint64_t range = 0;   // the counter's largest value
  std::uint64_t latest = 0;  // what it said last
};

std::optional<Zone> OpenPackage(const fs::path& folder) {
  Zone zone;
  std::ifstream name(folder / "name");
  std::getline(name, zone.name);
  if (!zone.name.starts_with("package-")) return std::nullopt;
  zone.counter = folder / "energy_uj";
  const std::optional<std::uint64_t> range = ReadCount(folder / "max_energy_range_uj");
  const std::optional<std::uint64_t> latest = ReadCount(zone.counter);
  if (!range || !latest) return std::nullopt;
  zone.range = *range;
  zone.latest = *latest;
  return zone;
}

// In the order of their names.
std::vector<Zone> FindPackages(const fs::path& folder) {
  std::vector<Zone> packages;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (!entry.path().filename().string().starts_with("intel-rapl:")) continue;
    if (std::optional<Zone> package = OpenPackage(entry.path())) {
      packages.push_back(*std::move(package));
    }
  }
  std::sort(packages.begin(), packages.end(),
            [](const Zone& a, const Zone& b) { return a.name < b.name; });
  return packages;
}

// Adds up what the counters move. A thread of its own reads them every minute, so that none wraps
// twice between two readings however long a caller waits.
class PowercapMeter : public EnergyMeter {
 public:
  explicit PowercapMeter(std::vector<Zone> packages)
      : packages_(std::move(packages)), reader_([this](const std::stop_token& stop) {
          std::unique_lock lock(mutex_);
          while (!stop.stop_requested()) {
            wakes_.wait_for(lock, stop, kBetweenReadings, [] { return false; });
            Advance();
          }
        }) {}

  std::string source() const override {
    std::string text = "RAPL,";
    for (const Zone& package : packages_) text += " " + package.name;
    return text;
  }

  std::optional<double> Joules() override {
    const std::lock_guard lock(mutex_);
    Advance();
    if (!is_whole_) return std::nullopt;
    return static_cast<double>(microjoules_) / 1e6;
  }

  DeviceReadings Read() override { return {}; }

 private:
  void Advance() {
    for (Zone& package : packages_) {
      const std::optional<std::uint64_t> now = ReadCount(package.counter);
      if (!now) {
        is_whole_ = false;
        continue;
      }
      const bool has_wrapped = *now < package.latest;
      microjoules_ += *now - package.latest + (has_wrapped ? package.range : 0);
      package.latest = *now;
    }
  }

  std::mutex mutex_;  // over all but the names
  std::condition_variable_any wakes_;
  std::vector<Zone> packages_;
  std::uint64_t microjoules_ = 0;
  bool is_whole_ = true;
  std::jthread reader_;  // last: it uses the others
};

}  // namespace

std::unique_ptr<EnergyMeter> OpenPowercapMeter(const fs::path& folder) {
  std::vector<Zone> packages = FindPackages(folder);
  if (packages.empty()) return nullptr;
  return std::make_unique<PowercapMeter>(std::move(packages));
}

}  // namespace meval::cpu
