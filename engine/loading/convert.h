#ifndef MEVAL_ENGINE_LOADING_CONVERT_H_
#define MEVAL_ENGINE_LOADING_CONVERT_H_

#include <cstddef>
#include <cstdint>

#include "kernels/tensor.h"

namespace meval {

// Converts `count` little-endian elements at `source`, which need not be aligned, to `target`
// elements at `out`: f32 | bf16 | f16 -> f32 | bf16. Widening is exact; narrowing to bf16 rounds to
// nearest, ties to even (an f16 is widened to f32 first).
void ConvertElements(const std::byte* source, DType from, std::int64_t count, DType to, void* out);

}  // namespace meval

#endif  // MEVAL_ENGINE_LOADING_CONVERT_H_
