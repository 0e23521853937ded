#include "kernels/cuda/cuda_device.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "kernels/check.h"
#include "kernels/cpu/packed_weight.h"
#include "kernels/cuda/attention_probe.h"
#include "kernels/cuda/cuda_devices.h"
#include "kernels/cuda/open_device.h"
#include "kernels/cuda/page_copy.h"
#include "kernels/cuda/read_all.h"
#include "kernels/cuda/residual_add.h"
#include "kernels/cuda/rmsnorm.h"
#include "kernels/cuda/sampling.h"
#include "kernels/cuda/silu_mul.h"
#include "kernels/cuda/step_ops.h"
#include "kernels/cuda/token_logprob.h"
#include "kernels/setting_error.h"

namespace meval::cuda {
namespace {

// The oldest architecture with bf16 tensor cores and cp.async.
constexpr int kOldestMajor = 8;

// Rows of a step for each multiprocessor: with tiles of 128 x 256 the products of a 7B model then
// fill whole waves (33 or 66 tiles of rows on the 132 multiprocessors of an H200).
constexpr std::int64_t kRowsPerMultiprocessor = 64;
constexpr std::int64_t kPlentifulBytes = std::int64_t{40} << 30;

// Which of several words an environment variable is; the first where it is not set.
std::size_t ChoiceOf(const char* name, std::initializer_list<const char*> words) {
  const char* value = std::getenv(name);
  if (value == nullptr) return 0;
  const auto found = std::find(words.begin(), words.end(), std::string_view(value));
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  std::string all;
  for (const char* word : words) all += (all.empty() ? "" : " or ") + std::string(word);
  throw SettingError(std::string(name) + ": expected " + all + ", found \"" + value + "\"");
}

// The first call that needs the device itself, hence the one that learns that it is taken.
void TakeDevice(int index) {
  const cudaError_t error = cudaSetDevice(index);
  try {
    CheckCuda(error, "cudaSetDevice");
  } catch (const DeviceError& failure) {
    if (error != cudaErrorDevicesUnavailable) throw;
    throw DeviceError(std::string(failure.what()) +
                      "; another process holds it: nvidia-smi shows which; its compute mode may "
                      "be exclusive");
  }
}

// The forms of the tile kernel of attention, as reports name them.
constexpr const char* kMmaForm = "mma";
constexpr const char* kWgmmaForm = "wgmma";
std::string FormOf(AttentionKernel tiles) {
  return tiles == AttentionKernel::kTiles ? kMmaForm : kWgmmaForm;
}

// A matrix in the device's memory, rows as in a checkpoint.
struct CudaWeight : PackedWeight::Impl {
  CudaWeight(CudaDevice& cuda_device, std::int64_t features_out, std::int64_t features_in,
             DType type)
      : Impl(features_out, features_in, type),
        owner(cuda_device),
        memory(static_cast<std::size_t>(features_out * features_in * SizeOf(type))) {}

  void Multiply(Context& /*ctx*/, const TensorView& x, const TensorView& y) const override {
    Run(x, y, false);
  }
  bool MultiplyAdd(Context& /*ctx*/, const TensorView& x, const TensorView& y) const override {
    Run(x, y, true);
    return true;
  }
  Device device() const override { return Device::kCuda; }
  bool Serves(const Context& ctx) const override { return ctx.device_ops() == &owner; }
  std::int64_t bytes() const override { return static_cast<std::int64_t>(memory.bytes()); }

  void Run(const TensorView& x, const TensorView& y, bool accumulate) const {
    owner.products().Multiply({.x = x.data,
                               .x_stride = x.row_stride,
                               .w = memory.data(),
                               .dtype = dtype,
                               .y = y.data,
                               .y_stride = y.row_stride,
                               .y_dtype = y.dtype,
                               .accumulate = accumulate,
                               .num_rows = x.rows(),
                               .n = n,
                               .k = k});
  }

