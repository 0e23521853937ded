#include "engine/loading/convert.h"

#include <cstring>

#include "kernels/bfloat16.h"

namespace meval {
namespace {

template <typename T>
T LoadElement(const std::byte* source, std::int64_t index) {
  T value;
  std::memcpy(&value, source + static_cast<std::size_t>(index) * sizeof(T), sizeof(T));
  return value;
}

float LoadAsFloat(const std::byte* source, DType from, std::int64_t index) {
  if (from == DType::kF32) return LoadElement<float>(source, index);
  const auto bits = LoadElement<std::uint16_t>(source, index);
  return from == DType::kBF16 ? BFloat16ToFloat(bits) : Float16ToFloat(bits);
}

}  // namespace

void ConvertElements(const std::byte* source, DType from, std::int64_t count, DType to, void* out) {
  if (from == to) {
    std::memcpy(out, source, static_cast<std::size_t>(count * SizeOf(to)));
  } else if (to == DType::kF32) {
    auto* const values = static_cast<float*>(out);
    for (std::int64_t i = 0; i < count; ++i) values[i] = LoadAsFloat(source, from, i);
  } else {
    auto* const bits = static_cast<std::uint16_t*>(out);
    for (std::int64_t i = 0; i < count; ++i) {
      const float value = LoadAsFloat(source, from, i);
      bits[i] = to == DType::kBF16 ? FloatToBFloat16(value) : FloatToFloat16(value);
    }
  }
}

}  // namespace meval
