#ifndef MEVAL_TESTS_METRICS_ERROR_OF_H_
#define MEVAL_TESTS_METRICS_ERROR_OF_H_

#include <string>

#include "metrics/metric_error.h"

namespace meval::testing {

// What the MetricError says that `call` throws, or "no error".
template <typename Call>
std::string ErrorOf(const Call& call) {
  try {
    call();
  } catch (const MetricError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace meval::testing

#endif  // MEVAL_TESTS_METRICS_ERROR_OF_H_
