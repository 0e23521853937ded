#include "kernels/attention.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/kernels/op_test.h"

namespace meval::testing {
namespace {

constexpr std::uint16_t kBf16NaN = 0x7fff;

// The memory of one layer's pages. Slots nobody has written hold NaN, so that reading one shows.
class PagePool {
 public:
  PagePool(DType dtype, std::int64_t num_pages, std::int64_t n_kv_heads, std::int64_t head_dim) {
    const auto elements =
        static_cast<std::size_t>(num_pages * n_kv_heads * head_dim * kKvPageTokens);
    if (dtype == DType::kF32) {
      f32_.assign(2 * elements, std::numeric_limits<float>::quiet_NaN());
      pages_ = {.keys = f32_.data(), .values = f32_.data() + elements};
    } else {
      bf16_.assign(2 * elements, kBf16NaN);
      pages_ = {.keys = bf16_.data(), .values = bf16_.data() + elements};
    }
    pages_.dtype = dtype;
    pages_.num_pages = num_pages;
    pages_.n_kv_heads = n_kv_heads;
    pages_.head_dim = head_dim;
  }
  PagePool(const PagePool&) = delete;
  PagePool& operator=(const PagePool&) = delete;
  const KvPages& pages() const { return pages_; }

 private:
  std::vector<float> f32_;
  std::vector<std::uint16_t> bf16_;
  KvPages pages_;
};

struct Shape {
  std::int64_t heads;
  std::int64_t kv_heads;
  std::int64_t head_dim;
  std::int64_t window;
};

// One sequence's queries, keys and values for positions 0 .. length - 1.
struct Sequence {
  Sequence(const Shape& s, std::int64_t n, std::uint32_t seed)
      : shape(s),
        length(n),
        q(RandomVector(n * s.heads * s.head_dim, seed, 2.0F)),
        k(RandomVector(n * s.kv_heads * s.head_dim, seed + 1, 2.0F)),
        v(RandomVector(n * s.kv_heads * s.head_dim, seed + 2, 4.0F)) {}

  Shape shape;
  std::int64_t length;
  std::vector<float> q;
  std::vector<float> k;
  std::vector<float> v;
};

// The equation of kernels/attention.h in double, from the sequence itself: no pages, no tiles.
std::vector<float> Oracle(const Sequence& s, DType dtype, float scale) {
  const Shape& shape = s.shape;
  const auto stored = [&](float x) {
    return double{dtype == DType::kF32 ? x : BFloat16ToFloat(FloatToBFloat16(x))};
  };
  std::vector<float> out(s.q.size());
  for (std::int64_t p = 0; p < s.length; ++p) {
    for (std::int64_t h = 0; h < shape.heads; ++h) {
      const std::int64_t g = h / (shape.heads / shape.kv_heads);
      const std::int64_t q_row = (p * shape.heads + h) * shape.head_dim;
      const auto kv_row = [&](std::int64_t j) { return (j * shape.kv_heads + g) * shape.head_dim; };
      std::int64_t first = 0;
      if (shape.window > 0) first = std::max<std::int64_t>(0, p - shape.window + 1);
      std::vector<double> weights;
      for (std::int64_t j = first; j <= p; ++j) {
        double dot = 0;
        for (std::int64_t d = 0; d < shape.head_dim; ++d) {
          dot += double{s.q[static_cast<std::size_t>(q_row + d)]} *
                 stored(s.k[static_cast<std::size_t>(kv_row(j) + d)]);
        }
        weights.push_back(dot * double{scale});
      }
      const double max = *std::max_element(weights.begin(), weights.end());
      double sum = 0;
      for (double& weight : weights) sum += weight = std::exp(weight - max);
      for (std::int64_t d = 0; d < shape.head_dim; ++d) {
        double total = 0;
        for (std::int64_t j = first; j <= p; ++j) {
          total += weights[static_cast<std::size_t>(j - first)] *
                   stored(s.v[static_cast<std::size_t>(kv_row(j) + d)]);
        }
        out[static_cast<std::size_t>(q_row + d)] = static_cast<float>(total / sum);
      }
    }
  }
  return out;
}

// Runs a sequence through pages that lie scattered in the pool.
class Runner {
 public:
  Runner(const Route& route, int num_threads, DType dtype, const Shape& shape)
      : ctx_(OptionsOf(route, num_threads)),
        shape_(shape),
        scale_(1.0F / std::sqrt(static_cast<float>(shape.head_dim))),
        pool_(dtype, 24, shape.kv_heads, shape.head_dim) {}

