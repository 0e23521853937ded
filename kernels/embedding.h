#ifndef MEVAL_KERNELS_EMBEDDING_H_
#define MEVAL_KERNELS_EMBEDDING_H_

#include <span>

#include "kernels/context.h"
#include "kernels/tensor.h"

namespace meval {

// out[t, c] = table[tokens[t], c]
//
//   table  [V, C]  f32 | bf16, dense
//   tokens [T]     each in [0, V)
//   out    [T, C]  f32
//
// Exact (bf16 widens without rounding). Throws std::invalid_argument if shapes or dtypes disagree
// or a token is outside the table.
void Embedding(Context& ctx, TensorView table, std::span<const TokenId> tokens, TensorView out);

}  // namespace meval

#endif  // MEVAL_KERNELS_EMBEDDING_H_
