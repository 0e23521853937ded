#include <memory>
#include <numeric>
#include <span>
#include <vector>

#include "engine/kv_pages.h"
#include "engine/selftest/device_cases.h"
#include "kernels/attention.h"
#include "kernels/page_copy.h"
#include "kernels/residual_add.h"
#include "kernels/rmsnorm.h"
#include "kernels/silu_mul.h"
#include "kernels/step_ops.h"

namespace meval::selftest {
namespace {

// One sequence of `num_rows` rows, for the ops that do not look at keys.
class PlainStep {
 public:
  PlainStep(std::int64_t num_rows, std::int64_t vocab_size, Random& random)
      : rope_(kHeadDim, 1e4, num_rows),
        positions_(static_cast<std::size_t>(num_rows)),
        pages_(static_cast<std::size_t>(NumKvPages(num_rows))) {
    shape_.vocab_size = vocab_size;
    shape_.num_heads = 1;
    shape_.num_kv_heads = 1;
    shape_.head_dim = kHeadDim;
    shape_.attention.scale = 1;
    shape_.max_rows = num_rows + random.Between(0, 20);  // a step may be filled up
    shape_.max_selected = shape_.max_rows;
    for (std::int64_t i = 0; i < num_rows; ++i) {
      tokens_.push_back(static_cast<TokenId>(random.Below(vocab_size)));
    }
    std::iota(positions_.begin(), positions_.end(), 0);
    std::iota(pages_.begin(), pages_.end(), 0);
    segment_ = {.row_begin = 0, .num_rows = num_rows, .position_begin = 0, .page_table = pages_};
  }
  PlainStep(const PlainStep&) = delete;
  PlainStep& operator=(const PlainStep&) = delete;

  std::unique_ptr<StepOps> Ops(Context& ctx) const { return MakeStepOps(ctx, shape_, rope_); }
  // Returns how many rows to compute.
  std::int64_t Begin(StepOps& ops) const {
    return ops.Begin({.tokens = tokens_,
                      .positions = positions_,
                      .segments = std::span(&segment_, 1),
                      .copies = {}});
  }