  float scale() const { return scale_; }
  Context& ctx() { return ctx_; }
  const KvPages& pages() const { return pool_.pages(); }

  // Pages for `length` positions, none used before.
  std::vector<std::int32_t> NewPages(std::int64_t length) {
    std::vector<std::int32_t> table;
    for (std::int64_t p = 0; p < length; p += kKvPageTokens) {
      table.push_back(static_cast<std::int32_t>(next_page_++ * 5 % 24));
    }
    return table;
  }

  TensorView Rows(std::vector<float>& data, std::int64_t heads) const {
    const std::int64_t row = heads * shape_.head_dim;
    return {data.data(),
            DType::kF32,
            {static_cast<std::int64_t>(data.size()) / row, heads, shape_.head_dim}};
  }

  // Steps of `chunk` rows, each storing its keys and values before it attends.
  std::vector<float> Run(Sequence& s, std::int64_t chunk) {
    const std::vector<std::int32_t> table = NewPages(s.length);
    Canary out(static_cast<std::int64_t>(s.q.size()));
    const TensorView out_rows(out.data(), DType::kF32, {s.length, shape_.heads, shape_.head_dim});
    for (std::int64_t begin = 0; begin < s.length; begin += chunk) {
      const std::int64_t count = std::min(chunk, s.length - begin);
      const Segment segments[] = {{0, count, begin, table}};
      WriteKv(ctx_, Rows(s.k, shape_.kv_heads).Rows(begin, count),
              Rows(s.v, shape_.kv_heads).Rows(begin, count), segments, pages());
      Attention(ctx_, Rows(s.q, shape_.heads).Rows(begin, count), pages(), segments,
                {.scale = scale_, .window = shape_.window}, out_rows.Rows(begin, count));
    }
    out.ExpectIntact();
    return out.Values();
  }

