#ifndef MEVAL_KERNELS_ARBITRARY_NUMBERS_H_
#define MEVAL_KERNELS_ARBITRARY_NUMBERS_H_

// What matrices hold where only the work of multiplying them is of interest.

#include "kernels/tensor.h"

namespace meval {

// Arbitrary numbers in [-1, 1), the same each time: zeros would multiply faster than a model's
// weights do. x: f32 | bf16 in the host's memory.
void FillArbitrary(const TensorView& x);

}  // namespace meval

#endif  // MEVAL_KERNELS_ARBITRARY_NUMBERS_H_
