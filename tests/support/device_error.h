#ifndef MEVAL_TESTS_SUPPORT_DEVICE_ERROR_H_
#define MEVAL_TESTS_SUPPORT_DEVICE_ERROR_H_

#include <functional>
#include <string>

#include "kernels/check.h"

namespace meval::testing {

// What the DeviceError says that `action` throws, or "no DeviceError".
inline std::string DeviceErrorOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const DeviceError& error) {
    return error.what();
  }
  return "no DeviceError";
}

}  // namespace meval::testing

#endif  // MEVAL_TESTS_SUPPORT_DEVICE_ERROR_H_
