#ifndef MEVAL_KERNELS_CPU_REFERENCE_H_
#define MEVAL_KERNELS_CPU_REFERENCE_H_

// The specification of every op: loops in the equation's order, sums in double. Each lives in
// kernels/cpu/<op>_reference.cc; the arguments are those of kernels/cpu/ops.h.

#include <cstdint>

#include "kernels/cpu/ops.h"

namespace meval::cpu {

void WidenBf16Reference(const std::uint16_t* x, std::int64_t n, float* out);
void NarrowBf16Reference(const float* x, std::int64_t n, std::uint16_t* out);
void RmsNormReference(const float* x, const float* gain, float eps, std::int64_t n, float* out);
void RopeReference(const float* cos, const float* sin, std::int64_t num_heads,
                   std::int64_t head_dim, float* x);
void SiluMulReference(const float* gate, const float* up, std::int64_t n, float* out);
void ResidualAddReference(const float* delta, std::int64_t n, float* x);
LogSumExp LogSumExpReference(const float* logits, std::int64_t n);
TokenId SampleReference(const float* logits, std::int64_t n, const SamplingParams& params,
                        double uniform, float* scratch);
void AttentionReference(const AttentionBlock& block, const KvPages& pages,
                        const AttentionOptions& options);
void NormalNumbersReference(std::uint64_t seed, std::uint64_t stream, std::uint64_t first_block,
                            double stddev, std::int64_t num_blocks, float* out);

}  // namespace meval::cpu

#endif  // MEVAL_KERNELS_CPU_REFERENCE_H_