 private:
  Context ctx_;
  Shape shape_;
  float scale_;
  PagePool pool_;
  std::int64_t next_page_ = 0;
};

struct AttentionCase {
  Route route;
  DType dtype;
  Shape shape;
};

std::string AttentionCaseName(const ::testing::TestParamInfo<AttentionCase>& info) {
  const AttentionCase& p = info.param;
  return RouteName(p.route) + "_" + Name(p.dtype) + "_H" + std::to_string(p.shape.heads) + "_K" +
         std::to_string(p.shape.kv_heads) + "_D" + std::to_string(p.shape.head_dim) + "_W" +
         std::to_string(p.shape.window);
}

std::vector<AttentionCase> AttentionCases() {
  std::vector<AttentionCase> cases;
  for (const Route& route : {kReferenceRoute, kAvx2Route, kAvx512Route}) {
    for (const DType dtype : {DType::kF32, DType::kBF16}) {
      for (const Shape& shape :
           {Shape{4, 2, 16, 0}, Shape{8, 2, 64, 0}, Shape{4, 4, 32, 50}, Shape{7, 1, 40, 0},
            Shape{2, 1, 7, 3}, Shape{4, 1, 128, 64}, Shape{8, 2, 128, 0}, Shape{6, 3, 80, 1},
            Shape{3, 3, 24, 100}, Shape{80, 1, 16, 0}}) {
        cases.push_back({route, dtype, shape});
      }
    }
  }
  return cases;
}

class AttentionOp : public ::testing::TestWithParam<AttentionCase> {};

TEST_P(AttentionOp, AgreesWithTheEquation) {
  const AttentionCase& p = GetParam();
  MEVAL_ROUTE_OR_SKIP(p.route);
  Runner runner(p.route, 2, p.dtype, p.shape);
  Sequence s(p.shape, 150, 31);
  ExpectNear(runner.Run(s, 150), Oracle(s, p.dtype, runner.scale()), kAttentionTolerance);
}

TEST_P(AttentionOp, GivesTheSameBitsInOneGoInChunksAndTokenByToken) {
  const AttentionCase& p = GetParam();
  MEVAL_ROUTE_OR_SKIP(p.route);
  Runner runner(p.route, 2, p.dtype, p.shape);
  Sequence s(p.shape, 140, 32);
  const std::vector<float> whole = runner.Run(s, 140);
  for (const std::int64_t chunk : {1, 13, 64, 100}) {
    EXPECT_TRUE(SameBits(whole, runner.Run(s, chunk))) << "chunks of " << chunk;
  }
}

TEST_P(AttentionOp, GivesTheSameBitsOnAnyNumberOfThreads) {
  const AttentionCase& p = GetParam();
  MEVAL_ROUTE_OR_SKIP(p.route);
  Sequence s(p.shape, 130, 33);
  const std::vector<float> one = Runner(p.route, 1, p.dtype, p.shape).Run(s, 130);
  EXPECT_TRUE(SameBits(one, Runner(p.route, 2, p.dtype, p.shape).Run(s, 130)));
  EXPECT_TRUE(SameBits(one, Runner(p.route, 3, p.dtype, p.shape).Run(s, 130)));
  if (p.route.path == CpuPath::kAvx512) {
    EXPECT_TRUE(SameBits(one, Runner(kAvx2Route, 1, p.dtype, p.shape).Run(s, 130)))
        << "avx2 and avx512 differ";
  }
}

// Three sequences in one call, at different positions, give what each gives alone.
TEST_P(AttentionOp, GivesASequenceTheSameBitsInAnyCompany) {
  const AttentionCase& p = GetParam();
  MEVAL_ROUTE_OR_SKIP(p.route);
  Runner runner(p.route, 2, p.dtype, p.shape);
  const std::int64_t lengths[] = {70, 1, 129};
  std::vector<Sequence> sequences;
  std::vector<std::vector<float>> alone;
  for (const std::int64_t length : lengths) {
    sequences.emplace_back(p.shape, length, static_cast<std::uint32_t>(40 + length));
    alone.push_back(runner.Run(sequences.back(), length));
  }
  std::vector<float> q;
  std::vector<float> k;
  std::vector<float> v;
  std::vector<std::vector<std::int32_t>> tables;
  std::vector<Segment> segments;
  std::int64_t row = 0;
  for (const Sequence& s : sequences) {
    q.insert(q.end(), s.q.begin(), s.q.end());
    k.insert(k.end(), s.k.begin(), s.k.end());
    v.insert(v.end(), s.v.begin(), s.v.end());
    tables.push_back(runner.NewPages(s.length));
    segments.push_back({row, s.length, 0, tables.back()});
    row += s.length;
  }
  for (std::size_t i = 0; i < tables.size(); ++i) segments[i].page_table = tables[i];
  std::vector<float> out(q.size());
  WriteKv(runner.ctx(), runner.Rows(k, p.shape.kv_heads), runner.Rows(v, p.shape.kv_heads),
          segments, runner.pages());
  Attention(runner.ctx(), runner.Rows(q, p.shape.heads), runner.pages(), segments,
            {.scale = runner.scale(), .window = p.shape.window}, runner.Rows(out, p.shape.heads));
  auto position = out.begin();
  for (const std::vector<float>& expected : alone) {
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), position));
    position += static_cast<std::ptrdiff_t>(expected.size());
  }
}

INSTANTIATE_TEST_SUITE_P(Routes, AttentionOp, ::testing::ValuesIn(AttentionCases()),
                         AttentionCaseName);

struct WindowCase {
  Route route;
  std::int64_t window;
};

class AttentionWindow : public ::testing::TestWithParam<WindowCase> {};

