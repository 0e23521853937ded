#include "kernels/device_ceiling.h"

#include <algorithm>
#include <cstddef>

#include "kernels/arbitrary_numbers.h"
#include "kernels/device_ops.h"
#include "kernels/gemm.h"
#include "kernels/timed_passes.h"

namespace meval {
namespace {

// Downloads wait for all that was handed over before them.
void Wait(Context& ctx, const void* on_device) {
  std::uint32_t word = 0;
  ctx.Download(on_device, &word, sizeof(word));
}

}  // namespace

double SecondsEach(Context& ctx, const void* on_device, int launches,
                   const std::function<void()>& work) {
  const auto pass = [&] {
    for (int i = 0; i < launches; ++i) work();
    Wait(ctx, on_device);
  };
  pass();  // the clock of a device that was idle rises
  return MedianSecondsOf(pass) / launches;
}

Buffer ArbitraryOnDevice(Context& ctx, std::int64_t num_elements) {
  const auto bytes = static_cast<std::size_t>(num_elements * SizeOf(DType::kBF16));
  const Buffer host(bytes);
  FillArbitrary(TensorView(host.data(), DType::kBF16, {num_elements}));
  Buffer device = ctx.Allocate(bytes);
  ctx.Upload(host.data(), device.data(), bytes);
  return device;
}

DeviceCeilingSizes CeilingSizesFor(const DeviceTraits& traits) {
  constexpr std::int64_t kGibibyte = std::int64_t{1} << 30;
  constexpr std::int64_t kAlignment = 4096;
  DeviceCeilingSizes sizes;
  sizes.bytes = std::min(kGibibyte, traits.available_bytes / 8) / kAlignment * kAlignment;
  sizes.rows = traits.batch_tokens;
  sizes.n = 14336;
  sizes.k = 4096;
  sizes.launches = 8;
  constexpr std::int64_t kLeast = 64;
  while (sizes.k > kLeast && sizes.n * sizes.k * SizeOf(DType::kBF16) > sizes.bytes) {
    sizes.n /= 2;
    sizes.k /= 2;
  }
  return sizes;
}

double MeasureDeviceRead(Context& ctx, const DeviceCeilingSizes& sizes) {
  const Buffer memory = ArbitraryOnDevice(ctx, sizes.bytes / SizeOf(DType::kBF16));
  const auto read = [&] { ctx.device_ops()->ReadAll(memory.data(), memory.bytes()); };
  return static_cast<double>(sizes.bytes) / SecondsEach(ctx, memory.data(), sizes.launches, read);
}

double MeasureDeviceCopy(Context& ctx, const DeviceCeilingSizes& sizes) {
  const Buffer memory = ArbitraryOnDevice(ctx, sizes.bytes / SizeOf(DType::kBF16));
  const std::size_t half = memory.bytes() / 2;
  auto* const to = static_cast<std::byte*>(memory.data()) + half;
  const auto copy = [&] { ctx.device_ops()->Copy(memory.data(), to, half); };
  return static_cast<double>(2 * half) / SecondsEach(ctx, to, sizes.launches, copy);
}

double MeasureDeviceMatmul(Context& ctx, const DeviceCeilingSizes& sizes) {
  const Buffer x = ArbitraryOnDevice(ctx, sizes.rows * sizes.k);
  const Buffer w = ArbitraryOnDevice(ctx, sizes.n * sizes.k);
  const Buffer y =
      ctx.Allocate(static_cast<std::size_t>(sizes.rows * sizes.n * SizeOf(DType::kBF16)));
  const TensorView matrix(w.data(), DType::kBF16, {sizes.n, sizes.k}, ctx.device());
  const PackedWeight packed = PackWeight(ctx, std::span(&matrix, 1));
  const auto multiply = [&] {
    Gemm(ctx, TensorView(x.data(), DType::kBF16, {sizes.rows, sizes.k}, ctx.device()), packed,
         TensorView(y.data(), DType::kBF16, {sizes.rows, sizes.n}, ctx.device()));
  };
  return 2.0 * static_cast<double>(sizes.rows) * static_cast<double>(sizes.n * sizes.k) /
         SecondsEach(ctx, y.data(), sizes.launches, multiply);
}

}  // namespace meval
