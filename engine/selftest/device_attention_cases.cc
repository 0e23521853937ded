#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "engine/kv_pages.h"
#include "engine/selftest/device_cases.h"
#include "kernels/attention_forms.h"
#include "kernels/step_ops.h"

namespace meval::selftest {
namespace {

// A form of attention, until the end of the scope: also where an op throws.
class FormInUse {
 public:
  FormInUse(Context& ctx, const std::string& form)
      : ctx_(ctx), before_(UseAttentionForm(ctx, form)) {}
  ~FormInUse() { UseAttentionForm(ctx_, before_); }
  FormInUse(const FormInUse&) = delete;
  FormInUse& operator=(const FormInUse&) = delete;

 private:
  Context& ctx_;
  std::string before_;
};

using Segments = std::vector<Segment>;

std::int64_t NumRows(const Segments& segments) {
  return segments.empty() ? 0 : segments.back().row_begin + segments.back().num_rows;
}

void AppendRows(Segments& segments, std::int64_t count, std::int64_t position_begin,
                std::span<const std::int32_t> pages) {
  if (count == 0) return;
  segments.push_back({.row_begin = NumRows(segments),
                      .num_rows = count,
                      .position_begin = position_begin,
                      .page_table = pages});
}

// Two steps of some sequences: the first stores what the second, which is compared, sees before its
// own keys.
struct Scene {
  explicit Scene(const char* check_name) : name(check_name) {}

  const char* name;
  StepShape shape;
  std::int64_t num_pages = 0;
  std::vector<std::vector<std::int32_t>> page_tables;  // a sequence each
  Segments earlier;
  Segments last;
  Floats earlier_qkv;  // [rows, (H + 2K) D]
  Floats last_qkv;