// A query at position p sees the keys p - W + 1 .. p and no other: a change of key j changes the
// output of exactly the queries that see j.
TEST_P(AttentionWindow, SeesWKeysIncludingItsOwn) {
  const WindowCase& p = GetParam();
  MEVAL_ROUTE_OR_SKIP(p.route);
  const std::int64_t w = p.window;
  const Shape shape{2, 1, 16, w};
  Runner runner(p.route, 1, DType::kF32, shape);
  Sequence s(shape, w + 2, 50);
  const std::vector<float> before = runner.Run(s, w + 2);
  s.v[0] += 100;  // of position 0
  const std::vector<float> after = runner.Run(s, w + 2);
  for (const std::int64_t position : {w - 2, w - 1, w, w + 1}) {
    if (position < 0) continue;
    const auto row = static_cast<std::size_t>(position * 2 * 16);
    const bool sees_position_0 = position - w + 1 <= 0;
    EXPECT_EQ(before[row] != after[row], sees_position_0) << "position " << position;
  }
}

// A prompt of up to W tokens has every token in the window: the same bits as without one. The first
// that is longer differs, in its last row only.
TEST_P(AttentionWindow, BindsFromPositionWOn) {
  const WindowCase& p = GetParam();
  MEVAL_ROUTE_OR_SKIP(p.route);
  const Shape with{2, 1, 16, p.window};
  const Shape without{2, 1, 16, 0};
  Runner windowed(p.route, 1, DType::kF32, with);
  Runner full(p.route, 1, DType::kF32, without);
  for (const std::int64_t length : {p.window - 1, p.window, p.window + 1}) {
    if (length < 1) continue;
    Sequence s(without, length, 51);
    const std::vector<float> a = windowed.Run(s, length);
    const std::vector<float> b = full.Run(s, length);
    const auto in_window = static_cast<std::ptrdiff_t>(std::min(length, p.window) * 2 * 16);
    EXPECT_TRUE(std::equal(a.begin(), a.begin() + in_window, b.begin())) << "length " << length;
    EXPECT_EQ(SameBits(a, b), length <= p.window) << "length " << length;
  }
}

