#ifndef MEVAL_KERNELS_TIMED_PASSES_H_
#define MEVAL_KERNELS_TIMED_PASSES_H_

// What measurements of a machine's ceilings (kernels/ceiling.h) have in common.

#include <functional>

#include "kernels/tensor.h"

namespace meval {

double SecondsOf(const std::function<void()>& work);
// The median of five runs of `work`.
double MedianSecondsOf(const std::function<void()>& work);

// Arbitrary numbers in [-1, 1), the same each time: zeros would multiply faster than a model's
// weights do. x: f32 | bf16 in the host's memory.
void FillArbitrary(const TensorView& x);

}  // namespace meval

#endif  // MEVAL_KERNELS_TIMED_PASSES_H_
