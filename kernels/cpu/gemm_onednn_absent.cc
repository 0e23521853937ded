// Stands in for gemm_onednn.cc in a build without oneDNN.

#include "kernels/cpu/packed_weight.h"

namespace meval {

bool HasOneDnn() { return false; }

std::string OneDnnVersion() { return ""; }

std::string OneDnnIsa() { return ""; }

namespace cpu {

PackedWeightImpl PackOneDnn(Context& /*ctx*/, std::span<const TensorView> /*parts*/,
                            std::int64_t /*n*/, std::int64_t /*k*/) {
  return nullptr;
}

}  // namespace cpu
}  // namespace meval
