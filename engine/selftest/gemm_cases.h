#ifndef MEVAL_ENGINE_SELFTEST_GEMM_CASES_H_
#define MEVAL_ENGINE_SELFTEST_GEMM_CASES_H_

// A random matrix product, and the proof that a row of it has the same bits in any company.

#include <cstdint>
#include <string>
#include <vector>

#include "engine/selftest/kernel_cases.h"
#include "engine/selftest/random.h"

namespace meval::selftest {

struct GemmProblem {
  GemmProblem(Random& random, DType type, std::int64_t rows);

  TensorView X();  // [M, K]
  PackedWeight Pack(Context& ctx);
  std::string Shape() const;
  // sum_k |x[m, k] W[n, k]| as the op rounds its operands: [M, N].
  std::vector<double> Magnitudes() const;

  DType dtype;
  std::int64_t m;
  std::int64_t n;
  std::int64_t k;
  std::vector<float> x;               // [M, K]
  std::vector<float> w;               // [N, K], every value one of dtype
  std::vector<std::uint16_t> w_bf16;  // the same, where dtype is bf16
};

// Multiplies all rows at once on the first context, then, on every context, random rows in random
// order and number beside rows of noise. The contexts differ in threads only. Returns one line for
// each product tried: empty, or which row differed.
std::vector<std::string> GemmRowsInCompany(const KernelSet& kernels, Random& random, DType dtype,
                                           const std::vector<Context*>& contexts);

}  // namespace meval::selftest

#endif  // MEVAL_ENGINE_SELFTEST_GEMM_CASES_H_
