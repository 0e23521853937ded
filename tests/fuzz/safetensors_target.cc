#include <span>

#include "engine/error.h"
#include "engine/loading/safetensors_header.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

// A safetensors file. Its length, 8 bytes, is put in front, so that seeds are JSON and data.
MEVAL_FUZZ_TARGET(safetensors) {
  const bool has_own_length = input.Flag();
  const std::size_t num_data_bytes = 4 * input.Below(16);
  std::string bytes = input.Bytes();
  if (!has_own_length) {
    std::string length(8, '\0');
    for (std::size_t i = 0; i < length.size(); ++i) {
      length[i] = static_cast<char>((std::uint64_t{bytes.size()} >> (8 * i)) & 0xFF);
    }
    bytes.insert(0, length).append(num_data_bytes, 'x');
  }
  const auto span = std::as_bytes(std::span(bytes));
  try {
    std::int64_t total = 0;
    for (const TensorEntry& entry : ParseSafetensors(span, "file")) {
      std::int64_t size = SafetensorsElementBytes(entry.dtype);
      for (const std::int64_t extent : entry.shape) {
        size *= extent;
      }
      fuzz::Require(size == entry.bytes, "a tensor has as many bytes as its shape says");
      fuzz::Require(
          entry.data >= span.data() && entry.data + entry.bytes <= span.data() + span.size(),
          "a tensor lies in its file");
      total += entry.bytes;
    }
    fuzz::Require(total <= static_cast<std::int64_t>(bytes.size()), "tensors do not overlap");
  } catch (const ModelError& error) {
    fuzz::Require(std::string(error.what()).starts_with("file"), "an error names the file");
  }
}

}  // namespace
}  // namespace meval
