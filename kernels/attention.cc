#include "kernels/attention.h"

#include <algorithm>

#include "kernels/bfloat16.h"
#include "kernels/check.h"
#include "kernels/cpu/ops.h"
#include "kernels/cpu/require.h"

namespace meval {
namespace {

void CheckPages(const char* op, const KvPages& pages) {
  const auto where = [&] { return std::string(op) + ": pages: "; };
  if (pages.dtype != DType::kF32 && pages.dtype != DType::kBF16) {
    throw std::invalid_argument(where() + "expected f32 or bf16, found " + Name(pages.dtype));
  }
  if (pages.num_pages < 0 || pages.n_kv_heads <= 0 || pages.head_dim <= 0) {
    throw std::invalid_argument(where() + "expected positive extents, found num_pages " +
                                std::to_string(pages.num_pages) + ", n_kv_heads " +
                                std::to_string(pages.n_kv_heads) + ", head_dim " +
                                std::to_string(pages.head_dim));
  }
  if (pages.num_pages > 0 && (pages.keys == nullptr || pages.values == nullptr)) {
    throw std::invalid_argument(where() + "null keys or values");
  }
}

// Every page of the positions [first, last] is there. `where()` begins the message if not.
template <typename Where>
void CheckPageTable(const Where& where, const Segment& segment, const KvPages& pages,
                    std::int64_t first, std::int64_t last) {
  for (std::int64_t i = first / kKvPageTokens; i <= last / kKvPageTokens; ++i) {
    const bool listed = i < static_cast<std::int64_t>(segment.page_table.size());
    const std::int64_t page = listed ? segment.page_table[static_cast<std::size_t>(i)] : -1;
    if (page < 0 || page >= pages.num_pages) {
      throw std::invalid_argument(where() + "page_table[" + std::to_string(i) +
                                  "]: expected a page in [0, " + std::to_string(pages.num_pages) +
                                  "), found " + (listed ? std::to_string(page) : "none"));
    }
  }
}

// Rows inside the tensor, pages of all keys from the first visible to the last row's own.
// `window` < 0: of the rows' own positions only.
void CheckSegments(const char* op, std::span<const Segment> segments, std::int64_t num_rows,
                   const KvPages& pages, std::int64_t window) {
  for (std::size_t s = 0; s < segments.size(); ++s) {
    const Segment& segment = segments[s];
    const auto where = [&] { return std::string(op) + ": segment " + std::to_string(s) + ": "; };
    if (segment.row_begin < 0 || segment.num_rows < 0 ||
        segment.num_rows > num_rows - segment.row_begin || segment.position_begin < 0) {
      throw std::invalid_argument(where() + "rows [" + std::to_string(segment.row_begin) + ", " +
                                  std::to_string(segment.row_begin + segment.num_rows) +
                                  ") at position " + std::to_string(segment.position_begin) +
                                  " are outside the tensor's " + std::to_string(num_rows) +
                                  " rows");
    }
    if (segment.num_rows == 0) continue;
    std::int64_t first = segment.position_begin;
    if (window == 0) first = 0;
    if (window > 0) first = std::max<std::int64_t>(0, segment.position_begin - window + 1);
    CheckPageTable(where, segment, pages, first, segment.position_begin + segment.num_rows - 1);
  }
}

// The positions of one segment that fall into one page, for one kv head.
template <typename T, typename Convert>
void WriteHead(const TensorView& k, const TensorView& v, const Segment& segment,
               const KvPages& pages, std::int64_t page_index, std::int64_t head, Convert convert) {
  const std::int64_t dim = pages.head_dim;
  const std::int64_t begin = std::max(segment.position_begin, page_index * kKvPageTokens);
  const std::int64_t end =
      std::min(segment.position_begin + segment.num_rows, (page_index + 1) * kKvPageTokens);
  const std::int64_t page = segment.page_table[static_cast<std::size_t>(page_index)];
  const std::int64_t base = (page * pages.n_kv_heads + head) * dim * kKvPageTokens;
  T* keys = static_cast<T*>(pages.keys) + base;
  T* values = static_cast<T*>(pages.values) + base;
  for (std::int64_t position = begin; position < end; ++position) {
    const std::int64_t row = segment.row_begin + position - segment.position_begin;
    const std::int64_t slot = position % kKvPageTokens;
    const float* key = k.As<const float>() + row * k.row_stride + head * dim;
    const float* value = v.As<const float>() + row * v.row_stride + head * dim;
    for (std::int64_t d = 0; d < dim; ++d) keys[d * kKvPageTokens + slot] = convert(key[d]);
    for (std::int64_t d = 0; d < dim; ++d) values[slot * dim + d] = convert(value[d]);
  }
}

// The blocks of all segments, numbered in one sequence.
class BlockList {
 public:
  // `first_block` has room for segments.size() + 1 numbers.
  BlockList(std::span<const Segment> segments, std::int64_t group, std::int64_t n_kv_heads,
            std::int64_t* first_block)
      : segments_(segments),
        rows_per_block_(std::max<std::int64_t>(1, cpu::kAttentionBlock / group)),
        heads_per_block_(std::min(group, cpu::kAttentionBlock)),
        blocks_per_row_(n_kv_heads * CeilDiv(group, heads_per_block_)),
        group_(group),
        first_block_(first_block) {
    first_block_[0] = 0;
    for (std::size_t s = 0; s < segments_.size(); ++s) {
      first_block_[s + 1] =
          first_block_[s] + CeilDiv(segments_[s].num_rows, rows_per_block_) * blocks_per_row_;
    }
  }

