#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>

#include "engine/selftest/kernel_cases.h"
#include "kernels/bfloat16.h"

namespace meval::selftest {
namespace {

constexpr std::int64_t kNumSequences = 2;

struct AttentionProblem {
  explicit AttentionProblem(Random& random)
      : heads_per_kv(random.Pick<std::int64_t>({1, 2, 4, 7})),
        kv_heads(random.Between(1, 3)),
        head_dim(random.Pick<std::int64_t>({64, 128, 2 * random.Between(1, 60)})),
        window(random.Pick<std::int64_t>({0, 1, 64, random.Between(2, 150)})),
        dtype(random.Pick({DType::kF32, DType::kBF16})) {
    for (std::size_t s = 0; s < kNumSequences; ++s) {
      length[s] = random.Pick<std::int64_t>({1, 63, 64, 65, random.Between(2, 160)});
      first_step[s] = random.Between(0, length[s]);
      for (std::int64_t p = 0; p < length[s]; p += kKvPageTokens) {
        pages[s].push_back(static_cast<std::int32_t>(num_pages++));
      }
    }
    num_pages += 2;  // that nobody owns
    std::vector<std::int32_t> places(static_cast<std::size_t>(num_pages));
    for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<std::int32_t>(i);
    random.Shuffle(places);
    for (auto& table : pages) {
      for (std::int32_t& page : table) page = places[static_cast<std::size_t>(page)];
    }
    const std::int64_t rows = length[0] + length[1];
    q = random.Vector(rows * heads() * head_dim, 2.0F);
    k = random.Vector(rows * kv_heads * head_dim, 2.0F);
    v = random.Vector(rows * kv_heads * head_dim, 4.0F);
  }

  std::int64_t heads() const { return heads_per_kv * kv_heads; }
  std::int64_t page_elements() const { return kv_heads * head_dim * kKvPageTokens; }

  std::int64_t heads_per_kv;
  std::int64_t kv_heads;
  std::int64_t head_dim;
  std::int64_t window;
  DType dtype;
  std::array<std::int64_t, kNumSequences> length{};
  std::array<std::int64_t, kNumSequences> first_step{};  // rows of it; the rest follow in a second
  std::array<std::vector<std::int32_t>, kNumSequences> pages;
  std::int64_t num_pages = 0;
  std::vector<float> q;  // rows of the first step, sequence by sequence, then those of the second
  std::vector<float> k;
  std::vector<float> v;
};

// One layer's pages, all NaN to begin with: a slot that is read without having been written shows.
class PoisonedPages {
 public:
  explicit PoisonedPages(const AttentionProblem& problem)
      : bytes_per_page_(static_cast<std::size_t>(problem.page_elements() * SizeOf(problem.dtype))),
        memory_(2 * bytes_per_page_ * static_cast<std::size_t>(problem.num_pages),
                std::byte{0xff}),  // NaN in f32 and in bf16
        view_{.keys = memory_.data(),
              .values = memory_.data() + memory_.size() / 2,
              .dtype = problem.dtype,
              .num_pages = problem.num_pages,
              .n_kv_heads = problem.kv_heads,
              .head_dim = problem.head_dim} {}
  PoisonedPages(const PoisonedPages&) = delete;
  PoisonedPages& operator=(const PoisonedPages&) = delete;

  const KvPages& view() const { return view_; }

  // A write to a page that no table holds; empty if there was none.
  std::string Damage(const AttentionProblem& problem) const {
    for (std::int32_t page = 0; page < problem.num_pages; ++page) {
      const bool is_owned =
          std::any_of(problem.pages.begin(), problem.pages.end(), [&](const auto& table) {
            return std::find(table.begin(), table.end(), page) != table.end();
          });
      const auto offset = static_cast<std::ptrdiff_t>(bytes_per_page_) * page;
      for (const auto& half :
           {memory_.begin(), memory_.begin() + static_cast<std::ptrdiff_t>(memory_.size() / 2)}) {
        if (!is_owned &&
            std::any_of(half + offset, half + offset + static_cast<std::ptrdiff_t>(bytes_per_page_),
                        [](std::byte value) { return value != std::byte{0xff}; })) {
          return "a write to page " + std::to_string(page) + ", which no sequence holds";
        }
      }
    }
    return "";
  }

 private:
  std::size_t bytes_per_page_;
  std::vector<std::byte> memory_;
  KvPages view_;
};

// Both sequences in one step, then the rest of both: prefixes behind the rows, as when a prefix is
// shared or a prompt is cut.
KernelOutput RunAttention(const KernelSet& kernels, AttentionProblem& problem, Context& ctx) {
  const std::int64_t D = problem.head_dim;
  const std::int64_t T = problem.length[0] + problem.length[1];
  const PoisonedPages pages(problem);
  GuardedValues out(T * problem.heads() * D);
  const TensorView q(problem.q.data(), DType::kF32, {T, problem.heads(), D});
  const TensorView k(problem.k.data(), DType::kF32, {T, problem.kv_heads, D});
  const TensorView v(problem.v.data(), DType::kF32, {T, problem.kv_heads, D});
  const TensorView outputs(out.data(), DType::kF32, {T, problem.heads(), D});
  std::int64_t row = 0;
  for (const bool is_first : {true, false}) {
    std::vector<Segment> segments;
    std::int64_t rows = 0;
    for (std::size_t s = 0; s < kNumSequences; ++s) {
      const std::int64_t begin = is_first ? 0 : problem.first_step[s];
      const std::int64_t end = is_first ? problem.first_step[s] : problem.length[s];
      if (begin == end) continue;
      segments.push_back({rows, end - begin, begin, problem.pages[s]});
      rows += end - begin;
    }
    if (rows == 0) continue;
    kernels.write_kv(ctx, k.Rows(row, rows), v.Rows(row, rows), segments, pages.view());
    kernels.attention(ctx, q.Rows(row, rows), pages.view(), segments,
                      {.scale = 1.0F / std::sqrt(static_cast<float>(D)), .window = problem.window},
                      outputs.Rows(row, rows));
    row += rows;
  }
  KernelOutput output;
  output.values = out.values();
  output.damage = out.Damage() + pages.Damage(problem);
  return output;
}

}  // namespace

KernelCase AttentionCase(const KernelSet& kernels, Random& random) {
  const auto problem = std::make_shared<AttentionProblem>(random);
  KernelCase result;
  result.check = "kernel.attention";
  result.shape = std::to_string(problem->heads()) + " heads over " +
                 std::to_string(problem->kv_heads) + " of " + std::to_string(problem->head_dim) +
                 ", window " + std::to_string(problem->window) + ", " + Name(problem->dtype) +
                 " pages, sequences of " + std::to_string(problem->length[0]) + " and " +
                 std::to_string(problem->length[1]);
  result.run = [=, &kernels](Context& ctx) { return RunAttention(kernels, *problem, ctx); };
  result.disagreement = [](const KernelOutput& found, const KernelOutput& reference) {
    return Beyond(found, reference, kAttentionTolerance);
  };
  return result;
}

}  // namespace meval::selftest
