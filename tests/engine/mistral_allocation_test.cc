// A decode step takes no memory: everything it needs was taken when the model was made. This file
// replaces the global allocation functions by ones that count.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <vector>

#include <gtest/gtest.h>

#include "engine/mistral.h"
#include "tests/support/tiny_mistral.h"

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // those replace them already

namespace {
std::atomic<bool> counting = false;
std::atomic<std::int64_t> num_allocations = 0;
}  // namespace

// Not inlined: the compiler would take malloc and delete for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (counting) ++num_allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace meval {
namespace {

TEST(Mistral, AllocatesNothingInADecodeStep) {
  ContextOptions options;
  options.num_threads = 2;
  options.choose_path = false;
  options.path = AvailableCpuPaths().back();
  if (options.path == CpuPath::kReference) GTEST_SKIP() << "the reference may allocate";
  Context ctx(options);
  for (const DType dtype : {DType::kF32, DType::kBF16}) {
    const ModelConfig config = testing::TinyConfig();
    Mistral model(ctx, config,
                  testing::Pack(ctx, config, testing::RandomPlainWeights(config, 1, dtype), dtype),
                  64, 256);
    KvCache cache(ctx, config, dtype, 32);
    // The sequences' past is not fed here; it is to be numbers all the same.
    for (std::int64_t l = 0; l < config.num_hidden_layers; ++l) {
      const KvPages pages = cache.Layer(l);
      const auto bytes = static_cast<std::size_t>(KvCache::PageBytes(config, dtype) *
                                                  pages.num_pages / config.num_hidden_layers / 2);
      std::memset(pages.keys, 0, bytes);
      std::memset(pages.values, 0, bytes);
    }
    std::vector<KvSequence> sequences;
    TokenBatch batch;
    const std::vector<TokenId> tokens = testing::RandomTokens(1, 8);
    for (std::int64_t b = 0; b < 8; ++b) {
      sequences.emplace_back(&cache.pool()).Extend(100 + b);
      batch.Append(std::span(tokens).subspan(static_cast<std::size_t>(b), 1), 99 + b,
                   sequences.back());
      batch.logit_rows.push_back(b);
    }
    model.Forward(batch, cache);  // scratch memory of the kernels is taken by the first step
    num_allocations = 0;
    counting = true;
    model.Forward(batch, cache);
    counting = false;
    EXPECT_EQ(num_allocations, 0) << Name(dtype);
  }
}

}  // namespace
}  // namespace meval

#endif