std::vector<WindowCase> WindowCases() {
  std::vector<WindowCase> cases;
  for (const Route& route : {kReferenceRoute, kAvx2Route, kAvx512Route}) {
    for (const std::int64_t window : {1, 2, 8, 63, 64, 65, 128, 130}) {
      cases.push_back({route, window});
    }
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Routes, AttentionWindow, ::testing::ValuesIn(WindowCases()),
                         [](const auto& test) {
                           return RouteName(test.param.route) + "_W" +
                                  std::to_string(test.param.window);
                         });

class AttentionRoute : public ::testing::TestWithParam<Route> {};

// Pages that lie wholly before the window may be gone.
TEST_P(AttentionRoute, NeedsNoPageBeforeTheWindow) {
  MEVAL_ROUTE_OR_SKIP(GetParam());
  const Shape shape{4, 2, 16, 64};
  Runner runner(GetParam(), 1, DType::kF32, shape);
  Sequence s(shape, 193, 52);
  const std::vector<float> expected = runner.Run(s, 193);
  std::vector<std::int32_t> table = runner.NewPages(193);
  const Segment all[] = {{0, 193, 0, table}};
  WriteKv(runner.ctx(), runner.Rows(s.k, 2), runner.Rows(s.v, 2), all, runner.pages());
  table[0] = table[1] = -1;  // position 192 sees 129 .. 192
  const Segment last[] = {{0, 1, 192, table}};
  std::vector<float> out(4 * 16);
  const AttentionOptions options{.scale = runner.scale(), .window = 64};
  Attention(runner.ctx(), runner.Rows(s.q, 4).Rows(192, 1), runner.pages(), last, options,
            runner.Rows(out, 4));
  EXPECT_TRUE(std::equal(out.begin(), out.end(), expected.end() - 4 * 16));
  table[2] = -1;
  EXPECT_THROW(Attention(runner.ctx(), runner.Rows(s.q, 4).Rows(192, 1), runner.pages(), last,
                         options, runner.Rows(out, 4)),
               std::invalid_argument);
}

// An infinite value beyond a query's own position belongs to a later query alone.
TEST_P(AttentionRoute, KeepsLaterKeysOut) {
  MEVAL_ROUTE_OR_SKIP(GetParam());
  const Shape shape{8, 2, 32, 0};
  Runner runner(GetParam(), 1, DType::kF32, shape);
  Sequence s(shape, 40, 53);
  const std::vector<float> before = runner.Run(s, 40);
  const auto begin = s.v.end() - 2 * 32;  // the last position
  std::fill(begin, s.v.end(), std::numeric_limits<float>::infinity());
  const std::vector<float> after = runner.Run(s, 40);
  EXPECT_TRUE(std::equal(before.begin(), before.end() - 8 * 32, after.begin()));
  EXPECT_EQ(after.back(), std::numeric_limits<float>::infinity());
}

// Scores far apart: the running maximum must carry the sum along.
TEST_P(AttentionRoute, SurvivesScoresFarApart) {
  MEVAL_ROUTE_OR_SKIP(GetParam());
  const Shape shape{2, 2, 16, 0};
  Runner runner(GetParam(), 1, DType::kF32, shape);
  Sequence s(shape, 150, 54);
  for (std::size_t i = 0; i < s.k.size(); ++i) {
    s.k[i] *= 1.0F + static_cast<float>(i / 32) * 2.0F;
  }
  // Scores in the thousands round by 1e-4, and the weights with them.
  ExpectNear(runner.Run(s, 150), Oracle(s, DType::kF32, runner.scale()), {.absolute = 4e-3});
}

TEST_P(AttentionRoute, OfNoRowsDoesNothing) {
  MEVAL_ROUTE_OR_SKIP(GetParam());
  Runner runner(GetParam(), 1, DType::kF32, {4, 2, 16, 0});
  const Segment none[] = {{0, 0, 5, {}}};
  const TensorView q(nullptr, DType::kF32, {0, 4, 16});
  const TensorView kv(nullptr, DType::kF32, {0, 2, 16});
  EXPECT_NO_THROW(WriteKv(runner.ctx(), kv, kv, none, runner.pages()));
  EXPECT_NO_THROW(Attention(runner.ctx(), q, runner.pages(), none, {.scale = 1}, q));
  EXPECT_NO_THROW(Attention(runner.ctx(), q, runner.pages(), {}, {.scale = 1}, q));
}

INSTANTIATE_TEST_SUITE_P(Routes, AttentionRoute,
                         ::testing::Values(kReferenceRoute, kAvx2Route, kAvx512Route),
                         [](const auto& test) { return RouteName(test.param); });

TEST(WriteKv, LaysKeysOutByDimensionAndValuesByPosition) {
  Context ctx({.num_threads = 1});
  PagePool pool(DType::kBF16, 3, 2, 4);
  std::vector<float> k = RandomVector(3 * 2 * 4, 60);
  std::vector<float> v = RandomVector(3 * 2 * 4, 61);
  const std::vector<std::int32_t> table = {2, 0};
  const Segment segments[] = {{0, 3, 62, table}};  // positions 62, 63, 64
  WriteKv(ctx, TensorView(k.data(), DType::kF32, {3, 2, 4}),
          TensorView(v.data(), DType::kF32, {3, 2, 4}), segments, pool.pages());
  const auto* keys = static_cast<const std::uint16_t*>(pool.pages().keys);
  const auto* values = static_cast<const std::uint16_t*>(pool.pages().values);
  const auto at = [](std::int64_t page, std::int64_t head) {
    return (page * 2 + head) * 4 * kKvPageTokens;
  };
  for (std::int64_t head = 0; head < 2; ++head) {
    for (std::int64_t d = 0; d < 4; ++d) {
      const auto source = [&](std::int64_t row) {
        return static_cast<std::size_t>((row * 2 + head) * 4 + d);
      };
      EXPECT_EQ(keys[at(2, head) + d * kKvPageTokens + 62], FloatToBFloat16(k[source(0)]));
      EXPECT_EQ(keys[at(2, head) + d * kKvPageTokens + 63], FloatToBFloat16(k[source(1)]));
      EXPECT_EQ(keys[at(0, head) + d * kKvPageTokens], FloatToBFloat16(k[source(2)]));
      EXPECT_EQ(values[at(2, head) + 63 * 4 + d], FloatToBFloat16(v[source(1)]));
      EXPECT_EQ(values[at(0, head) + d], FloatToBFloat16(v[source(2)]));
      EXPECT_EQ(values[at(2, head) + 61 * 4 + d], kBf16NaN);
    }
  }
}

TEST(WriteKv, RefusesBadArguments) {
  Context ctx({.num_threads = 1});
  PagePool pool(DType::kF32, 2, 2, 4);
  std::vector<float> data(2 * 2 * 4);
  const TensorView kv(data.data(), DType::kF32, {2, 2, 4});
  const std::vector<std::int32_t> table = {0, 1};
  const std::vector<std::int32_t> released = {0, -1};
  const std::vector<std::int32_t> beyond = {0, 2};
  const auto write = [&](const TensorView& k, const Segment& segment, const KvPages& pages) {
    const Segment segments[] = {segment};
    WriteKv(ctx, k, kv, segments, pages);
  };
  EXPECT_NO_THROW(write(kv, {0, 2, 63, table}, pool.pages()));
  EXPECT_THROW(write(kv, {0, 2, 63, released}, pool.pages()), std::invalid_argument);
  EXPECT_THROW(write(kv, {0, 2, 63, beyond}, pool.pages()), std::invalid_argument);
  EXPECT_THROW(write(kv, {0, 2, 127, table}, pool.pages()), std::invalid_argument);
  EXPECT_THROW(write(kv, {1, 2, 0, table}, pool.pages()), std::invalid_argument);
  EXPECT_THROW(write(kv, {-1, 1, 0, table}, pool.pages()), std::invalid_argument);
  EXPECT_THROW(write(kv, {0, 1, -1, table}, pool.pages()), std::invalid_argument);
  EXPECT_THROW(write(kv.Rows(0, 1), {0, 1, 0, table}, pool.pages()), std::invalid_argument);
  EXPECT_THROW(write(kv.WithRowShape({4, 2}), {0, 2, 0, table}, pool.pages()),
               std::invalid_argument);
  KvPages f16 = pool.pages();
  f16.dtype = DType::kF16;
  EXPECT_THROW(write(kv, {0, 2, 0, table}, f16), std::invalid_argument);
}

TEST(Attention, RefusesBadArguments) {
  Context ctx({.num_threads = 1});
  PagePool pool(DType::kF32, 2, 2, 4);
  std::vector<float> q_data(2 * 4 * 4);
  std::vector<float> out_data(2 * 4 * 4);
  const TensorView q(q_data.data(), DType::kF32, {2, 4, 4});
  const TensorView out(out_data.data(), DType::kF32, {2, 4, 4});
  const std::vector<std::int32_t> table = {0, 1};
  const std::vector<std::int32_t> missing = {-1, 1};
  const Segment good[] = {{0, 2, 64, table}};
  const Segment bad[] = {{0, 2, 64, missing}};
  const Segment too_long[] = {{0, 3, 64, table}};
  const AttentionOptions options{.scale = 0.5F};
  EXPECT_NO_THROW(Attention(ctx, q, pool.pages(), good, options, out));
  EXPECT_THROW(Attention(ctx, q, pool.pages(), bad, options, out), std::invalid_argument);
  EXPECT_THROW(Attention(ctx, q, pool.pages(), too_long, options, out), std::invalid_argument);
  EXPECT_THROW(Attention(ctx, q, pool.pages(), good, options, q), std::invalid_argument);
  EXPECT_THROW(Attention(ctx, q, pool.pages(), good, {.scale = 1, .window = -1}, out),
               std::invalid_argument);
  EXPECT_THROW(Attention(ctx, q, pool.pages(), good, options, out.Rows(0, 1)),
               std::invalid_argument);
  const TensorView odd_heads(q_data.data(), DType::kF32, {2, 3, 4});
  EXPECT_THROW(Attention(ctx, odd_heads, pool.pages(), good, options, out), std::invalid_argument);
}

}  // namespace
}  // namespace meval::testing
