#ifndef MEVAL_KERNELS_CHECK_H_
#define MEVAL_KERNELS_CHECK_H_

// Checks that stay on in release builds.
//
//   MEVAL_CHECK(condition, "message")   an invariant of our own: throws std::logic_error
//   MEVAL_REQUIRE(condition, "message") a caller's argument:     throws std::invalid_argument
//
// The message is any expression convertible to std::string; it is built only on failure.

#include <stdexcept>
#include <string>

namespace meval {

// Thrown when a device or its memory says no: which call, what was asked for.
class DeviceError : public std::runtime_error {
 public:
  explicit DeviceError(const std::string& what) : std::runtime_error(what) {}
};

}  // namespace meval

#define MEVAL_CHECK(condition, message)                                                      \
  do {                                                                                       \
    if (!(condition)) {                                                                      \
      throw std::logic_error(std::string(__FILE__) + ":" + std::to_string(__LINE__) + ": " + \
                             (message));                                                     \
    }                                                                                        \
  } while (false)

#define MEVAL_REQUIRE(condition, message)                                    \
  do {                                                                       \
    if (!(condition)) {                                                      \
      throw std::invalid_argument(std::string(__func__) + ": " + (message)); \
    }                                                                        \
  } while (false)

#endif  // MEVAL_KERNELS_CHECK_H_