  CudaDevice& owner;
  DeviceMemory memory;
};

}  // namespace

CudaDevice::CudaDevice(int index, const CudaDeviceOptions& options)
    : options_(options),
      properties_([index] {
        TakeDevice(index);
        cudaDeviceProp properties{};
        CheckCuda(cudaGetDeviceProperties(&properties, index), "cudaGetDeviceProperties");
        if (properties.major < kOldestMajor) {
          throw DeviceError("cuda: " + std::string(properties.name) +
                            ": expected compute capability " + std::to_string(kOldestMajor) +
                            ".0 or newer, found " + std::to_string(properties.major) + "." +
                            std::to_string(properties.minor));
        }
        return properties;
      }()),
      stream_(MakeStream()),
      staging_(stream_.get()),
      products_(stream_.get(), options.invariant),
      attention_tiles_(ChooseAttention()) {}

CudaDevice::~CudaDevice() { (void)cudaStreamSynchronize(stream_.get()); }

AttentionKernel CudaDevice::ChooseAttention() {
  switch (options_.attention) {
    case AttentionProducts::kMma:
      return AttentionKernel::kTiles;
    case AttentionProducts::kWgmma:
      if (!has_warpgroups()) {
        throw DeviceError("MEVAL_CUDA_ATTENTION=wgmma: expected compute capability 9.0, found " +
                          Name());
      }
      return AttentionKernel::kWarpgroupTiles;
    case AttentionProducts::kAuto:
      break;
  }
  const bool pays =
      has_warpgroups() && (!options_.invariant || TileKernelsGiveTheSameBits(stream(), staging_));
  return pays ? AttentionKernel::kWarpgroupTiles : AttentionKernel::kTiles;
}

std::vector<std::string> CudaDevice::AttentionForms() const {
  std::vector<std::string> forms = {kMmaForm};
  // Whoever rules the other form out may have a device that fails at it.
  const bool is_ruled_out = options_.attention == AttentionProducts::kMma;
  if (has_warpgroups() && !is_ruled_out) forms.emplace_back(kWgmmaForm);
  return forms;
}

std::string CudaDevice::UseAttention(const std::string& form) {
  const std::vector<std::string> forms = AttentionForms();
  MEVAL_REQUIRE(std::find(forms.begin(), forms.end(), form) != forms.end(),
                "attention by " + form + ", which " + Name() + " has not");
  const std::string before = FormOf(attention_tiles_);
  attention_tiles_ = form == kMmaForm ? AttentionKernel::kTiles : AttentionKernel::kWarpgroupTiles;
  return before;
}

DeviceTraits CudaDevice::Traits() const {
  std::size_t free_bytes = 0;
  std::size_t total_bytes = 0;
  CheckCuda(cudaMemGetInfo(&free_bytes, &total_bytes), "cudaMemGetInfo");
  const bool plentiful = static_cast<std::int64_t>(total_bytes) >= kPlentifulBytes;
  DeviceTraits traits;
  traits.device = Device::kCuda;
  traits.available_bytes = static_cast<std::int64_t>(free_bytes);
  traits.batch_tokens = kRowsPerMultiprocessor * num_multiprocessors() / (plentiful ? 1 : 2);
  traits.logit_bytes = plentiful ? std::int64_t{256} << 20 : std::int64_t{64} << 20;
  return traits;
}

std::string CudaDevice::Name() const {
  return std::string(properties_.name) + " (compute capability " +
         std::to_string(properties_.major) + "." + std::to_string(properties_.minor) + ")";
}

std::string CudaDevice::PciBusId() const {
  std::array<char, 32> text{};
  std::snprintf(
      text.data(), text.size(), "%04x:%02x:%02x.0", static_cast<unsigned>(properties_.pciDomainID),
      static_cast<unsigned>(properties_.pciBusID), static_cast<unsigned>(properties_.pciDeviceID));
  return text.data();
}

std::string CudaDevice::Arithmetic() const {
  return "cuda " + Name() + ", cublasLt " + products_.version() + ", " +
         (options_.invariant ? "invariant" : "fast") + ", attention by " + FormOf(attention_tiles_);
}

Buffer CudaDevice::Allocate(std::size_t bytes) {
  DeviceMemory memory(bytes);
  return Buffer(memory.Release(), bytes, [](void* data) { (void)cudaFree(data); });
}

void CudaDevice::Upload(Context& ctx, const void* from, void* to, std::size_t bytes) {
  staging_.Upload(from, to, bytes,
                  [&ctx](std::int64_t count, const std::function<void(std::int64_t)>& task) {
                    ctx.ParallelFor(count, task);
                  });
}

void CudaDevice::Download(const void* from, void* to, std::size_t bytes) {
  staging_.Download(from, to, bytes);
}

template <typename T>
T* CudaDevice::Send(DeviceArray<std::byte>& array, std::span<const T> values) {
  array.Reserve(values.size_bytes());
  staging_.Upload(values.data(), array.data(), values.size_bytes());
  return reinterpret_cast<T*>(array.data());
}

void CudaDevice::CopyPages(const PageStore& store, std::span<const PagePair> pairs) {
  if (pairs.empty()) return;
  PageCopyArgs args;
  args.keys = store.keys;
  args.values = store.values;
  args.num_layers = store.num_layers;
  args.num_pages = store.num_pages;
  args.page_bytes = store.page_bytes;
  args.pairs = Send(arguments_, pairs);
  for (const std::int64_t part : IndependentParts(pairs)) {
    args.num_pairs = part;
    LaunchPageCopy(stream(), args);
    args.pairs += part;
  }
}

void CudaDevice::Copy(const void* from, void* to, std::size_t bytes) {
  CheckCuda(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, stream()),
            "cudaMemcpyAsync of " + std::to_string(bytes) + " bytes on the device");
}

