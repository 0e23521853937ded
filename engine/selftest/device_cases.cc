#include "engine/selftest/device_cases.h"

#include <cstddef>

namespace meval::selftest {

std::string ShapeText(std::initializer_list<std::int64_t> extents, DType dtype) {
  std::string text;
  for (const std::int64_t extent : extents) {
    text += (text.empty() ? "" : " x ") + std::to_string(extent);
  }
  return text + " " + Name(dtype);
}

void DeviceSubject::AddExact(const char* name, const std::string& shape, const Floats& expected,
                             const Floats& found) const {
  std::string failure = expected.size() == found.size() ? "" : shape + ": another size";
  for (std::size_t i = 0; i < expected.size() && failure.empty(); ++i) {
    // Also where one of them is no number.
    if (expected[i] == found[i]) continue;
    failure = shape + ": element " + std::to_string(i) + ": expected " +
              std::to_string(expected[i]) + ", found " + std::to_string(found[i]);
  }
  checks.Add(name, failure);
}

}  // namespace meval::selftest
