// Faults inside the forward pass. Each pair of declarations names a function of the program twice:
// "__real_" is the function, "__wrap_" what is called in its place.
// tests/sensitivity/CMakeLists.txt reads the names from this file and hands them to the linker. A
// signature that changes makes a name that nothing calls; the fault is then unseen and its test
// fails.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "engine/kv_pages.h"
#include "engine/model_config.h"
#include "kernels/attention.h"
#include "kernels/bfloat16.h"
#include "kernels/gemm.h"
#include "kernels/residual_add.h"
#include "kernels/rmsnorm.h"
#include "kernels/rope.h"
#include "tests/sensitivity/fault.h"

namespace meval::sensitivity {
namespace {

using CopyPage = KvPagePool::CopyPage;

// Rows of f32 copied out of a view, and back.
class RowCopy {
 public:
  explicit RowCopy(const TensorView& view)
      : view_(view),
        width_(static_cast<std::size_t>(view.row_elements())),
        values_(static_cast<std::size_t>(view.rows()) * width_) {
    for (std::int64_t row = 0; row < view.rows(); ++row) {
      std::memcpy(Row(row), view.As<float>() + row * view.row_stride, width_ * sizeof(float));
    }
  }
  float* Row(std::int64_t row) { return values_.data() + static_cast<std::size_t>(row) * width_; }
  // The same rows and columns, with head h of the copy where `place` says.
  TensorView View() {
    return TensorView(values_.data(), DType::kF32, {view_.rows(), view_.shape[1], view_.shape[2]});
  }