  std::int64_t size() const { return first_block_[segments_.size()]; }

  cpu::AttentionBlock At(std::int64_t i, const TensorView& q, const TensorView& out) const {
    const std::int64_t* after = std::upper_bound(first_block_, first_block_ + segments_.size(), i);
    const auto s = static_cast<std::size_t>(after - first_block_ - 1);
    const Segment& segment = segments_[s];
    const std::int64_t row_block = (i - first_block_[s]) / blocks_per_row_;
    const std::int64_t head_block = (i - first_block_[s]) % blocks_per_row_;
    const std::int64_t blocks_per_group = CeilDiv(group_, heads_per_block_);
    cpu::AttentionBlock block;
    block.q = q.As<const float>() + segment.row_begin * q.row_stride;
    block.out = out.As<float>() + segment.row_begin * out.row_stride;
    block.q_stride = q.row_stride;
    block.out_stride = out.row_stride;
    block.row_begin = row_block * rows_per_block_;
    block.num_rows = std::min(rows_per_block_, segment.num_rows - block.row_begin);
    block.kv_head = head_block / blocks_per_group;
    const std::int64_t head_in_group = head_block % blocks_per_group * heads_per_block_;
    block.head_begin = block.kv_head * group_ + head_in_group;
    block.num_heads = std::min(heads_per_block_, group_ - head_in_group);
    block.position_begin = segment.position_begin;
    block.page_table = segment.page_table.data();
    return block;
  }

 private:
  static std::int64_t CeilDiv(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

  std::span<const Segment> segments_;
  std::int64_t rows_per_block_;
  std::int64_t heads_per_block_;
  std::int64_t blocks_per_row_;
  std::int64_t group_;
  std::int64_t* first_block_;
};

// Bytes of keys and values that the rows of a segment read, all heads together: a measure of the
// work, good enough to decide whether threads pay.
std::int64_t KvTraffic(const Segment& segment, std::int64_t window, std::int64_t row_elements) {
  std::int64_t keys = segment.position_begin + segment.num_rows;
  if (window > 0) keys = std::min(keys, window);
  return segment.num_rows * keys * row_elements;
}

}  // namespace

void WriteKv(Context& ctx, TensorView k, TensorView v, std::span<const Segment> segments,
             const KvPages& pages) {
  CheckPages("WriteKv", pages);
  cpu::RequireTensor("WriteKv: k", k, DType::kF32, {-1, pages.n_kv_heads, pages.head_dim});
  cpu::RequireTensor("WriteKv: v", v, DType::kF32, {k.rows(), pages.n_kv_heads, pages.head_dim});
  CheckSegments("WriteKv", segments, k.rows(), pages, /*window=*/-1);

  const auto task = [&](std::int64_t i) {
    const Segment& segment = segments[static_cast<std::size_t>(i / pages.n_kv_heads)];
    const std::int64_t head = i % pages.n_kv_heads;
    const std::int64_t end = segment.position_begin + segment.num_rows;
    for (std::int64_t page = segment.position_begin / kKvPageTokens;
         page * kKvPageTokens < end && segment.num_rows > 0; ++page) {
      if (pages.dtype == DType::kF32) {
        WriteHead<float>(k, v, segment, pages, page, head, [](float x) { return x; });
      } else {
        WriteHead<std::uint16_t>(k, v, segment, pages, page, head, FloatToBFloat16);
      }
    }
  };
  cpu::ForTasks(ctx, static_cast<std::int64_t>(segments.size()) * pages.n_kv_heads,
                k.num_elements() * 16, std::cref(task));
}

void Attention(Context& ctx, TensorView q, const KvPages& pages, std::span<const Segment> segments,
               const AttentionOptions& options, TensorView out) {
  CheckPages("Attention", pages);
  cpu::RequireTensor("Attention: q", q, DType::kF32, {-1, -1, pages.head_dim});
  const std::int64_t num_heads = q.shape[1];
  MEVAL_REQUIRE(num_heads > 0 && num_heads % pages.n_kv_heads == 0,
                "q: expected a multiple of " + std::to_string(pages.n_kv_heads) + " heads, found " +
                    ToString(q));
  cpu::RequireTensor("Attention: out", out, DType::kF32, {q.rows(), num_heads, pages.head_dim});
  MEVAL_REQUIRE(q.rows() == 0 || out.data != q.data, "out must not alias q");
  MEVAL_REQUIRE(options.window >= 0,
                "window: expected >= 0, found " + std::to_string(options.window));
  CheckSegments("Attention", segments, q.rows(), pages, options.window);

  const cpu::Ops& ops = cpu::OpsOf(ctx.path());
  auto* first_block =
      reinterpret_cast<std::int64_t*>(ctx.Scratch((segments.size() + 1) * sizeof(std::int64_t)));
  const BlockList blocks(segments, num_heads / pages.n_kv_heads, pages.n_kv_heads, first_block);
  std::int64_t traffic = 0;
  for (const Segment& segment : segments) {
    traffic += KvTraffic(segment, options.window, q.row_elements());
  }
  const auto task = [&](std::int64_t i) { ops.attention(blocks.At(i, q, out), pages, options); };
  cpu::ForTasks(ctx, blocks.size(), traffic, std::cref(task));
}

}  // namespace meval
