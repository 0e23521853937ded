// Matrix multiplication by oneDNN, for chips with bf16 instructions.
//
// W [N, K] is cut into panels of columns whose width depends on N only, each reordered once into
// the layout oneDNN likes best. A task of our own pool multiplies up to kMaxRows rows by one panel
// with a oneDNN primitive that runs on that one thread; so the number of threads cannot change a
// result. The product goes to memory of the thread first and is copied from there: oneDNN's fast
// kernels (its names for them begin with "brg") refuse outputs with gaps between rows, and its
// fallback sums in another order at a thousandth of the speed. That the number of rows does not
// change a row either is no promise of oneDNN's; it is a test (tests/kernels/gemm_test.cc).

#include <omp.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <tuple>

#include <oneapi/dnnl/dnnl.hpp>

#include "kernels/arbitrary_numbers.h"
#include "kernels/check.h"
#include "kernels/cpu/few_rows_bf16.h"
#include "kernels/cpu/ops.h"
#include "kernels/cpu/packed_weight.h"

namespace meval {

bool HasOneDnn() { return true; }

std::string OneDnnVersion() {
  const dnnl_version_t* version = dnnl_version();
  return std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
         std::to_string(version->patch);
}

std::string OneDnnIsa() {
  switch (dnnl::get_effective_cpu_isa()) {
    case dnnl::cpu_isa::avx512_core_amx:
      return "avx512_core_amx";
    case dnnl::cpu_isa::avx512_core_bf16:
      return "avx512_core_bf16";
    case dnnl::cpu_isa::avx512_core_vnni:
      return "avx512_core_vnni";
    case dnnl::cpu_isa::avx512_core:
      return "avx512_core";
    case dnnl::cpu_isa::avx2_vnni:
      return "avx2_vnni";
    case dnnl::cpu_isa::avx2:
      return "avx2";
    case dnnl::cpu_isa::avx:
      return "avx";
    case dnnl::cpu_isa::sse41:
      return "sse41";
    default:
      return "instructions of another kind";
  }
}

namespace cpu {
namespace {

using DnnlType = dnnl::memory::data_type;

constexpr std::int64_t kMaxRows = 256;
// Up to here few_rows_bf16.h is faster than the primitives.
constexpr std::int64_t kFewRows = 12;
constexpr std::int64_t kMinWidth = 128;
constexpr std::int64_t kMaxWidth = 512;
constexpr std::int64_t kWidthStep = 64;  // the width of oneDNN's own blocks

std::int64_t CeilDiv(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

// oneDNN sizes its work by the calling thread's OpenMP setting; inside a task that must be 1.
class OneOpenMpThread {
 public:
  OneOpenMpThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneOpenMpThread() { omp_set_num_threads(before_); }
  OneOpenMpThread(const OneOpenMpThread&) = delete;
  OneOpenMpThread& operator=(const OneOpenMpThread&) = delete;

 private:
  int before_;
};

DnnlType TypeOf(DType dtype) { return dtype == DType::kF32 ? DnnlType::f32 : DnnlType::bf16; }

const dnnl::engine& CpuEngine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::stream& ThreadStream() {
  thread_local dnnl::stream stream(CpuEngine());
  return stream;
}

// What a primitive is made for.
struct MatmulKey {
  std::int64_t rows;
  std::int64_t width;
  std::int64_t k;
  DnnlType type;

  auto Tie() const { return std::tie(rows, width, k, type); }
  bool operator<(const MatmulKey& other) const { return Tie() < other.Tie(); }
};

struct Matmul {
  dnnl::matmul::primitive_desc desc;
  dnnl::matmul primitive;
};

dnnl::memory::desc PlainDesc(std::int64_t rows, std::int64_t columns, std::int64_t row_stride,
                             std::int64_t column_stride, DnnlType type) {
  return {dnnl::memory::dims{rows, columns}, type, dnnl::memory::dims{row_stride, column_stride}};
}

// Half a panel for each of many cores, but wide enough that a primitive has work to do.
std::int64_t PanelWidth(std::int64_t n) {
  const std::int64_t sixteenth = CeilDiv(n, 16 * kWidthStep) * kWidthStep;
  return std::min(n, std::clamp(sixteenth, kMinWidth, kMaxWidth));
}

// Primitives are made for few numbers of rows; the rows a primitive has too many hold anything, and
// their products are not read.
std::int64_t RoundUpRows(std::int64_t rows) { return rows <= 16 ? rows : CeilDiv(rows, 8) * 8; }

bool IsFast(const dnnl::matmul::primitive_desc& desc) {
  return std::string_view(desc.impl_info_str()).starts_with("brg");
}

// The layout oneDNN prefers for a panel [K, width]; chosen at kMaxRows, used for any number of
// rows. None where it has no fast kernel.
std::optional<dnnl::memory::desc> PanelDesc(std::int64_t k, std::int64_t width, DnnlType type) {
  const dnnl::memory::desc x = PlainDesc(kMaxRows, k, k, 1, type);
  const dnnl::memory::desc w({k, width}, type, dnnl::memory::format_tag::any);
  const dnnl::memory::desc y = PlainDesc(kMaxRows, width, width, 1, DnnlType::f32);
  const dnnl::matmul::primitive_desc desc(dnnl::matmul::desc(x, w, y), CpuEngine());
  if (!IsFast(desc)) return std::nullopt;
  return desc.weights_desc();
}

// Whether few_rows_bf16.h knows layout and order: those of oneDNN 2.6 with AVX512_BF16, not AMX.
bool IsFewRowsLayout(const dnnl::memory::desc& panel, std::int64_t k, std::int64_t width,
                     DnnlType type) {
  if (type != DnnlType::bf16 || k % 2 != 0) return false;
  if (DetectCpuFeatures().amx_bf16 || !DetectCpuFeatures().avx512_bf16) return false;
  const dnnl_version_t* version = dnnl_version();
  if (version->major != 2 || version->minor != 6) return false;
  return panel == dnnl::memory::desc({k, width}, type, dnnl::memory::format_tag::BA16a64b2a);
}

Matmul MakeMatmul(const MatmulKey& key, const dnnl::memory::desc& panel) {
  const dnnl::memory::desc x = PlainDesc(key.rows, key.k, key.k, 1, key.type);
  const dnnl::memory::desc y = PlainDesc(key.rows, key.width, key.width, 1, DnnlType::f32);
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const dnnl::matmul::primitive_desc desc(dnnl::matmul::desc(x, panel, y), attributes, CpuEngine());
  MEVAL_CHECK(IsFast(desc), "oneDNN has no fast matmul for " + std::to_string(key.rows) +
                                " rows, though it has one for " + std::to_string(kMaxRows));
  return {desc, dnnl::matmul(desc)};
}

// Primitives are code generated for one shape: made once, kept, shared by all weights of the shape.
const Matmul& CachedMatmul(const MatmulKey& key, const dnnl::memory::desc& panel) {
  static std::mutex mutex;
  static std::map<MatmulKey, Matmul> cache;
  const std::lock_guard lock(mutex);
  const auto found = cache.find(key);
  if (found != cache.end()) return found->second;
  return cache.emplace(key, MakeMatmul(key, panel)).first->second;
}

// Memory of this thread for the task it is at; grows to the largest and stays.
class ThreadMemory {
 public:
  std::byte* Get(std::size_t bytes) {
    if (buffer_.bytes() < bytes) buffer_ = Buffer(bytes);
    return buffer_.As<std::byte>();
  }

 private:
  Buffer buffer_;
};

// [0, count) in ranges for threads that stream memory: first one for each thread in the first half,
// then one for each in half of the rest, and so on. A long range is a fast stream of reads; the
// short ones at the end keep any thread from waiting long for another.
class ShrinkingRanges {
 public:
  ShrinkingRanges(std::int64_t count, std::int64_t threads) : count_(count), threads_(threads) {
    while ((count >> (num_levels_ + 1)) >= threads) ++num_levels_;
  }

  std::int64_t size() const { return (num_levels_ + 1) * threads_; }
  // Of range i; size() is behind the last.
  std::int64_t Begin(std::int64_t i) const {
    const std::int64_t level = i / threads_;
    const std::int64_t begin = LevelBegin(level);
    return begin + (LevelBegin(level + 1) - begin) * (i % threads_) / threads_;
  }

 private:
  std::int64_t LevelBegin(std::int64_t level) const {
    return level > num_levels_ ? count_ : count_ - (count_ >> level);
  }

  std::int64_t count_;
  std::int64_t threads_;
  std::int64_t num_levels_ = 0;  // before the last, which takes what is left
};

DeviceError ToDeviceError(const dnnl::error& error, std::int64_t n, std::int64_t k) {
  return DeviceError("oneDNN " + OneDnnVersion() + ": matmul by [" + std::to_string(n) + ", " +
                     std::to_string(k) + "]: " + error.what() + " (status " +
                     std::to_string(error.status) + "); use MEVAL_GEMM=builtin");
}

class OneDnnWeight : public PackedWeight::Impl {
 public:
  OneDnnWeight(Context& ctx, std::span<const TensorView> parts, std::int64_t features_out,
               std::int64_t features_in, const dnnl::memory::desc& full,
               const dnnl::memory::desc& last, bool few_rows)
      : Impl(features_out, features_in, parts[0].dtype),
        type_(TypeOf(dtype)),
        serves_few_rows_(few_rows),
        width_(PanelWidth(n)),
        num_panels_(CeilDiv(n, width_)),
        full_(full),
        last_(last),
        panel_bytes_(RoundUp64(full_.get_size())),
        data_(static_cast<std::size_t>(num_panels_ - 1) * panel_bytes_ +
              RoundUp64(last_.get_size())) {
    ctx.ParallelFor(num_panels_, [&](std::int64_t panel) { PackPanel(parts, panel); });
    // The few-rows kernel takes the panels' blocks for one sequence.
    serves_few_rows_ =
        serves_few_rows_ &&
        (num_panels_ == 1 ||
         panel_bytes_ == static_cast<std::size_t>(width_ / kFewRowsBlock) * FewRowsBlockBytes(k)) &&
        FewRowsAgree(0) && FewRowsAgree(num_panels_ - 1);
  }

  bool Serves(const Context& ctx) const override { return ctx.gemm() == GemmProvider::kOneDnn; }
  std::int64_t bytes() const override { return static_cast<std::int64_t>(data_.bytes()); }
  void Multiply(Context& ctx, const TensorView& x, const TensorView& y) const override;

 private:
  static std::size_t RoundUp64(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

  std::int64_t Width(std::int64_t panel) const { return std::min(width_, n - panel * width_); }
  const dnnl::memory::desc& Desc(std::int64_t panel) const {
    return panel == num_panels_ - 1 ? last_ : full_;
  }
  void* Data(std::int64_t panel) const {
    return data_.As<std::byte>() + static_cast<std::size_t>(panel) * panel_bytes_;
  }

  void PackPanel(std::span<const TensorView> parts, std::int64_t panel) const {
    const OneOpenMpThread one;
    const std::int64_t width = Width(panel);
    const auto row_bytes = static_cast<std::size_t>(k * SizeOf(dtype));
    const Buffer rows(static_cast<std::size_t>(width) * row_bytes);
    for (std::int64_t i = 0; i < width; ++i) {
      std::copy_n(RowOf(parts, panel * width_ + i), row_bytes,
                  rows.As<std::byte>() + static_cast<std::size_t>(i) * row_bytes);
    }
    dnnl::memory source(PlainDesc(k, width, 1, k, type_), CpuEngine(), rows.data());
    dnnl::memory target(Desc(panel), CpuEngine(), Data(panel));
    dnnl::reorder(source, target).execute(ThreadStream(), source, target);
    ThreadStream().wait();
  }

  bool FewRowsAgree(std::int64_t panel) const;
  void MultiplyFewBlocks(const std::uint16_t* x, std::int64_t begin, std::int64_t end,
                         const TensorView& y) const;
  void MultiplyFew(Context& ctx, const std::uint16_t* x, const TensorView& y) const;
  void MultiplyBlock(void* x, std::int64_t panel, const TensorView& y) const;

  DnnlType type_;
  bool serves_few_rows_;
  std::int64_t width_;
  std::int64_t num_panels_;
  dnnl::memory::desc full_;
  dnnl::memory::desc last_;
  std::size_t panel_bytes_;
  Buffer data_;
};

void OneDnnWeight::Multiply(Context& ctx, const TensorView& x, const TensorView& y) const {
  // x in the weights' dtype, dense.
  const Ops& ops = OpsOf(ctx.path());
  const std::int64_t row_bytes = k * SizeOf(dtype);
  std::byte* rows = ctx.Scratch(static_cast<std::size_t>(RoundUpRows(x.rows()) * row_bytes));
  const auto convert = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t m = begin; m < end; ++m) {
      const float* row = x.As<const float>() + m * x.row_stride;
      std::byte* out = rows + m * row_bytes;
      if (dtype == DType::kBF16) {
        ops.narrow_bf16(row, k, reinterpret_cast<std::uint16_t*>(out));
      } else {
        std::copy_n(row, k, reinterpret_cast<float*>(out));
      }
    }
  };
  ForRowBlocks(ctx, x.rows(), k * 8, std::cref(convert));

  if (serves_few_rows_ && x.rows() <= kFewRows) {
    MultiplyFew(ctx, reinterpret_cast<const std::uint16_t*>(rows), y);
    return;
  }
  const std::int64_t num_chunks = CeilDiv(x.rows(), kMaxRows);
  const auto multiply = [&](std::int64_t i) {
    const std::int64_t begin = i % num_chunks * kMaxRows;
    const std::int64_t count = std::min(kMaxRows, x.rows() - begin);
    MultiplyBlock(rows + begin * row_bytes, i / num_chunks, y.Rows(begin, count));
  };
  const std::int64_t bytes = std::max(this->bytes(), x.rows() * n * k / 10);
  ForTasks(ctx, num_panels_ * num_chunks, bytes, std::cref(multiply));
}

// The columns [begin * 64, end * 64) of y.
void OneDnnWeight::MultiplyFewBlocks(const std::uint16_t* x, std::int64_t begin, std::int64_t end,
                                     const TensorView& y) const {
  const std::byte* w =
      data_.As<const std::byte>() + static_cast<std::size_t>(begin) * FewRowsBlockBytes(k);
  MultiplyFewRows({.x = x,
                   .w = reinterpret_cast<const std::uint16_t*>(w),
                   .y = y.As<float>() + begin * kFewRowsBlock,
                   .y_stride = y.row_stride,
                   .num_rows = y.rows(),
                   .num_columns = std::min(end * kFewRowsBlock, n) - begin * kFewRowsBlock,
                   .k = k});
}

// oneDNN may slice k otherwise on a chip with other caches, and then the two would not have the
// same bits. So every weight is tried with a few rows of arbitrary numbers when it is packed.
bool OneDnnWeight::FewRowsAgree(std::int64_t panel) const {
  constexpr std::int64_t kProbeRows = 3;
  const Buffer x(static_cast<std::size_t>(RoundUpRows(kProbeRows) * k) * sizeof(std::uint16_t));
  FillArbitrary(TensorView(x.data(), DType::kBF16, {RoundUpRows(kProbeRows), k}));
  const auto row_bytes = static_cast<std::size_t>(n) * sizeof(float);
  const Buffer few(kProbeRows * row_bytes);
  const Buffer block(kProbeRows * row_bytes);
  MultiplyFewBlocks(x.As<const std::uint16_t>(), panel * width_ / kFewRowsBlock,
                    CeilDiv(panel * width_ + Width(panel), kFewRowsBlock),
                    TensorView(few.data(), DType::kF32, {kProbeRows, n}));
  MultiplyBlock(x.data(), panel, TensorView(block.data(), DType::kF32, {kProbeRows, n}));
  for (std::int64_t m = 0; m < kProbeRows; ++m) {
    const std::int64_t at = m * n + panel * width_;
    if (std::memcmp(few.As<float>() + at, block.As<float>() + at,
                    static_cast<std::size_t>(Width(panel)) * sizeof(float)) != 0) {
      return false;
    }
  }
  return true;
}

// The same bits as MultiplyBlock, sooner.
void OneDnnWeight::MultiplyFew(Context& ctx, const std::uint16_t* x, const TensorView& y) const {
  const ShrinkingRanges ranges(CeilDiv(n, kFewRowsBlock), ctx.num_threads());
  const auto multiply = [&](std::int64_t i) {
    if (ranges.Begin(i) < ranges.Begin(i + 1)) {
      MultiplyFewBlocks(x, ranges.Begin(i), ranges.Begin(i + 1), y);
    }
  };
  ForTasks(ctx, ranges.size(), bytes(), std::cref(multiply));
}

// x holds RoundUpRows(y.rows()) rows.
void OneDnnWeight::MultiplyBlock(void* x, std::int64_t panel, const TensorView& y) const {
  thread_local ThreadMemory product_memory;
  thread_local ThreadMemory scratchpad_memory;
  const OneOpenMpThread one;
  try {
    const std::int64_t width = Width(panel);
    const std::int64_t rows = RoundUpRows(y.rows());
    const Matmul& matmul = CachedMatmul({rows, width, k, type_}, Desc(panel));
    const dnnl::memory::desc scratchpad = matmul.desc.scratchpad_desc();
    auto* product = reinterpret_cast<float*>(
        product_memory.Get(static_cast<std::size_t>(rows * width) * sizeof(float)));
    matmul.primitive.execute(
        ThreadStream(),
        {{DNNL_ARG_SRC, dnnl::memory(matmul.desc.src_desc(), CpuEngine(), x)},
         {DNNL_ARG_WEIGHTS, dnnl::memory(Desc(panel), CpuEngine(), Data(panel))},
         {DNNL_ARG_DST, dnnl::memory(matmul.desc.dst_desc(), CpuEngine(), product)},
         {DNNL_ARG_SCRATCHPAD,
          dnnl::memory(scratchpad, CpuEngine(), scratchpad_memory.Get(scratchpad.get_size()))}});
    ThreadStream().wait();
    for (std::int64_t m = 0; m < y.rows(); ++m) {
      std::copy_n(product + m * width, width, y.As<float>() + m * y.row_stride + panel * width_);
    }
  } catch (const dnnl::error& error) {
    throw ToDeviceError(error, n, k);
  }
}

}  // namespace

PackedWeightImpl PackOneDnn(Context& ctx, std::span<const TensorView> parts, std::int64_t n,
                            std::int64_t k) {
  try {
    const OneOpenMpThread one;
    const std::int64_t width = PanelWidth(n);
    const std::int64_t last_width = n - (CeilDiv(n, width) - 1) * width;
    const DnnlType type = TypeOf(parts[0].dtype);
    const std::optional<dnnl::memory::desc> full = PanelDesc(k, width, type);
    const std::optional<dnnl::memory::desc> last = PanelDesc(k, last_width, type);
    if (!full || !last) return nullptr;
    const bool few_rows =
        IsFewRowsLayout(*full, k, width, type) && IsFewRowsLayout(*last, k, last_width, type);
    return std::make_unique<OneDnnWeight>(ctx, parts, n, k, *full, *last, few_rows);
  } catch (const dnnl::error& error) {
    throw ToDeviceError(error, n, k);
  }
}

}  // namespace cpu
}  // namespace meval