void CudaDevice::ReadAll(const void* from, std::size_t bytes) {
  constexpr std::int64_t kVectorBytes = 16;
  constexpr std::int64_t kBlocksPerMultiprocessor = 8;
  MEVAL_REQUIRE(bytes % kVectorBytes == 0, std::to_string(bytes) + " bytes to read");
  const std::int64_t num_blocks = kBlocksPerMultiprocessor * num_multiprocessors();
  results_.Reserve(static_cast<std::size_t>(num_blocks) * sizeof(std::uint32_t));
  LaunchReadAll(stream(), {.from = from,
                           .num_vectors = static_cast<std::int64_t>(bytes) / kVectorBytes,
                           .sums = reinterpret_cast<std::uint32_t*>(results_.data()),
                           .num_blocks = num_blocks});
}

std::unique_ptr<PackedWeight::Impl> CudaDevice::Pack(Context& ctx,
                                                     std::span<const TensorView> parts,
                                                     std::int64_t n, std::int64_t k) {
  auto packed = std::make_unique<CudaWeight>(*this, n, k, parts[0].dtype);
  auto* place = static_cast<std::byte*>(packed->memory.data());
  for (const TensorView& part : parts) {
    const auto bytes = static_cast<std::size_t>(part.num_elements() * SizeOf(part.dtype));
    if (part.device == Device::kCpu) {
      Upload(ctx, part.data, place, bytes);
    } else {
      Copy(part.data, place, bytes);
    }
    place += bytes;
  }
  return packed;
}

void CudaDevice::RmsNorm(TensorView x, TensorView gain, float eps, TensorView out) {
  LaunchRmsNorm(stream(), {.x = x.As<const float>(),
                           .x_stride = x.row_stride,
                           .gain = gain.As<const float>(),
                           .out = out.data,
                           .out_stride = out.row_stride,
                           .out_dtype = out.dtype,
                           .num_rows = x.rows(),
                           .width = x.row_elements(),
                           .eps = eps});
}

void CudaDevice::SiluMul(TensorView gate, TensorView up, TensorView out) {
  MEVAL_REQUIRE(gate.row_stride == up.row_stride, "gate and up: expected one row stride, found " +
                                                      std::to_string(gate.row_stride) + " and " +
                                                      std::to_string(up.row_stride));
  LaunchSiluMul(stream(), {.gate = gate.data,
                           .up = up.data,
                           .in_stride = gate.row_stride,
                           .out = out.data,
                           .out_stride = out.row_stride,
                           .dtype = gate.dtype,
                           .num_rows = gate.rows(),
                           .width = gate.row_elements()});
}

