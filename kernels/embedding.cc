#include "kernels/embedding.h"

#include <cstring>

#include "kernels/check.h"
#include "kernels/cpu/ops.h"
#include "kernels/cpu/require.h"

namespace meval {

void Embedding(Context& ctx, TensorView table, std::span<const TokenId> tokens, TensorView out) {
  const auto num_tokens = static_cast<std::int64_t>(tokens.size());
  MEVAL_REQUIRE(table.dtype == DType::kF32 || table.dtype == DType::kBF16,
                "table: expected f32 or bf16, found " + ToString(table));
  cpu::RequireTensor("Embedding: table", table, table.dtype, {-1, -1});
  MEVAL_REQUIRE(table.dense(), "table: expected dense rows");
  const std::int64_t vocab = table.shape[0];
  const std::int64_t dim = table.shape[1];
  cpu::RequireTensor("Embedding: out", out, DType::kF32, {num_tokens, dim});
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    MEVAL_REQUIRE(tokens[t] >= 0 && tokens[t] < vocab,
                  "token " + std::to_string(t) + ": expected an id in [0, " +
                      std::to_string(vocab) + "), found " + std::to_string(tokens[t]));
  }

  const cpu::Ops& ops = cpu::OpsOf(ctx.path());
  const auto rows = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t t = begin; t < end; ++t) {
      const std::int64_t offset = tokens[static_cast<std::size_t>(t)] * dim;
      float* row = out.As<float>() + t * out.row_stride;
      if (table.dtype == DType::kBF16) {
        ops.widen_bf16(table.As<const std::uint16_t>() + offset, dim, row);
      } else {
        std::memcpy(row, table.As<const float>() + offset,
                    static_cast<std::size_t>(dim) * sizeof(float));
      }
    }
  };
  cpu::ForRowBlocks(ctx, num_tokens, dim * (SizeOf(table.dtype) + 4), std::cref(rows));
}

}  // namespace meval
