#include "kernels/cuda/attention_probe.h"

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/arbitrary_numbers.h"
#include "kernels/attention.h"
#include "kernels/bfloat16.h"
#include "kernels/cuda/attention.h"
#include "kernels/cuda/handles.h"

namespace meval::cuda {
namespace {

constexpr std::int64_t kRows = kAttentionTileRows;
constexpr std::int64_t kDim = 64;
constexpr std::int64_t kPages = 2;
constexpr std::int64_t kKeys = kPages * kKvPageTokens;
constexpr std::int64_t kStateFloats = kRows * (2 + kDim);  // maxima, sums, outputs

template <typename T>
class OnDevice {
 public:
  OnDevice(Staging& staging, const std::vector<T>& values) : memory_(values.size() * sizeof(T)) {
    staging.Upload(values.data(), memory_.data(), memory_.bytes());
  }
  T* data() const { return static_cast<T*>(memory_.data()); }

 private:
  DeviceMemory memory_;
};

// Numbers whose magnitudes differ by up to 2^7: sums of such terms show how they are aligned.
std::vector<std::uint16_t> Numbers(DType dtype, std::int64_t count) {
  std::vector<float> values(static_cast<std::size_t>(count));
  FillArbitrary(TensorView(values.data(), DType::kF32, {count}));
  std::vector<std::uint16_t> bits(values.size());
  for (std::size_t i = 0; i < bits.size(); ++i) {
    const float value = std::ldexp(values[i], static_cast<int>(i * 5 % 8) - 5);
    bits[i] = dtype == DType::kBF16 ? FloatToBFloat16(value) : FloatToFloat16(value);
  }
  return bits;
}

std::vector<std::uint32_t> StateBits(StreamHandle stream, Staging& staging, DType dtype,
                                     AttentionKernel kernel) {
  // Queries, keys and values are parts of one sequence of numbers.
  const OnDevice numbers(staging, Numbers(dtype, (kRows + 2 * kKeys) * kDim));
  std::vector<AttentionRow> of_rows;
  for (std::int32_t row = 0; row < kRows; ++row) {
    of_rows.push_back({.row = row, .position = static_cast<std::int32_t>(kKeys) - 1, .state = row});
  }
  const OnDevice rows(staging, of_rows);
  const OnDevice page_table(staging, std::vector<std::int32_t>{1, 0});
  const OnDevice items(staging,
                       std::vector<AttentionItem>{{.num_packed = static_cast<std::int32_t>(kRows),
                                                   .tile_end = static_cast<std::int32_t>(kPages),
                                                   .num_keys = static_cast<std::int32_t>(kKeys),
                                                   .ends_in_state = 1}});
  const OnDevice state(staging, std::vector<std::uint32_t>(kStateFloats));
  auto* const floats = reinterpret_cast<float*>(state.data());
  const AttentionArgs args{.q = numbers.data(),
                           .q_stride = kDim,
                           .dtype = dtype,
                           .keys = numbers.data() + kRows * kDim,
                           .values = numbers.data() + (kRows + kKeys) * kDim,
                           .num_pages = kPages,
                           .num_kv_heads = 1,
                           .group = 1,
                           .head_dim = static_cast<int>(kDim),
                           .scale = 1,
                           .rows = rows.data(),
                           .page_tables = page_table.data(),
                           .items = items.data(),
                           .state_max = floats,
                           .state_sum = floats + kRows,
                           .state_out = floats + 2 * kRows};
  const AttentionLaunch launch{kernel, 0, 1};
  LaunchAttention(stream, args, std::span(&launch, 1));
  std::vector<std::uint32_t> bits(kStateFloats);
  staging.Download(state.data(), bits.data(), bits.size() * sizeof(bits[0]));
  return bits;
}

}  // namespace

bool TileKernelsGiveTheSameBits(StreamHandle stream, Staging& staging) {
  for (const DType dtype : {DType::kBF16, DType::kF16}) {
    if (StateBits(stream, staging, dtype, AttentionKernel::kTiles) !=
        StateBits(stream, staging, dtype, AttentionKernel::kWarpgroupTiles)) {
      return false;
    }
  }
  return true;
}

}  // namespace meval::cuda
