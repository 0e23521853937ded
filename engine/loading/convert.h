#ifndef MEVAL_ENGINE_LOADING_CONVERT_H_
#define MEVAL_ENGINE_LOADING_CONVERT_H_

#include <cstddef>
#include <cstdint>

#include "kernels/tensor.h"

namespace meval {

// Converts `count` little-endian elements at `source`, which need not be aligned, to `target`
// elements at `out`: f32 | bf16 | f16 -> f32 | bf16 | f16. Widening is exact; narrowing rounds to
// nearest, ties to even (from one 16-bit format to the other by way of f32).
void ConvertElements(const std::byte* source, DType from, std::int64_t count, DType to, void* out);

}  // namespace meval

#endif  // MEVAL_ENGINE_LOADING_CONVERT_H_
