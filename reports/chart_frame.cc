#include "reports/chart_frame.h"

#include <algorithm>
#include <cmath>

namespace meval {
namespace {

constexpr int kNumTicks = 5;
constexpr double kManyTimes = 20;  // between the least and the greatest x of a logarithmic axis
constexpr double kSideRoom = 10;   // beside the first and last point

}  // namespace

ChartFrame::ChartFrame(std::span<const ChartPoint> points) {
  double least = points.front().x;
  double greatest = least;
  low_ = high_ = points.front().value;
  for (const ChartPoint& point : points) {
    least = std::min(least, point.x);
    greatest = std::max(greatest, point.x);
    low_ = std::min({low_, point.value, point.low.value_or(point.value)});
    high_ = std::max({high_, point.value, point.high.value_or(point.value)});
  }
  is_logarithmic_ = least > 0 && greatest / least >= kManyTimes;
  first_ = Scaled(least);
  last_ = Scaled(greatest);
  // Some room, also where all values are equal.
  const double room = high_ > low_ ? 0.05 * (high_ - low_) : std::max(1e-9, std::abs(low_) / 20);
  low_ -= room;
  high_ += room;
}

double ChartFrame::Scaled(double x) const { return is_logarithmic_ ? std::log(x) : x; }

double ChartFrame::X(double x) const {
  if (last_ <= first_) return (kLeft + kRight) / 2;
  const double share = (Scaled(x) - first_) / (last_ - first_);
  return kLeft + kSideRoom + share * (kRight - kLeft - 2 * kSideRoom);
}

double ChartFrame::Y(double value) const {
  return kBottom - (value - low_) / (high_ - low_) * (kBottom - kTop);
}

std::vector<double> ChartFrame::Ticks() const {
  std::vector<double> ticks;
  for (int i = 0; i < kNumTicks; ++i) ticks.push_back(low_ + (high_ - low_) * i / (kNumTicks - 1));
  return ticks;
}

}  // namespace meval
