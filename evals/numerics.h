#ifndef MEVAL_EVALS_NUMERICS_H_
#define MEVAL_EVALS_NUMERICS_H_

// What decides the bits of a result besides model, dtype and requests (docs/numerics.md).

#include <string>

#include "kernels/context.h"

namespace meval {

// Grows with every change of kernels or engine that changes any bit of any result
// (tests/golden/scores/tiny.json shows it), so that a run is not continued with other arithmetic
// than it began with.
inline constexpr int kNumericsVersion = 1;

// Part of a run's identity, for example
//   "v1, simd, builtin"
//   "v1, simd, onednn 2.6.3 avx512_core_bf16"
//   "v1, reference, builtin"
//   "v1, cuda NVIDIA H200 (compute capability 9.0), cublasLt 13.1.0, invariant"
// Equal where results are equal to the bit: the built-in kernels for AVX2 and AVX-512 are one
// class; oneDNN's sums depend on its version and on the instruction set it uses, cuBLASLt's on its
// version and the device.
std::string NumericsOf(const Context& context);

}  // namespace meval

#endif  // MEVAL_EVALS_NUMERICS_H_