void CudaDevice::ResidualAdd(TensorView delta, TensorView x) {
  LaunchResidualAdd(stream(), {.delta = delta.As<const float>(),
                               .delta_stride = delta.row_stride,
                               .x = x.As<float>(),
                               .x_stride = x.row_stride,
                               .num_rows = x.rows(),
                               .width = x.row_elements()});
}

void CudaDevice::ReduceLogits(const TensorView& logits) {
  rows_of_logits_.Reserve(static_cast<std::size_t>(logits.rows()) * sizeof(LogitRow));
  LaunchLogitRows(stream(), {.logits = logits.As<const float>(),
                             .row_stride = logits.row_stride,
                             .num_rows = logits.rows(),
                             .vocab = logits.row_elements(),
                             .rows = reinterpret_cast<LogitRow*>(rows_of_logits_.data())});
}

void CudaDevice::TokenLogprobs(TensorView logits, std::span<const LogprobTarget> targets,
                               std::span<TokenLogprob> results) {
  if (targets.empty()) return;
  ReduceLogits(logits);
  results_.Reserve(results.size_bytes());
  LaunchTokenLogprobs(stream(), {.logits = logits.As<const float>(),
                                 .row_stride = logits.row_stride,
                                 .rows = reinterpret_cast<const LogitRow*>(rows_of_logits_.data()),
                                 .targets = Send(arguments_, targets),
                                 .results = reinterpret_cast<TokenLogprob*>(results_.data()),
                                 .num_targets = static_cast<std::int64_t>(targets.size())});
  Download(results_.data(), results.data(), results.size_bytes());
}

void CudaDevice::SampleTokens(TensorView logits, std::span<const SamplingParams> params,
                              std::span<const SamplingKey> keys, std::span<TokenId> results) {
  if (results.empty()) return;
  results_.Reserve(results.size_bytes());
  LaunchSampling(stream(), {.logits = logits.As<const float>(),
                            .row_stride = logits.row_stride,
                            .num_rows = logits.rows(),
                            .vocab = logits.row_elements(),
                            .params = Send(arguments_, params),
                            .keys = Send(more_arguments_, keys),
                            .results = reinterpret_cast<TokenId*>(results_.data())});
  Download(results_.data(), results.data(), results.size_bytes());
}

std::optional<float> CudaDevice::FindNotFinite(TensorView logits) {
  if (logits.num_elements() == 0) return std::nullopt;
  ReduceLogits(logits);
  std::vector<LogitRow> rows(static_cast<std::size_t>(logits.rows()));
  Download(rows_of_logits_.data(), rows.data(), rows.size() * sizeof(LogitRow));
  for (std::size_t r = 0; r < rows.size(); ++r) {
    if (rows[r].num_infinite == 0) continue;
    std::vector<float> values(static_cast<std::size_t>(logits.row_elements()));
    Download(logits.Rows(static_cast<std::int64_t>(r), 1).data, values.data(),
             values.size() * sizeof(float));
    for (const float value : values) {
      if (!std::isfinite(value)) return value;
    }
  }
  return std::nullopt;
}

std::unique_ptr<StepOps> CudaDevice::MakeStepOps(Context& ctx, const StepShape& shape,
                                                 const RopeTable& rope) {
  return MakeCudaStepOps(*this, ctx, shape, rope);
}

std::unique_ptr<DeviceOps> OpenDevice(CudaMode mode) {
  CudaDeviceOptions options;
  const bool is_set_invariant = ChoiceOf("MEVAL_CUDA_MODE", {"invariant", "fast"}) == 0;
  options.invariant = mode == CudaMode::kAsSet ? is_set_invariant : mode == CudaMode::kInvariant;
  options.graphs = ChoiceOf("MEVAL_CUDA_GRAPHS", {"on", "off"}) == 0;
  options.attention = static_cast<AttentionProducts>(
      ChoiceOf("MEVAL_CUDA_ATTENTION", {"auto", kMmaForm, kWgmmaForm}));
  if (const std::string why = FindDevices().why_none; !why.empty()) {
    throw DeviceError("cuda: " + why);
  }
  return std::make_unique<CudaDevice>(0, options);
}

}  // namespace meval::cuda
