#ifndef MEVAL_ENGINE_LOADING_SAFETENSORS_HEADER_H_
#define MEVAL_ENGINE_LOADING_SAFETENSORS_HEADER_H_

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

#include "engine/safetensors.h"

namespace meval {

// The tensors of one safetensors file held in memory, in the order of their data. Nothing in the
// header is believed: dtype times shape must be the size, and the tensors together must cover the
// data exactly, without overlap and without holes. Throws ModelError naming file and tensor.
std::vector<TensorEntry> ParseSafetensors(std::span<const std::byte> bytes,
                                          const std::filesystem::path& file);

// Bytes of one element of a safetensors dtype ("F32", "BF16", ...); 0 if there is no such dtype.
std::int64_t SafetensorsElementBytes(const std::string& dtype);

}  // namespace meval

#endif  // MEVAL_ENGINE_LOADING_SAFETENSORS_HEADER_H_
