#ifndef MEVAL_ENGINE_SELFTEST_KERNEL_CASES_H_
#define MEVAL_ENGINE_SELFTEST_KERNEL_CASES_H_

// Random uses of the ops, each of which can be run on any context and says how far two results may
// be apart.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/selftest/random.h"
#include "kernels/attention.h"
#include "kernels/context.h"
#include "kernels/embedding.h"
#include "kernels/gemm.h"
#include "kernels/residual_add.h"
#include "kernels/rmsnorm.h"
#include "kernels/rope.h"
#include "kernels/sampling.h"
#include "kernels/silu_mul.h"
#include "kernels/tensor.h"
#include "kernels/token_logprob.h"
#include "kernels/tolerance.h"

namespace meval::selftest {

// The ops under proof. A test puts a broken one in a place and sees the proof fail.
struct KernelSet {
  std::function<decltype(Embedding)> embedding = Embedding;
  std::function<decltype(RmsNorm)> rmsnorm = RmsNorm;
  std::function<decltype(Rope)> rope = Rope;
  std::function<decltype(Gemm)> gemm = Gemm;
  std::function<decltype(WriteKv)> write_kv = WriteKv;
  std::function<decltype(Attention)> attention = Attention;
  std::function<decltype(SiluMul)> silu_mul = SiluMul;
  std::function<decltype(ResidualAdd)> residual_add = ResidualAdd;
  std::function<decltype(TokenLogprobs)> token_logprobs = TokenLogprobs;
  std::function<decltype(SampleTokens)> sample_tokens = SampleTokens;
};

// An output tensor. It begins as NaN, so that an element nobody writes shows, between guards, so
// that a stray write shows in any build.
class GuardedValues {
 public:
  explicit GuardedValues(std::int64_t size);
  explicit GuardedValues(const std::vector<float>& values);  // of an op that works in place
  float* data() { return memory_.data() + kGuard; }
  std::vector<float> values() const { return {memory_.begin() + kGuard, memory_.end() - kGuard}; }
  // Where a guard was written to; empty if it was not.
  std::string Damage() const;

 private:
  static constexpr std::ptrdiff_t kGuard = 64;
  std::vector<float> memory_;
};

// What an op has computed. Every op fills some of it.
struct KernelOutput {
  std::vector<float> values;
  std::vector<double> logprobs;
  std::vector<TokenId> tokens;
  std::string damage;  // a stray write; empty if there was none
};

// Bit for bit; NaNs of the same bits are equal. Empty, or the first difference.
std::string DifferentBits(const KernelOutput& found, const KernelOutput& expected);
// |found - expected| <= absolute + relative |expected|, tokens equal. Empty, or the first element
// beyond, or not a number.
std::string Beyond(const KernelOutput& found, const KernelOutput& expected, Tolerance tolerance);

struct KernelCase {
  const char* check = "";   // "kernel.rmsnorm"
  std::string shape;        // "x [3, 17] f32"
  bool multiplies = false;  // the provider of matrix products matters
  std::function<KernelOutput(Context&)> run;
  // Why `found` is not what the reference's result allows; empty if it is.
  std::function<std::string(const KernelOutput& found, const KernelOutput& reference)> disagreement;
};

// Operands are drawn now and live as long as the case; `kernels` must outlive it.
KernelCase EmbeddingCase(const KernelSet& kernels, Random& random);
KernelCase RmsNormCase(const KernelSet& kernels, Random& random);
KernelCase RopeCase(const KernelSet& kernels, Random& random);
KernelCase GemmCase(const KernelSet& kernels, Random& random, DType dtype);
KernelCase AttentionCase(const KernelSet& kernels, Random& random);
KernelCase SiluMulCase(const KernelSet& kernels, Random& random);
KernelCase ResidualAddCase(const KernelSet& kernels, Random& random);
KernelCase TokenLogprobCase(const KernelSet& kernels, Random& random);
KernelCase SamplingCase(const KernelSet& kernels, Random& random);

}  // namespace meval::selftest

#endif  // MEVAL_ENGINE_SELFTEST_KERNEL_CASES_H_
