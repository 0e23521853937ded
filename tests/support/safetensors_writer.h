#ifndef MEVAL_TESTS_SUPPORT_SAFETENSORS_WRITER_H_
#define MEVAL_TESTS_SUPPORT_SAFETENSORS_WRITER_H_

// Safetensors files for tests: well-formed ones from tensors, and any other kind from a header that
// the test writes itself. Independent of the product's reader and writer.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/bfloat16.h"

namespace meval::testing {

struct TestTensor {
  std::string name;
  std::string dtype;  // "F32", ...
  std::vector<std::int64_t> shape;
  std::string bytes;  // little-endian data
};

template <typename T>
std::string BytesOf(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

inline TestTensor F32Tensor(std::string name, std::vector<std::int64_t> shape,
                            const std::vector<float>& values) {
  return {std::move(name), "F32", std::move(shape), BytesOf(values)};
}

inline TestTensor BF16Tensor(std::string name, std::vector<std::int64_t> shape,
                             const std::vector<float>& values) {
  std::vector<std::uint16_t> bits;
  for (const float value : values) bits.push_back(FloatToBFloat16(value));
  return {std::move(name), "BF16", std::move(shape), BytesOf(bits)};
}

// Any header and data behind the header's true length.
inline std::string SafetensorsWith(std::string_view header, std::string_view data) {
  std::string file;
  for (int i = 0; i < 8; ++i) file += static_cast<char>((header.size() >> (8 * i)) & 0xff);
  return file.append(header).append(data);
}

// A well-formed file. `padding` blanks after the JSON move the data off any alignment.
inline std::string SafetensorsBytes(const std::vector<TestTensor>& tensors,
                                    std::size_t padding = 0) {
  std::string header = "{";
  std::string data;
  for (const TestTensor& tensor : tensors) {
    std::string shape;
    for (const std::int64_t dim : tensor.shape) {
      shape += (shape.empty() ? "" : ",") + std::to_string(dim);
    }
    header += (header.size() == 1 ? "" : ",");
    header += "\"" + tensor.name + "\":{\"dtype\":\"" + tensor.dtype + "\",\"shape\":[" + shape +
              "],\"data_offsets\":[" + std::to_string(data.size()) + "," +
              std::to_string(data.size() + tensor.bytes.size()) + "]}";
    data += tensor.bytes;
  }
  return SafetensorsWith(header + "}" + std::string(padding, ' '), data);
}

}  // namespace meval::testing

#endif  // MEVAL_TESTS_SUPPORT_SAFETENSORS_WRITER_H_
