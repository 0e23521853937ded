// A proof is worth what it can refute: each check of the kernels fails when the op it is about is
// broken, and names the op.

#include "engine/selftest/kernel_proof.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/selftest/gemm_cases.h"

namespace meval::selftest {
namespace {

using ::testing::HasSubstr;

void AddUlp(float& value) {
  value = std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) ^ 1U);
}

float& First(const TensorView& out) { return out.As<float>()[0]; }

// Whether this context is one under proof rather than the reference.
bool IsFast(const Context& ctx) { return ctx.path() != CpuPath::kReference; }

std::vector<SelftestCheck> Prove(const KernelSet& kernels, const std::string& only) {
  SelftestOptions options;
  options.effort = SelftestEffort::kQuick;
  options.only = only;
  return ProveKernels(options, kernels);
}

// The check fails with the broken kernels, and passes with ours.
void ExpectRefutes(const std::string& check, const KernelSet& broken,
                   const std::string& message = "") {
  if (AvailableCpuPaths().size() < 2) GTEST_SKIP() << "only the reference path runs here";
  const std::vector<SelftestCheck> found = Prove(broken, check);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_GT(found[0].num_failures, 0) << check;
  EXPECT_THAT(found[0].first_failure, HasSubstr(message));
  EXPECT_TRUE(Prove({}, check)[0].passed()) << check;
}

// An op that computes and then, on a fast path, spoils its first output.
template <typename Op, typename Spoil>
auto Spoiled(Op op, Spoil spoil) {
  return [=](Context& ctx, auto&&... arguments) {
    op(ctx, arguments...);
    if (IsFast(ctx)) spoil(arguments...);
  };
}

TEST(KernelProof, RefutesARmsNormThatIsOff) {
  KernelSet broken;
  broken.rmsnorm = Spoiled(
      RmsNorm, [](auto&&, auto&&, float, const TensorView& out) { First(out) *= 1.00001F; });
  ExpectRefutes("kernel.rmsnorm", broken, "element 0: expected");
}

TEST(KernelProof, RefutesAnEmbeddingWithAnotherBit) {
  KernelSet broken;
  broken.embedding =
      Spoiled(Embedding, [](auto&&, auto&&, const TensorView& out) { AddUlp(First(out)); });
  ExpectRefutes("kernel.embedding", broken, "element 0: expected");
}

TEST(KernelProof, RefutesARotationThatIsOff) {
  KernelSet broken;
  broken.rope = Spoiled(Rope, [](const TensorView& x, auto&&, auto&&) { First(x) += 2e-6F; });
  ExpectRefutes("kernel.rope", broken, "element 0: expected");
}

TEST(KernelProof, RefutesASiluThatIsOff) {
  KernelSet broken;
  broken.silu_mul =
      Spoiled(SiluMul, [](auto&&, auto&&, const TensorView& out) { First(out) *= 1.00001F; });
  ExpectRefutes("kernel.silu_mul", broken, "element 0: expected");
}

TEST(KernelProof, RefutesAResidualSumWithAnotherBit) {
  KernelSet broken;
  broken.residual_add = Spoiled(ResidualAdd, [](auto&&, const TensorView& x) { AddUlp(First(x)); });
  ExpectRefutes("kernel.residual_add", broken, "element 0: expected");
}

TEST(KernelProof, RefutesAProductThatIsOff) {
  KernelSet broken;
  broken.gemm = Spoiled(Gemm, [](auto&&, const PackedWeight& w, const TensorView& y) {
    First(y) += 1e-4F * static_cast<float>(w.k());
  });
  ExpectRefutes("kernel.gemm_f32", broken, "output 0");
  ExpectRefutes("kernel.gemm_bf16", broken, "output 0");
}

TEST(KernelProof, RefutesAProductThatDependsOnItsCompany) {
  KernelSet broken;
  broken.gemm = [](Context& ctx, TensorView x, const PackedWeight& w, TensorView y) {
    Gemm(ctx, x, w, y);
    if (x.rows() == 1) AddUlp(First(y));
  };
  ExpectRefutes("kernel.gemm_rows", broken, "other bits");
}

TEST(KernelProof, RefutesAttentionThatIsOff) {
  KernelSet broken;
  broken.attention = Spoiled(Attention, [](auto&&, auto&&, auto&&, auto&&, const TensorView& out) {
    First(out) += 1e-4F;
  });
  ExpectRefutes("kernel.attention", broken, "element");
}

TEST(KernelProof, RefutesAttentionThatReadsWhatNobodyWrote) {
  KernelSet broken;
  broken.write_kv = [](Context& ctx, TensorView k, TensorView v, std::span<const Segment> segments,
                       const KvPages& pages) {
    if (!IsFast(ctx)) WriteKv(ctx, k, v, segments, pages);
  };
  ExpectRefutes("kernel.attention", broken, "nan");
}

