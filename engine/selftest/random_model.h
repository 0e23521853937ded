#ifndef MEVAL_ENGINE_SELFTEST_RANDOM_MODEL_H_
#define MEVAL_ENGINE_SELFTEST_RANDOM_MODEL_H_

// Mistral models small enough to run hundreds of times, of every kind of shape.

#include <cstdint>
#include <filesystem>
#include <string>

#include "engine/model_config.h"
#include "engine/selftest/subject.h"
#include "engine/weights.h"
#include "kernels/context.h"

namespace meval::selftest {

struct RandomModel {
  ModelConfig config;
  DType dtype = DType::kF32;
  std::uint64_t seed = 0;  // of shape and weights
};

// 1 to 3 layers, 1 to 4 query heads for each of 1 to 3 kv heads, heads of 64, 128 or an odd
// multiple of 8, odd widths and vocabularies, a window or none. The vocabulary has `min_vocab`
// pieces at least.
RandomModel MakeRandomModel(std::uint64_t seed, DType dtype, std::int64_t min_vocab);
// "seed 7, bf16: 2 layers, 6 heads over 2 of 40, width 77, FFN 130, window 65, vocabulary 1100".
std::string Describe(const RandomModel& model);

// Weights scaled so that attention is selective and logits differ by several units: a wrong bit
// early on changes what comes out.
MistralWeights MakeWeights(Context& ctx, const RandomModel& model);

// Engines of the model with the tokenizer at `tokenizer`.
EngineFactory MakeFactory(const RandomModel& model, const std::filesystem::path& tokenizer);

}  // namespace meval::selftest

#endif  // MEVAL_ENGINE_SELFTEST_RANDOM_MODEL_H_