 private:
  TensorView view_;
  std::size_t width_;
  std::vector<float> values_;
};

// Moves head h of each row of `from` to place[h] of `to`.
void MoveHeads(const TensorView& from, std::span<const std::int64_t> place, const TensorView& to) {
  const std::int64_t D = from.shape[2];
  for (std::int64_t row = 0; row < from.rows(); ++row) {
    for (std::size_t h = 0; h < place.size(); ++h) {
      std::memcpy(to.As<float>() + row * to.row_stride + place[h] * D,
                  from.As<float>() + row * from.row_stride + static_cast<std::int64_t>(h) * D,
                  static_cast<std::size_t>(D) * sizeof(float));
    }
  }
}

// Neighbouring segments, which are of different sequences, exchange their first pages.
std::vector<Segment> WithSwappedPages(std::span<const Segment> segments,
                                      std::vector<std::vector<std::int32_t>>& tables) {
  std::vector<Segment> swapped(segments.begin(), segments.end());
  for (const Segment& segment : segments) {
    tables.emplace_back(segment.page_table.begin(), segment.page_table.end());
  }
  for (std::size_t i = 0; i + 1 < swapped.size(); i += 2) {
    // The last of the shorter table: the part that the two do not share.
    const std::size_t at = std::min(tables[i].size(), tables[i + 1].size()) - 1;
    std::swap(tables[i][at], tables[i + 1][at]);
  }
  for (std::size_t i = 0; i < swapped.size(); ++i) swapped[i].page_table = tables[i];
  return swapped;
}

// Calls of ResidualAdd since the latest step began: two for each layer.
int residual_adds = 0;
// Calls of Rope alternate: queries, then keys.
bool is_query = true;

}  // namespace

ModelConfig RealLoadConfig(const std::filesystem::path& path) __asm__(
    "__real__ZN5meval15LoadModelConfigERKNSt10filesystem7__cxx114pathE");
ModelConfig WrapLoadConfig(const std::filesystem::path& path) __asm__(
    "__wrap__ZN5meval15LoadModelConfigERKNSt10filesystem7__cxx114pathE");
ModelConfig WrapLoadConfig(const std::filesystem::path& path) {
  ModelConfig config = RealLoadConfig(path);
  if (Is(Fault::kWindowPlusOne)) config.sliding_window += 1;
  if (Is(Fault::kWindowMinusOne)) config.sliding_window -= 1;
  if (Is(Fault::kWindowIgnored)) config.sliding_window = 0;
  return config;
}

void RealRopeTable(RopeTable* self, std::int64_t head_dim, double theta,
                   std::int64_t max_positions) __asm__("__real__ZN5meval9RopeTableC1Eldl");
void WrapRopeTable(RopeTable* self, std::int64_t head_dim, double theta,
                   std::int64_t max_positions) __asm__("__wrap__ZN5meval9RopeTableC1Eldl");
void WrapRopeTable(RopeTable* self, std::int64_t head_dim, double theta,
                   std::int64_t max_positions) {
  RealRopeTable(self, head_dim, Is(Fault::kRopeBaseDoubled) ? 2 * theta : theta, max_positions);
}

void RealEmbedding(Context& ctx, TensorView table, std::span<const TokenId> tokens, TensorView out) __asm__(
    "__real__ZN5meval9EmbeddingERNS_7ContextENS_10TensorViewE"
    "St4spanIKiLm18446744073709551615EES2_");
void WrapEmbedding(Context& ctx, TensorView table, std::span<const TokenId> tokens, TensorView out) __asm__(
    "__wrap__ZN5meval9EmbeddingERNS_7ContextENS_10TensorViewE"
    "St4spanIKiLm18446744073709551615EES2_");
void WrapEmbedding(Context& ctx, TensorView table, std::span<const TokenId> tokens,
                   TensorView out) {
  residual_adds = 0;
  is_query = true;
  RealEmbedding(ctx, table, tokens, out);
}

void RealRope(Context& ctx, TensorView x, std::span<const std::int32_t> positions, const RopeTable& table) __asm__(
    "__real__ZN5meval4RopeERNS_7ContextENS_10TensorViewE"
    "St4spanIKiLm18446744073709551615EERKNS_9RopeTableE");
void WrapRope(Context& ctx, TensorView x, std::span<const std::int32_t> positions, const RopeTable& table) __asm__(
    "__wrap__ZN5meval4RopeERNS_7ContextENS_10TensorViewE"
    "St4spanIKiLm18446744073709551615EERKNS_9RopeTableE");
void WrapRope(Context& ctx, TensorView x, std::span<const std::int32_t> positions,
              const RopeTable& table) {
  const bool turns_query = std::exchange(is_query, !is_query);
  if (Is(Fault::kRopePositionOff) && turns_query) {
    std::vector<std::int32_t> later(positions.begin(), positions.end());
    const auto last = static_cast<std::int32_t>(table.max_positions() - 1);
    for (std::int32_t& position : later) position = std::min(position + 1, last);
    return RealRope(ctx, x, later, table);
  }
  if (!Is(Fault::kRopePairing)) return RealRope(ctx, x, positions, table);
  const std::int64_t half = x.shape[2] / 2;
  for (std::int64_t row = 0; row < x.rows(); ++row) {
    const std::int32_t position = positions[static_cast<std::size_t>(row)];
    for (std::int64_t h = 0; h < x.shape[1]; ++h) {
      float* head = x.As<float>() + row * x.row_stride + h * x.shape[2];
      for (std::int64_t i = 0; i < half; ++i) {
        const float cosine = table.Cos(position)[i], sine = table.Sin(position)[i];
        const float even = head[2 * i], odd = head[2 * i + 1];
        head[2 * i] = even * cosine - odd * sine;
        head[2 * i + 1] = odd * cosine + even * sine;
      }
    }
  }
}

void RealAttention(Context& ctx, TensorView q, const KvPages& pages, std::span<const Segment> segments, const AttentionOptions& options, TensorView out) __asm__(
    "__real__ZN5meval9AttentionERNS_7ContextENS_10TensorViewE"
    "RKNS_7KvPagesESt4spanIKNS_7SegmentELm184467440737095516"
    "15EERKNS_16AttentionOptionsES2_");
void WrapAttention(Context& ctx, TensorView q, const KvPages& pages, std::span<const Segment> segments, const AttentionOptions& options, TensorView out) __asm__(
    "__wrap__ZN5meval9AttentionERNS_7ContextENS_10TensorViewE"
    "RKNS_7KvPagesESt4spanIKNS_7SegmentELm184467440737095516"
    "15EERKNS_16AttentionOptionsES2_");
void WrapAttention(Context& ctx, TensorView q, const KvPages& pages,
                   std::span<const Segment> segments, const AttentionOptions& options,
                   TensorView out) {
  if (Is(Fault::kKvHeadModulo)) {
    // Head h sits where the kv head h mod K is the one that is read.
    const std::int64_t group = q.shape[1] / pages.n_kv_heads;
    std::vector<std::int64_t> place, back(static_cast<std::size_t>(q.shape[1]));
    for (std::int64_t h = 0; h < q.shape[1]; ++h) {
      place.push_back(h % pages.n_kv_heads * group + h / pages.n_kv_heads);
      back[static_cast<std::size_t>(place.back())] = h;
    }
    RowCopy moved(q);
    MoveHeads(q, place, moved.View());
    RowCopy attended(out);
    RealAttention(ctx, moved.View(), pages, segments, options, attended.View());
    return MoveHeads(attended.View(), back, out);
  }
  if (Is(Fault::kKvPagesSwapped)) {
    std::vector<std::vector<std::int32_t>> tables;
    return RealAttention(ctx, q, pages, WithSwappedPages(segments, tables), options, out);
  }
  AttentionOptions scaled = options;
  if (Is(Fault::kSoftmaxScale)) scaled.scale *= 1.41421356F;
  RealAttention(ctx, q, pages, segments, scaled, out);
}

void RealRmsNorm(Context& ctx, TensorView x, TensorView gain, float eps, TensorView out) __asm__(
    "__real__ZN5meval7RmsNormERNS_7ContextENS_10TensorViewES2_fS2_");
void WrapRmsNorm(Context& ctx, TensorView x, TensorView gain, float eps, TensorView out) __asm__(
    "__wrap__ZN5meval7RmsNormERNS_7ContextENS_10TensorViewES2_fS2_");
void WrapRmsNorm(Context& ctx, TensorView x, TensorView gain, float eps, TensorView out) {
  RealRmsNorm(ctx, x, gain, Is(Fault::kNormEpsilon) ? 1000 * eps : eps, out);
}

void RealResidualAdd(Context& ctx, TensorView delta, TensorView x) __asm__(
    "__real__ZN5meval11ResidualAddERNS_7ContextENS_10TensorViewES2_");
void WrapResidualAdd(Context& ctx, TensorView delta, TensorView x) __asm__(
    "__wrap__ZN5meval11ResidualAddERNS_7ContextENS_10TensorViewES2_");
void WrapResidualAdd(Context& ctx, TensorView delta, TensorView x) {
  constexpr int kAttentionOfLayer1 = 2;
  if (Is(Fault::kMissingResidual) && residual_adds++ == kAttentionOfLayer1) return;
  RealResidualAdd(ctx, delta, x);
  if (!Is(Fault::kResidualBf16)) return;
  for (std::int64_t row = 0; row < x.rows(); ++row) {
    float* values = x.As<float>() + row * x.row_stride;
    std::transform(values, values + x.row_elements(), values,
                   [](float value) { return BFloat16ToFloat(FloatToBFloat16(value)); });
  }
}

void RealPagePool(KvPagePool* self, std::int64_t num_pages,
                  CopyPage copy_page) __asm__("__real__ZN5meval10KvPagePoolC1ElSt8functionIFviiEE");
void WrapPagePool(KvPagePool* self, std::int64_t num_pages,
                  CopyPage copy_page) __asm__("__wrap__ZN5meval10KvPagePoolC1ElSt8functionIFviiEE");
void WrapPagePool(KvPagePool* self, std::int64_t num_pages, CopyPage copy_page) {
  if (Is(Fault::kStaleFork)) copy_page = [](std::int32_t, std::int32_t) {};
  RealPagePool(self, num_pages, std::move(copy_page));
}

PackedWeight RealPackWeight(Context& ctx, std::span<const TensorView> parts) __asm__(
    "__real__ZN5meval10PackWeightERNS_7ContextESt4spanIKNS_10TensorViewELm18446744073709551615EE");
PackedWeight WrapPackWeight(Context& ctx, std::span<const TensorView> parts) __asm__(
    "__wrap__ZN5meval10PackWeightERNS_7ContextESt4spanIKNS_10TensorViewELm18446744073709551615EE");
PackedWeight WrapPackWeight(Context& ctx, std::span<const TensorView> parts) {
  // The first matrix that is packed, row 3, column 5: a weight like any other.
  static bool is_first = true;
  if (!Is(Fault::kWeightExponent) || !std::exchange(is_first, false)) {
    return RealPackWeight(ctx, parts);
  }
  std::vector<TensorView> changed(parts.begin(), parts.end());
  TensorView& part = changed.front();
  const auto bytes =
      static_cast<std::size_t>(part.num_elements()) * static_cast<std::size_t>(SizeOf(part.dtype));
  std::vector<std::byte> values(bytes);
  std::memcpy(values.data(), part.data, bytes);
  part.data = values.data();
  const std::int64_t element = 3 * part.shape[1] + 5;
  // Bit 4 of the exponent in either format.
  if (part.dtype == DType::kBF16) {
    part.As<std::uint16_t>()[element] ^= std::uint16_t{0x0800};
  } else {
    part.As<std::uint32_t>()[element] ^= 0x08000000U;
  }
  return RealPackWeight(ctx, changed);
}

}  // namespace meval::sensitivity