  std::int64_t columns() const {
    return (shape.num_heads + 2 * shape.num_kv_heads) * shape.head_dim;
  }
  std::string Text(DType dtype) const {
    return ShapeText({static_cast<std::int64_t>(page_tables.size()), shape.num_heads,
                      shape.num_kv_heads, shape.head_dim},
                     dtype) +
           ", window " + std::to_string(shape.attention.window);
  }
};

// What remains once the shape's heads and the segments are there.
void Complete(Scene& scene, Random& random, DType dtype) {
  scene.shape.vocab_size = 1;
  scene.shape.attention.scale = 1.0F / std::sqrt(static_cast<float>(scene.shape.head_dim));
  scene.shape.max_rows =
      std::max<std::int64_t>(1000, std::max(NumRows(scene.earlier), NumRows(scene.last)));
  scene.shape.max_selected = scene.shape.max_rows;
  scene.earlier_qkv = Rounded(random.Vector(NumRows(scene.earlier) * scene.columns(), 1), dtype);
  scene.last_qkv = Rounded(random.Vector(NumRows(scene.last) * scene.columns(), 1), dtype);
}

// Begins a step and returns its queries, keys and values, keys and values stored.
DeviceTensor Store(Context& ctx, StepOps& ops, const Segments& segments, Floats qkv, DType type,
                   const KvPages& pages) {
  const std::int64_t rows = NumRows(segments);
  const std::int64_t columns = static_cast<std::int64_t>(qkv.size()) / rows;
  const std::vector<TokenId> tokens(static_cast<std::size_t>(rows), 0);
  std::vector<std::int32_t> positions;
  for (const Segment& segment : segments) {
    for (std::int64_t i = 0; i < segment.num_rows; ++i) {
      positions.push_back(static_cast<std::int32_t>(segment.position_begin + i));
    }
  }
  const std::int64_t padded =
      ops.Begin({.tokens = tokens, .positions = positions, .segments = segments, .copies = {}});
  qkv.resize(static_cast<std::size_t>(padded * columns));
  DeviceTensor tensor(ctx, type, padded, columns, qkv);
  ops.RotateAndStore(tensor.view(), pages);
  return tensor;
}

Floats Attend(const DeviceSubject& subject, Context& ctx, const Scene& scene, DType type) {
  constexpr std::int64_t kMostPositions = 300;
  const StepShape& shape = scene.shape;
  const RopeTable rope(shape.head_dim, 1e4, kMostPositions);
  const auto ops = MakeStepOps(ctx, shape, rope);
  const std::int64_t heads = shape.num_heads * shape.head_dim;
  const std::int64_t elements =
      scene.num_pages * shape.num_kv_heads * shape.head_dim * kKvPageTokens;
  const DeviceTensor keys(ctx, type, 1, elements);
  const DeviceTensor values(ctx, type, 1, elements);
  const KvPages pages = {.keys = keys.view().data,
                         .values = values.view().data,
                         .dtype = type,
                         .num_pages = scene.num_pages,
                         .n_kv_heads = shape.num_kv_heads,
                         .head_dim = shape.head_dim};
  if (!scene.earlier.empty()) Store(ctx, *ops, scene.earlier, scene.earlier_qkv, type, pages);
  const DeviceTensor qkv = Store(ctx, *ops, scene.last, scene.last_qkv, type, pages);
  DeviceTensor out(ctx, type, qkv.view().rows(), heads);
  ops->Attend(qkv.view(), pages, out.view());
  Floats result = out.Read();
  result.resize(static_cast<std::size_t>(NumRows(scene.last) * heads));
  subject.AddGuards(scene.name, scene.Text(type), out);
  return result;
}

// The cpu keeps queries in f32 and, here, keys and values too. The device rounds rotated queries
// and keys: a score moves by about u / 3, six times which is within 8 u of values below 1.
void CompareForms(const DeviceSubject& subject, const Scene& scene, DType dtype) {
  const Floats expected = Attend(subject, subject.cpu, scene, DType::kF32);
  const Tolerance roundings = CudaAttentionTolerance(dtype == DType::kBF16);
  std::vector<Floats> of_forms;
  for (const std::string& form : AttentionForms(subject.device)) {
    const FormInUse in_use(subject.device, form);
    const std::string text = scene.Text(dtype) + ", by " + form;
    of_forms.push_back(Attend(subject, subject.device, scene, dtype));
    subject.Add(scene.name, text,
                Compare(expected, of_forms.back(),
                        {.absolute = roundings.absolute + 8 * RoundoffOf(dtype), .relative = 0}));
    if (of_forms.size() > 1) {
      subject.Add("device.forms", text, Compare(of_forms.front(), of_forms.back(), roundings));
    }
  }
}

}  // namespace

// Segments of several lengths in scattered pages.
void CheckAttention(const DeviceSubject& subject, Random& random, DType dtype) {
  Scene scene("device.attention");
  scene.shape.num_kv_heads = random.Between(1, 3);
  scene.shape.num_heads = scene.shape.num_kv_heads * random.Between(1, 4);
  scene.shape.head_dim = random.Pick<std::int64_t>({8, 64, 128, 40});
  scene.shape.attention.window = random.Pick<std::int64_t>({0, 0, 1, 64, 65, 100});
  scene.num_pages = 32;
  std::vector<std::int32_t> free_pages(static_cast<std::size_t>(scene.num_pages));
  std::iota(free_pages.begin(), free_pages.end(), 0);
  random.Shuffle(free_pages);
  scene.page_tables.resize(static_cast<std::size_t>(random.Between(1, 4)));
  for (std::vector<std::int32_t>& pages : scene.page_tables) {
    const std::int64_t before = random.Pick<std::int64_t>({0, 1, 63, 64, 90, 200});
    const std::int64_t rows = random.Pick<std::int64_t>({1, 1, 2, 20, 66});
    for (std::int64_t p = 0; p < NumKvPages(before + rows); ++p) {
      pages.push_back(free_pages.back());
      free_pages.pop_back();
    }
    AppendRows(scene.earlier, before, 0, pages);
    AppendRows(scene.last, rows, before, pages);
  }
  Complete(scene, random, dtype);
  CompareForms(subject, scene, dtype);
}

// A device takes shared tiles once for all where their rows give half of its multiprocessors a
// block each (kernels/cuda/attention_plan.h); there are batch_tokens / 32 of those at most.
void CheckCascade(const DeviceSubject& subject, Random& random, DType dtype) {
  constexpr std::int64_t kMostBlockRows = 128;  // heads of a group, row by row
  const std::int64_t blocks = std::max<std::int64_t>(2, subject.device.traits().batch_tokens / 64);
  Scene scene("device.cascade");
  const std::int64_t kv_heads = blocks > 8 ? 8 : random.Pick<std::int64_t>({2, 3});
  const std::int64_t group = blocks > 8 ? 8 : 4;
  scene.shape.num_kv_heads = kv_heads;
  scene.shape.num_heads = kv_heads * group;
  scene.shape.head_dim = random.Pick<std::int64_t>({40, 64});
  scene.shape.attention.window = random.Pick<std::int64_t>({0, 0, 100});
  const std::int64_t row_blocks = (blocks + kv_heads - 1) / kv_heads;
  const std::int64_t packed = std::max<std::int64_t>(64, (row_blocks - 1) * kMostBlockRows + 1);
  const std::int64_t sequences = (packed + group - 1) / group + random.Between(0, 3);

  // Some pages all share, then one more that every second shares, then some tokens of its own.
  std::vector<std::int32_t> shared(static_cast<std::size_t>(random.Between(1, 2)));
  std::iota(shared.begin(), shared.end(), 0);
  std::vector<std::int32_t> longer = shared;
  longer.push_back(static_cast<std::int32_t>(shared.size()));
  scene.num_pages = static_cast<std::int64_t>(longer.size());
  AppendRows(scene.earlier, static_cast<std::int64_t>(longer.size()) * kKvPageTokens, 0, longer);
  scene.page_tables.resize(static_cast<std::size_t>(sequences));
  for (std::size_t i = 0; i < scene.page_tables.size(); ++i) {
    std::vector<std::int32_t>& pages = scene.page_tables[i];
    pages = i % 2 == 0 ? shared : longer;
    const std::int64_t own_begin = static_cast<std::int64_t>(pages.size()) * kKvPageTokens;
    const std::int64_t own = random.Pick<std::int64_t>({0, 1, 3});
    pages.push_back(static_cast<std::int32_t>(scene.num_pages++));
    AppendRows(scene.earlier, own, own_begin, pages);
    AppendRows(scene.last, 1, own_begin + own, pages);
  }
  Complete(scene, random, dtype);
  CompareForms(subject, scene, dtype);
}

}  // namespace meval::selftest
