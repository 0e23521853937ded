#ifndef MEVAL_TESTS_SUPPORT_TINY_MISTRAL_H_
#define MEVAL_TESTS_SUPPORT_TINY_MISTRAL_H_

// A Mistral small enough to check by hand, made by code: no file, no download.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/model_config.h"
#include "engine/tokenizer.h"
#include "engine/weights.h"
#include "kernels/context.h"
#include "tests/support/reference_forward.h"

namespace meval::testing {

// 2 layers, 4 heads over 2 kv heads of 8, window 8, the vocabulary of TinyTokenizer, 256 positions.
ModelConfig TinyConfig();

// Random weights, scaled so that attention is selective and logits differ by several units; every
// value of a matrix is representable in `dtype`.
PlainWeights RandomPlainWeights(const ModelConfig& config, std::uint64_t seed, DType dtype);
MistralWeights Pack(Context& ctx, const ModelConfig& config, const PlainWeights& weights,
                    DType dtype);

// <unk> <s> </s>, the 256 byte pieces, then "▁", letters and a few longer pieces: tokens that hold
// a space, end in the middle of a word, or are one byte of a character.
std::vector<std::string> TinyPieces();
TokenId TinyPiece(const std::string& piece);  // its id
// Writes the SentencePiece model file of these pieces and returns its path.
std::filesystem::path WriteTinyTokenizer(const std::filesystem::path& directory);
Tokenizer TinyTokenizer();

// An engine of random weights over TinyConfig() or another configuration.
Engine TinyEngine(Context& ctx, const EngineOptions& options = {},
                  const ModelConfig& config = TinyConfig(), std::uint64_t seed = 1,
                  DType dtype = DType::kF32);

// Ids in [3, vocab_size): no control pieces.
std::vector<TokenId> RandomTokens(std::uint64_t seed, std::int64_t count,
                                  const ModelConfig& config = TinyConfig());

}  // namespace meval::testing

#endif  // MEVAL_TESTS_SUPPORT_TINY_MISTRAL_H_
