#ifndef MEVAL_KERNELS_ATTENTION_FORMS_H_
#define MEVAL_KERNELS_ATTENTION_FORMS_H_

// The forms a device has of attention over many rows (docs/cuda.md, "Hopper"), for tests and
// measurements that compare them.

#include <string>
#include <vector>

#include "kernels/context.h"

namespace meval {

// "mma" and, on a device of compute capability 9.0, "wgmma"; empty on the cpu.
// Context::device_arithmetic() says which is used.
std::vector<std::string> AttentionForms(const Context& ctx);

// From here on attention takes `form`, one of AttentionForms(ctx). Bits of results may change.
// Returns the one in use before. Throws std::invalid_argument where there is no such form.
std::string UseAttentionForm(Context& ctx, const std::string& form);

// What is measured: one layer's attention of `num_rows` tokens on themselves and those before them,
// handed to the device `launches` times before its end is waited for.
struct AttentionSizes {
  std::int64_t num_heads = 32;  // the 7B shape
  std::int64_t num_kv_heads = 8;
  std::int64_t head_dim = 128;
  std::int64_t num_rows = 8192;
  int launches = 8;
};

// The 7B shape with 8192 tokens, or as many as take no more than an eighth of the memory there is
// (at least 64).
AttentionSizes AttentionSizesFor(const DeviceTraits& traits);

// FLOP a second, 4 head_dim for each head and pair of a query and a key it sees, in bf16 on
// arbitrary numbers. The form stays in use. Throws DeviceError where the memory is not there.
double MeasureAttentionRate(Context& ctx, const std::string& form, const AttentionSizes& sizes);

}  // namespace meval

#endif  // MEVAL_KERNELS_ATTENTION_FORMS_H_
