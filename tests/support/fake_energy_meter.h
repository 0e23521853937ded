#ifndef MEVAL_TESTS_SUPPORT_FAKE_ENERGY_METER_H_
#define MEVAL_TESTS_SUPPORT_FAKE_ENERGY_METER_H_

#include <memory>
#include <optional>
#include <string>

#include "kernels/energy_meter.h"

namespace meval::testing {

// A device that uses so many joules from each reading to the next, and is a degree hotter each time
// it is asked.
class FakeEnergyMeter : public EnergyMeter {
 public:
  explicit FakeEnergyMeter(double joules_a_reading) : joules_a_reading_(joules_a_reading) {}

  std::string source() const override { return "a fake"; }
  std::optional<double> Joules() override { return joules_ += joules_a_reading_; }
  DeviceReadings Read() override {
    DeviceReadings readings;
    readings.watts = 100;
    readings.temperature_c = temperature_++;
    return readings;
  }

 private:
  double joules_a_reading_;
  double joules_ = 1000;
  double temperature_ = 40;
};

}  // namespace meval::testing

#endif  // MEVAL_TESTS_SUPPORT_FAKE_ENERGY_METER_H_
