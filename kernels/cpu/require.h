#ifndef MEVAL_KERNELS_CPU_REQUIRE_H_
#define MEVAL_KERNELS_CPU_REQUIRE_H_

// The checks every dispatcher makes of its arguments. All throw std::invalid_argument.

#include <initializer_list>
#include <string>

#include "kernels/tensor.h"

namespace meval::cpu {

// `view` is on `device`, of `dtype`, and of shape `dims`, where -1 stands for any extent. `what`
// names op and argument: "RmsNorm: x". Rows may be strided.
void RequireTensor(const char* what, const TensorView& view, DType dtype,
                   std::initializer_list<std::int64_t> dims, Device device = Device::kCpu);

// `found` things where the op needs `expected`.
void RequireCount(const char* what, std::int64_t found, std::int64_t expected);

}  // namespace meval::cpu

#endif  // MEVAL_KERNELS_CPU_REQUIRE_H_
