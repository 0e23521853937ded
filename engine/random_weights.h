#ifndef MEVAL_ENGINE_RANDOM_WEIGHTS_H_
#define MEVAL_ENGINE_RANDOM_WEIGHTS_H_

// The numbers of a random model. Each is a function of (seed, tensor name, index) alone, so any
// part can be made anywhere, in any order, with the same bits.

#include <cstdint>
#include <span>
#include <string_view>

#include "kernels/normal_numbers.h"

namespace meval {

// The standard deviation of every random matrix: the initializer_range of the published
// configurations.
inline constexpr double kRandomStddev = 0.02;

// Elements [begin, begin + out.size()) of the tensor called `name` in the Hugging Face layout
// (row-major), normal with mean 0 and standard deviation kRandomStddev.
//
// Element i is the standard normal quantile of word i % 4 of Philox4x32-10 at counter
// (i / 4, FNV-1a(name)) and key `seed`: kernels/normal_numbers.h, which gives the same bits on
// every machine.
void FillRandomTensor(std::uint64_t seed, std::string_view name, std::int64_t begin,
                      std::span<float> out);

}  // namespace meval

#endif  // MEVAL_ENGINE_RANDOM_WEIGHTS_H_
