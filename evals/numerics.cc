#include "evals/numerics.h"

#include <fmt/format.h>

namespace meval {

std::string NumericsOf(const Context& context) {
  if (context.device() == Device::kCuda) {
    return fmt::format("v{}, {}", kNumericsVersion, context.device_arithmetic());
  }
  const bool is_reference = context.path() == CpuPath::kReference;
  std::string gemm = Name(context.gemm());
  if (context.gemm() == GemmProvider::kOneDnn) {
    gemm += fmt::format(" {} {}", OneDnnVersion(), OneDnnIsa());
  }
  return fmt::format("v{}, {}, {}", kNumericsVersion, is_reference ? "reference" : "simd", gemm);
}

}  // namespace meval