TEST(KernelProof, RefutesAWriteToAPageOfNobody) {
  KernelSet broken;
  broken.write_kv = [](Context& ctx, TensorView k, TensorView v, std::span<const Segment> segments,
                       const KvPages& pages) {
    WriteKv(ctx, k, v, segments, pages);
    if (!IsFast(ctx)) return;
    // Every page's last value; those of the sequences' own pages may be needed, so only where that
    // value is still poison.
    const std::int64_t page_bytes =
        pages.n_kv_heads * pages.head_dim * kKvPageTokens * SizeOf(pages.dtype);
    for (std::int64_t page = 1; page <= pages.num_pages; ++page) {
      auto* last = static_cast<unsigned char*>(pages.values) + page * page_bytes - 1;
      if (*last == 0xff) *last = 0;
    }
  };
  ExpectRefutes("kernel.attention", broken, "which no sequence holds");
}

TEST(KernelProof, RefutesALogProbabilityThatIsOff) {
  KernelSet broken;
  broken.token_logprobs =
      Spoiled(TokenLogprobs, [](auto&&, auto&&, std::span<TokenLogprob> results) {
        if (!results.empty()) results.back().logprob += 1e-4;
      });
  ExpectRefutes("kernel.token_logprob", broken, "log-prob");
}

TEST(KernelProof, RefutesAnArgmaxThatIsAnotherToken) {
  KernelSet broken;
  broken.token_logprobs =
      Spoiled(TokenLogprobs, [](auto&&, auto&&, std::span<TokenLogprob> results) {
        if (!results.empty()) results.back().argmax ^= 1;
      });
  ExpectRefutes("kernel.token_logprob", broken, "token");
}

TEST(KernelProof, RefutesADrawOfAnotherToken) {
  KernelSet broken;
  broken.sample_tokens =
      Spoiled(SampleTokens, [](auto&&, auto&&, auto&&, std::span<TokenId> results) {
        results.back() = results.back() == 0 ? 1 : 0;
      });
  ExpectRefutes("kernel.sampling", broken, "expected token");
}

TEST(KernelProof, RefutesAnOpThatDependsOnThreads) {
  KernelSet broken;
  broken.silu_mul = [](Context& ctx, TensorView gate, TensorView up, TensorView out) {
    SiluMul(ctx, gate, up, out);
    if (ctx.num_threads() == 4) AddUlp(First(out));
  };
  ExpectRefutes("kernel.threads", broken, "kernel.silu_mul");
}

TEST(KernelProof, RefutesAnOpThatDependsOnTheVectorWidth) {
  if (AvailableCpuPaths().size() < 3) GTEST_SKIP() << "this machine has one vector width";
  KernelSet broken;
  broken.rope = [](Context& ctx, TensorView x, std::span<const std::int32_t> positions,
                   const RopeTable& table) {
    Rope(ctx, x, positions, table);
    if (ctx.path() == CpuPath::kAvx2) AddUlp(First(x));
  };
  ExpectRefutes("kernel.vector_widths", broken, "kernel.rope");
}

TEST(KernelProof, RefutesAStrayWrite) {
  KernelSet broken;
  broken.rmsnorm = Spoiled(RmsNorm, [](auto&&, auto&&, float, const TensorView& out) {
    out.As<float>()[out.num_elements() + 2] = 0;
  });
  ExpectRefutes("kernel.rmsnorm", broken, "3 elements behind the output");
  broken.rmsnorm = Spoiled(
      RmsNorm, [](auto&&, auto&&, float, const TensorView& out) { *(out.As<float>() - 1) = 0; });
  ExpectRefutes("kernel.rmsnorm", broken, "1 elements before the output");
}

TEST(KernelProof, RefutesAnOutputThatIsNotWritten) {
  KernelSet broken;
  broken.silu_mul = [](Context& ctx, TensorView gate, TensorView up, TensorView out) {
    if (!IsFast(ctx)) SiluMul(ctx, gate, up, out);
  };
  ExpectRefutes("kernel.silu_mul", broken, "found nan");
}

TEST(KernelProof, CountsAnOpThatThrowsAsFailed) {
  KernelSet broken;
  broken.rmsnorm = [](Context&, TensorView, TensorView, float, TensorView) {
    throw std::runtime_error("broken on purpose");
  };
  ExpectRefutes("kernel.rmsnorm", broken, "broken on purpose");
  ExpectRefutes("kernel.threads", broken, "broken on purpose");
}

}  // namespace
}  // namespace meval::selftest
