#ifndef MEVAL_KERNELS_CEILING_H_
#define MEVAL_KERNELS_CEILING_H_

// What this machine can do at most, measured in a moment: the yardstick for a run's own rates.
//
//   const Ceiling ceiling = MeasureCeiling(ctx, DType::kBF16);
//   const double share = flops / seconds / ceiling.matmul_flops_per_second;
//
// Decoding a few sequences reads every weight once a step and is bound by read_bytes_per_second;
// prefilling hundreds of tokens is bound by matmul_flops_per_second (Williams et al. 2009,
// "Roofline").

#include "kernels/context.h"
#include "kernels/tensor.h"

namespace meval {

struct Ceiling {
  int num_threads = 0;                 // of the context it was measured with
  DType dtype = DType::kF32;           // of the weights of the matrix products
  double read_bytes_per_second = 0;    // from memory, all threads together
  double matmul_flops_per_second = 0;  // 2 per multiply-add, all threads together
};

// Both measurements, with the threads, code path and provider of `ctx`: about half a second, and a
// buffer of ReadBufferBytes(ctx) for that time. Throws std::invalid_argument if dtype is neither
// f32 nor bf16 (cuda: bf16 nor f16), DeviceError if the memory is not there.
Ceiling MeasureCeiling(Context& ctx, DType dtype);

// Bytes a second that the context's threads read from memory: a buffer larger than the caches, on
// huge pages where the system gives them, read from end to end. The median of five passes, in the
// faster of two patterns: one stream of addresses per thread, and four. On cuda a kernel reads a
// GiB of the device's memory, or an eighth of what is free where that is less.
double MeasureReadBandwidth(Context& ctx);

// Bytes a second that the context's threads move when they copy one half of such a buffer to the
// other, counting each byte once for being read and once for being written, with stores that leave
// the caches alone where the chip has them. The median of five passes. On cuda the runtime's own
// copy within the device.
double MeasureCopyBandwidth(Context& ctx);

// FLOP a second of Gemm (kernels/gemm.h) where nothing but arithmetic limits it: hundreds of rows
// by a weight that stays in the caches. The median of five products. On cuda the product of a whole
// step and the widest matrix of the 7B shape, in bf16 (f16 runs at the same rate), of random
// numbers: zeros draw less power and multiply faster.
double MeasureMatmulRate(Context& ctx, DType dtype);

// The memory MeasureReadBandwidth takes: 128 MiB for each thread, at most 1 GiB.
std::int64_t ReadBufferBytes(const Context& ctx);

}  // namespace meval

#endif  // MEVAL_KERNELS_CEILING_H_
