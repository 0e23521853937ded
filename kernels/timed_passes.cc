#include "kernels/timed_passes.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace meval {

double SecondsOf(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double MedianSecondsOf(const std::function<void()>& work) {
  std::array<double, 5> seconds{};
  for (double& pass : seconds) pass = SecondsOf(work);
  std::nth_element(seconds.begin(), seconds.begin() + seconds.size() / 2, seconds.end());
  return seconds[seconds.size() / 2];
}

}  // namespace meval
