#ifndef MEVAL_KERNELS_TIMED_PASSES_H_
#define MEVAL_KERNELS_TIMED_PASSES_H_

// What measurements of a machine's ceilings (kernels/ceiling.h) have in common.

#include <functional>

namespace meval {

double SecondsOf(const std::function<void()>& work);
// The median of five runs of `work`.
double MedianSecondsOf(const std::function<void()>& work);

}  // namespace meval

#endif  // MEVAL_KERNELS_TIMED_PASSES_H_
