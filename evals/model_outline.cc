#include "evals/model_outline.h"

#include <stdexcept>
#include <utility>

#include "engine/model_source.h"
#include "evals/model_loader.h"

namespace meval {
namespace {

// Random weights of the shape "tiny" take vocabulary and special tokens from the tokenizer they are
// given; every other model brings its own.
ModelConfig ConfigOf(const ModelSource& source, const Tokenizer& tokenizer) {
  if (!source.directory.empty()) return LoadModelConfig(source.directory);
  ModelConfig config = NamedShape(source.shape).value();
  if (source.shape == "tiny") {
    config.vocab_size = tokenizer.vocab_size();
    if (tokenizer.bos_id() >= 0) config.bos_token_id = tokenizer.bos_id();
    if (tokenizer.eos_id() >= 0) config.eos_token_ids = {tokenizer.eos_id()};
  }
  return config;
}

}  // namespace

ModelOutline::ModelOutline(ModelConfig config, Tokenizer tokenizer, std::int64_t max_length)
    : config_(std::move(config)), tokenizer_(std::move(tokenizer)), max_length_(max_length) {}

ModelOutline ModelOutline::Load(const ModelOptions& options) {
  const ModelSource source =
      ResolveModel(options.model, options.tokenizer, ShippedTokenizerDir(options));
  Tokenizer tokenizer = Tokenizer::Load(source.tokenizer);
  ModelConfig config = ConfigOf(source, tokenizer);
  const std::int64_t max_length =
      options.max_length > 0 ? options.max_length : config.max_position_embeddings;
  return {std::move(config), std::move(tokenizer), max_length};
}

std::vector<TokenId> ModelOutline::Encode(std::string_view text) const {
  return tokenizer_.Encode(text);
}

void ModelOutline::CheckMatches(const Engine& engine) const {
  if (engine.config().bos_token_id == bos_id() && engine.max_length() == max_length_) return;
  throw std::logic_error("ModelOutline: BOS " + std::to_string(bos_id()) + " and length " +
                         std::to_string(max_length_) + ", but the engine has BOS " +
                         std::to_string(engine.config().bos_token_id) + " and length " +
                         std::to_string(engine.max_length()));
}

}  // namespace meval