 private:
  static constexpr std::int64_t kHeadDim = 8;
  RopeTable rope_;
  StepShape shape_;
  std::vector<TokenId> tokens_;
  std::vector<std::int32_t> positions_;
  std::vector<std::int32_t> pages_;
  Segment segment_;
};

// The first `rows` of what an op left, whose step may have been filled up.
Floats FirstRows(DeviceTensor& tensor, std::int64_t rows) {
  Floats values = tensor.Read();
  values.resize(static_cast<std::size_t>(rows * tensor.view().row_elements()));
  return values;
}

}  // namespace

void CheckRmsNorm(const DeviceSubject& subject, Random& random, DType dtype) {
  const std::int64_t rows = random.Between(1, 20);
  const std::int64_t width = random.Pick<std::int64_t>({1, 31, 64, 1027, 4096});
  const Floats x = random.Vector(rows * width, 4);
  const Floats gain = random.Vector(width, 2);
  DeviceTensor expected(subject.cpu, DType::kF32, rows, width);
  DeviceTensor found(subject.device, dtype, rows, width);
  const auto norm = [&](Context& ctx, DeviceTensor& out) {
    const DeviceTensor in(ctx, DType::kF32, rows, width, x);
    const DeviceTensor weights(ctx, DType::kF32, 1, width, gain);
    const TensorView g(weights.view().data, DType::kF32, {width}, ctx.device());
    RmsNorm(ctx, in.view(), g, 1e-5F, out.view());
  };
  norm(subject.cpu, expected);
  norm(subject.device, found);
  subject.Add("device.rmsnorm", ShapeText({rows, width}, dtype), found, expected.Read(),
              {.absolute = RoundoffOf(dtype) * 1e-3,
               .relative = kRmsNormTolerance.relative + RoundoffOf(dtype)});
}

void CheckSiluMul(const DeviceSubject& subject, Random& random, DType dtype) {
  const std::int64_t rows = random.Between(1, 20);
  const std::int64_t width = random.Pick<std::int64_t>({1, 40, 515, 2048});
  const Floats gate = Rounded(random.Vector(rows * width, 8), dtype);
  const Floats up = Rounded(random.Vector(rows * width, 8), dtype);
  DeviceTensor expected(subject.cpu, DType::kF32, rows, width);
  DeviceTensor found(subject.device, dtype, rows, width);
  const auto multiply = [&](Context& ctx, DType type, DeviceTensor& out) {
    const DeviceTensor g(ctx, type, rows, width, gate);
    const DeviceTensor u(ctx, type, rows, width, up);
    SiluMul(ctx, g.view(), u.view(), out.view());
  };
  multiply(subject.cpu, DType::kF32, expected);
  multiply(subject.device, dtype, found);
  subject.Add("device.silu_mul", ShapeText({rows, width}, dtype), found, expected.Read(),
              {.absolute = RoundoffOf(dtype) * 1e-3,
               .relative = kSiluMulTolerance.relative + RoundoffOf(dtype)});
}

// One rounded sum an element, on either.
void CheckResidualAdd(const DeviceSubject& subject, Random& random) {
  const std::int64_t rows = random.Between(1, 20);
  const std::int64_t width = random.Pick<std::int64_t>({1, 31, 64, 1027, 4096});
  const Floats x = random.Vector(rows * width, 4);
  const Floats delta = random.Vector(rows * width, 4);
  const auto add = [&](Context& ctx, DeviceTensor& sum) {
    const DeviceTensor terms(ctx, DType::kF32, rows, width, delta);
    ResidualAdd(ctx, terms.view(), sum.view());
    return sum.Read();
  };
  DeviceTensor expected(subject.cpu, DType::kF32, rows, width, x);
  DeviceTensor found(subject.device, DType::kF32, rows, width, x);
  const std::string shape = ShapeText({rows, width}, DType::kF32);
  subject.AddExact("device.residual_add", shape, add(subject.cpu, expected),
                   add(subject.device, found));
  subject.AddGuards("device.residual_add", shape, found);
}

void CheckEmbedding(const DeviceSubject& subject, Random& random, DType dtype) {
  const std::int64_t rows = random.Pick<std::int64_t>({1, 2, 17, 70, 300});
  const std::int64_t vocab = random.Pick<std::int64_t>({1, 7, 500});
  const std::int64_t width = random.Pick<std::int64_t>({1, 31, 64, 1024});
  const Floats values = Rounded(random.Vector(vocab * width, 2), dtype);
  const PlainStep step(rows, vocab, random);
  const std::string shape = ShapeText({rows, vocab, width}, dtype);
  const auto embed = [&](Context& ctx, DType type) {
    Buffer table = ctx.Allocate(values.size() * static_cast<std::size_t>(SizeOf(type)));
    std::vector<std::byte> dense(table.bytes());
    ConvertElements(reinterpret_cast<const std::byte*>(values.data()), DType::kF32, vocab * width,
                    type, dense.data());
    ctx.Upload(dense.data(), table.data(), dense.size());
    const auto ops = step.Ops(ctx);
    DeviceTensor out(ctx, DType::kF32, step.Begin(*ops), width);
    ops->Embed(TensorView(table.data(), type, {vocab, width}, ctx.device()), out.view());
    Floats found = FirstRows(out, rows);
    subject.AddGuards("device.embedding", shape, out);
    return found;
  };
  subject.AddExact("device.embedding", shape, embed(subject.cpu, DType::kF32),
                   embed(subject.device, dtype));
}

void CheckGather(const DeviceSubject& subject, Random& random, DType dtype) {
  const std::int64_t rows = random.Pick<std::int64_t>({1, 2, 17, 70, 300});
  const std::int64_t width = random.Pick<std::int64_t>({1, 31, 64, 1024});
  const DType type = random.Chance(0.5) ? DType::kF32 : dtype;
  const Floats values = Rounded(random.Vector(rows * width, 2), type);
  const PlainStep step(rows, 1, random);
  std::vector<std::int64_t> selected = {random.Below(rows)};
  for (std::int64_t row = selected[0] + 1; row < rows; ++row) {
    if (random.Chance(0.4)) selected.push_back(row);
  }
  const std::string shape = ShapeText({rows, width}, type);
  const auto gather = [&](Context& ctx, DType element) {
    const auto ops = step.Ops(ctx);
    const std::int64_t padded = step.Begin(*ops);
    Floats padded_values = values;
    padded_values.resize(static_cast<std::size_t>(padded * width));
    const DeviceTensor from(ctx, element, padded, width, padded_values);
    DeviceTensor to(ctx, element, ops->Select(selected), width);
    ops->GatherSelected(from.view(), to.view());
    Floats found = FirstRows(to, static_cast<std::int64_t>(selected.size()));
    subject.AddGuards("device.gather", shape, to);
    return found;
  };
  subject.AddExact("device.gather", shape, gather(subject.cpu, DType::kF32),
                   gather(subject.device, type));
}
void CheckPages(const DeviceSubject& subject, Random& random) {
  constexpr std::int64_t kLayers = 3;
  constexpr std::int64_t kPages = 7;
  constexpr std::int64_t kElements = 24;  // of a page
  const Floats contents = random.Vector(kLayers * kPages * kElements, 1);
  std::vector<PagePair> pairs;
  for (int i = 0; i < 5; ++i) {
    pairs.push_back({static_cast<std::int32_t>(random.Below(kPages)),
                     static_cast<std::int32_t>(random.Below(kPages))});
  }
  const auto run = [&](Context& ctx) {
    DeviceTensor keys(ctx, DType::kF32, 1, kLayers * kPages * kElements, contents);
    DeviceTensor values(ctx, DType::kF32, 1, kLayers * kPages * kElements, contents);
    CopyPages(ctx,
              {.keys = keys.view().data,
               .values = values.view().data,
               .num_layers = kLayers,
               .num_pages = kPages,
               .page_bytes = kElements * std::int64_t{sizeof(float)}},
              pairs);
    Floats both = keys.Read();
    const Floats second = values.Read();
    both.insert(both.end(), second.begin(), second.end());
    return both;
  };
  subject.checks.Add("device.pages", run(subject.cpu) == run(subject.device) ? "" : "pages differ");
}

}  // namespace meval::selftest
